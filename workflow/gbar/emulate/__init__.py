"""Emulators: networks that predict a cell's voltage trace from the scalings of its conductances."""
