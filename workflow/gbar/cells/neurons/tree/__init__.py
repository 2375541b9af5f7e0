"""The tree of a neuron from an SWC file, cut as NEURON cuts it.

swc          the points of a file
sections     points joined to sections, as NEURON's Import3d joins them
compartments sections cut into compartments
"""
