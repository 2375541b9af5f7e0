"""Membrane potentials over time: their beats, the course these take, and their biomarkers. One definition for all.

docs/biomarkers.md explains it. Importing this costs no JAX; a configuration needs `settings` alone.
"""
