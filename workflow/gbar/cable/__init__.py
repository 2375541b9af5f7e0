"""Neurons as trees of compartments, solved with the scheme of NEURON's fixed step for many parameter sets at once.

morphology   sections read from a CSV table
tree         compartments, their areas and the resistances between them
mechanisms   which channel sits where, with which parameter, as data of a cell
channels     kinetics of the channels
solve        the linear system of a tree
step         constants, initial states and one time step of a cell
"""
