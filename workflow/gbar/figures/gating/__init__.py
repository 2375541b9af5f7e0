"""Figures of the gating study: learnt gates, closed loops, altered cells."""
