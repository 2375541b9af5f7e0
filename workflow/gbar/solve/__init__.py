"""Integrators of cell models and the batch driver. They know no particular cell; importing this costs no JAX."""

from gbar.solve.rows import solve_rows
from gbar.solve.settings import DIVERGED, OK, SILENT, Solution, SolverSettings

__all__ = ["DIVERGED", "OK", "SILENT", "Solution", "SolverSettings", "solve_rows"]
