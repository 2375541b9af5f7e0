"""Mechanisms in NEURON's language NMODL: read by a grammar of the part that channels and pools are written in.

tokens       words and signs, with their lines
syntax       what a file is made of
expressions  the grammar of expressions and statements
blocks       the grammar of the blocks of a file
units        constants of nature under the names of the UNITS block
running      statements carried out on expressions instead of numbers
meaning      currents, new states and initial states of a mechanism as expressions

Hines ML, Carnevale NT. Expanding NEURON's repertoire of mechanisms with NMODL. Neural Comput 2000;12:995-1007.
doi:10.1162/089976600300015475
"""
