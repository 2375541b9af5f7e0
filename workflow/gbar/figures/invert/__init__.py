"""Figures of inverters: parameters, intervals, out-of-range scores, scans, round trips, recordings."""
