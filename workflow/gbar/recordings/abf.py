"""Axon binary files, of pCLAMP 10 and newer (ABF2) and older (ABF1), read by pyABF."""

import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from gbar.errors import UserError
from gbar.recordings.recording import Recording, chosen_channel, chosen_sweep

# Where the two kinds of files, told apart by their first bytes, count their sweeps, as 4 bytes.
SWEEPS_AT = {b"ABF ": 16, b"ABF2": 12}
SAMPLE_BYTES = 2


def read_abf(path: Path, sweep: int | None, channel: str | None) -> Recording:
    """Return one sweep of an ABF file; arguments as of `gbar.recordings.read_recording`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd numbers in a header; what comes of them is checked
        return _read(path, sweep, channel)


def _read(path: Path, sweep: int | None, channel: str | None) -> Recording:
    import pyabf

    _check_sweeps(path)
    try:
        file: Any = pyabf.ABF(str(path), cacheStimulusFiles=False)
        names, units = ([text.strip(" \0") for text in texts] for texts in (file.adcNames, file.adcUnits))
    except Exception as error:  # pyABF checks little: a damaged header raises whatever comes of it
        raise UserError(f"{path}: cannot be read as an ABF file ({type(error).__name__}: {error})") from None
    names = [name or f"channel {place}" for place, name in enumerate(names)]
    number = chosen_sweep(path, len(file.sweepList), sweep)
    place = chosen_channel(path, names, units, channel)
    try:
        file.setSweep(number, channel=place)
        V_mV = np.array(file.sweepY, float)
    except Exception as error:
        raise UserError(f"{path}: sweep {number} cannot be read ({type(error).__name__}: {error})") from None
    command, command_unit = _command(file, len(V_mV))
    rate_Hz = float(file.sampleRate)
    if not rate_Hz > 0 or len(V_mV) < 2:
        raise UserError(f"{path}: sweep {number} has {len(V_mV)} samples at {rate_Hz:g} Hz, which is no trace")
    return Recording(path, number, names[place], 1000.0 / rate_Hz, V_mV, command, command_unit)


def _check_sweeps(path: Path) -> None:
    """Refuse a file that counts more sweeps than it has samples: pyABF makes a table of them all."""
    with path.open("rb") as file:
        head = file.read(20)
    place = SWEEPS_AT.get(head[:4])
    if place is None or len(head) < place + 4:
        return  # pyABF tells what is wrong
    (sweeps,) = struct.unpack_from("<I", head, place)
    samples = path.stat().st_size // SAMPLE_BYTES
    if sweeps > samples:
        raise UserError(f"{path}: counts {sweeps} sweeps, but has room for {samples} samples; the file is damaged")


def _command(file: Any, samples: int) -> tuple[np.ndarray | None, str]:
    """Return the commanded current and its unit, None where the file has none that pyABF can rebuild."""
    try:
        command, unit = np.array(file.sweepC, float), str(file.sweepUnitsC).strip()
    except Exception:  # a waveform in a file of its own, or of a kind that pyABF does not know
        return None, ""
    if command.shape != (samples,) or not unit.endswith("A") or not np.isfinite(command).all():
        return None, ""
    return command, unit
