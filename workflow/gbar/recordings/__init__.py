"""Recordings of real cells: a sweep of a file as a membrane potential in mV on a regular grid, with its stimulus."""

from gbar.recordings.read import read_recording, source
from gbar.recordings.recording import Recording

__all__ = ["Recording", "read_recording", "source"]
