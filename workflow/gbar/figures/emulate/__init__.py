"""Figures of emulators: predictions, errors, smoothing, learning curves, spread of the ensemble."""
