"""A recorded sweep, and the choice among the sweeps and channels of a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar.errors import UserError, wrong

VOLTAGE_UNIT = "mV"
# Times written with few digits make intervals that differ by rounding; more than this share is another rate.
INTERVAL_TOLERANCE = 0.02


@dataclass(frozen=True, eq=False)
class Recording:
    """One sweep of a recorded membrane potential.

    Attributes:
        source: the file.
        sweep: number of the sweep, from 0.
        channel: name of the channel.
        sample_ms: interval between samples, ms; the first sample is at time 0.
        V_mV: membrane potential, mV, shape (sample,).
        command: current that the amplifier was told to inject, shape (sample,); None where the file does not tell.
        command_unit: its unit.
    """

    source: Path
    sweep: int
    channel: str
    sample_ms: float
    V_mV: np.ndarray
    command: np.ndarray | None = None
    command_unit: str = ""

    @property
    def duration_ms(self) -> float:
        """Time from the first sample to the last, ms."""
        return (len(self.V_mV) - 1) * self.sample_ms


def chosen_sweep(path: Path, count: int, sweep: int | None) -> int:
    """Return the number of the sweep to read.

    Args:
        path: the file.
        count: sweeps it has.
        sweep: the one wanted; None where the user says nothing.

    Raises:
        UserError: nothing is said and there are several, or there is no such sweep.
    """
    if count == 0:
        raise UserError(f"{path}: holds no sweep")
    allowed = "0, the only one" if count == 1 else f"from 0 to {count - 1}"
    if sweep is None and count > 1:
        raise UserError(f"{path}: holds {count} sweeps; choose one with --sweep, {allowed}")
    if sweep is not None and not 0 <= sweep < count:
        raise wrong("sweep", sweep, f"a sweep of {path}: {allowed}")
    return sweep or 0


def chosen_channel(path: Path, names: Sequence[str], units: Sequence[str], channel: str | None) -> int:
    """Return the place of the voltage channel to read.

    Args:
        path: the file.
        names: of its channels.
        units: of its channels.
        channel: the one wanted; the only one in mV when None.

    Raises:
        UserError: there is no such channel, it is not in mV, or nothing is said and not one channel is in mV.
    """
    known = ", ".join(f"{name} ({unit})" for name, unit in zip(names, units, strict=True))
    if channel is not None:
        if channel not in names:
            raise wrong("channel", channel, f"a channel of {path}: {known}")
        place = list(names).index(channel)
        if units[place] != VOLTAGE_UNIT:
            raise UserError(
                f"{path}: the channel {channel} is in {units[place]!r}, but a membrane potential in mV is needed; "
                f"the channels are {known}"
            )
        return place
    voltages = [place for place, unit in enumerate(units) if unit == VOLTAGE_UNIT]
    if not voltages:
        raise UserError(f"{path}: no channel is a membrane potential in mV; the channels are {known}")
    if len(voltages) > 1:
        raise UserError(f"{path}: holds several channels in mV; choose one with --channel: {known}")
    return voltages[0]


def regular_interval(path: Path, times: np.ndarray) -> float:
    """Return the interval of times of a constant sampling rate, in their unit.

    Raises:
        UserError: fewer than two samples, or times that are not finite or do not rise in equal steps.
    """
    if len(times) < 2:
        raise UserError(f"{path}: holds {len(times)} samples; a trace takes more")
    if not np.isfinite(times).all():
        raise UserError(f"{path}: the time of sample {np.argmin(np.isfinite(times))} is not a number")
    interval = float(times[-1] - times[0]) / (len(times) - 1)
    steps = np.diff(times)
    off = ~(np.abs(steps - interval) <= INTERVAL_TOLERANCE * abs(interval))
    if not interval > 0 or off.any():
        at = int(np.argmax(off)) if off.any() else 0
        raise UserError(
            f"{path}: the sampling rate is not constant: samples {at} and {at + 1} are {steps[at]:g} apart, on average "
            f"it is {interval:g}; times must rise in equal steps"
        )
    return interval
