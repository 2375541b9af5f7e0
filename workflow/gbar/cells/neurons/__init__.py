"""Neurons from files: a tree in SWC, channels and pools in NMODL, compiled into the same `Cell` as those by hand."""
