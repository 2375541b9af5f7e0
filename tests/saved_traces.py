"""A trace saved as a laboratory would: as CSV, ABF or NWB, sampled at another interval."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from pyabf.abfWriter import writeABF1

from gbar.records.files import write_csv

INTERVALS_ms = (0.02, 0.04, 0.05, 0.1)


def sampled(V_mV: np.ndarray, save_every_ms: float, sample_ms: float) -> np.ndarray:
    """Return a trace at the samples of another interval, straight between its own; no filter."""
    duration_ms = (len(V_mV) - 1) * save_every_ms
    times = np.arange(int(duration_ms / sample_ms + 1e-9) + 1) * sample_ms
    return np.interp(times, np.arange(len(V_mV)) * save_every_ms, V_mV)


def as_csv(path: Path, V_mV: np.ndarray, sample_ms: float) -> None:
    write_csv(path, ["time_ms", "V_mV"], [[f"{k * sample_ms:.10g}", f"{V:.8f}"] for k, V in enumerate(V_mV)])


def as_abf(path: Path, V_mV: np.ndarray, sample_ms: float) -> None:
    """Of version 1, in 16 bits over 200 mV."""
    writeABF1(V_mV[None], str(path), sampleRateHz=1000 / sample_ms, units="mV")


def as_nwb(path: Path, V_mV: np.ndarray, sample_ms: float) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["nwb_version"] = "2.6.0"
        file.require_group("general/intracellular_ephys/e1")
        series = file.create_group("acquisition/Sweep_0")
        series.attrs.update({"neurodata_type": "CurrentClampSeries", "sweep_number": 0})
        series["electrode"] = h5py.SoftLink("/general/intracellular_ephys/e1")
        data = series.create_dataset("data", data=V_mV / 1000)
        data.attrs.update({"unit": "volts", "conversion": 1.0})
        series.create_dataset("starting_time", data=0.0).attrs["rate"] = 1000 / sample_ms


FORMATS: dict[str, Callable[[Path, np.ndarray, float], None]] = {"csv": as_csv, "abf": as_abf, "nwb": as_nwb}
