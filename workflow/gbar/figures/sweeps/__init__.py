"""Figures of sweeps: families of action potentials, settings that beat, traces."""
