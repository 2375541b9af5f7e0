"""Cells from files: CellML, SBML and Myokit's own format, compiled into the same `Cell` as those written by hand."""
