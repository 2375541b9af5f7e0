"""Recordings of real cells: a sweep of an ABF, NWB or CSV file as a membrane potential in mV on a regular grid."""

from gbar.recordings.read import read_recording
from gbar.recordings.recording import Recording

__all__ = ["Recording", "read_recording"]
