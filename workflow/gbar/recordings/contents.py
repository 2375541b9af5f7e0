"""What a file of recordings holds, and the choice among its sweeps and channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gbar.errors import UserError, wrong
from gbar.recordings.units import is_voltage

# So many sweeps are named one by one in a message.
MOST_NAMED = 12


@dataclass(frozen=True)
class Channel:
    """A channel of a file.

    Attributes:
        name: as the file has it; two may have the same.
        unit: of its values, short.
        sweeps: numbers of its sweeps.
        sample_ms: interval of its samples.
        samples: of its longest sweep.
    """

    name: str
    unit: str
    sweeps: tuple[int, ...] = (0,)
    sample_ms: float = 0.0
    samples: int = 0


@dataclass(frozen=True)
class Contents:
    """What a file holds.

    Attributes:
        path: the file.
        kind: its format and its kind of acquisition.
        channels: all of them, in the order of the file; --channel takes a name, or the place in this list.
        facts: what else there is to say, a line each.
    """

    path: Path
    kind: str
    channels: tuple[Channel, ...]
    facts: tuple[str, ...] = ()


def listed_sweeps(sweeps: Sequence[int]) -> str:
    """Return the numbers of sweeps in words."""
    if len(sweeps) == 1:
        return f"{sweeps[0]}, the only one"
    if list(sweeps) == list(range(sweeps[0], sweeps[0] + len(sweeps))):
        return f"from {sweeps[0]} to {sweeps[-1]}"
    named = ", ".join(map(str, sweeps[:MOST_NAMED]))
    return named if len(sweeps) <= MOST_NAMED else f"{named} … {sweeps[-1]}"


def chosen_sweep(path: Path, sweeps: Sequence[int], sweep: int | None) -> int:
    """Return the number of the sweep to read.

    Args:
        path: the file.
        sweeps: numbers of those it has.
        sweep: the one wanted; None where the user says nothing.

    Raises:
        UserError: nothing is said and there are several, or there is no such sweep.
    """
    if not sweeps:
        raise UserError(f"{path}: holds no sweep")
    allowed = listed_sweeps(sweeps)
    if sweep is None and len(sweeps) > 1:
        raise UserError(f"{path}: holds {len(sweeps)} sweeps; choose one with --sweep, {allowed}")
    if sweep is not None and sweep not in sweeps:
        raise wrong("sweep", sweep, f"a sweep of {path}: {allowed}")
    return sweeps[0] if sweep is None else sweep


def chosen_channel(path: Path, channels: Sequence[Channel], channel: str | None) -> int:
    """Return the place of the voltage channel to read.

    Args:
        path: the file.
        channels: all of them.
        channel: name or place of the one wanted; the only one in mV when None, or else the only voltage.

    Raises:
        UserError: there is no such channel, it is no voltage, several have this name, or nothing is said and there is
            no voltage, or there are several.
    """
    known = ", ".join(f"{place} {one.name} ({one.unit})" for place, one in enumerate(channels))
    if channel is not None:
        named = [place for place, one in enumerate(channels) if one.name == channel]
        if not named and channel.isdecimal() and int(channel) < len(channels):
            named = [int(channel)]
        if not named:
            raise wrong("channel", channel, f"a channel of {path}, by its name or its place: {known}")
        if len(named) > 1:
            raise UserError(f"{path}: {len(named)} channels are named {channel}; choose one by its place: {known}")
        (place,) = named
        if not is_voltage(channels[place].unit):
            raise UserError(
                f"{path}: the channel {channels[place].name} is in {channels[place].unit!r}, but a membrane potential "
                f"in mV is needed; the channels are {known}"
            )
        return place
    millivolts = [place for place, one in enumerate(channels) if one.unit == "mV"]
    voltages = millivolts or [place for place, one in enumerate(channels) if is_voltage(one.unit)]
    if not voltages:
        raise UserError(f"{path}: no channel is a membrane potential in mV; the channels are {known}")
    if len(voltages) > 1:
        raise UserError(
            f"{path}: holds several channels in {'mV' if millivolts else 'volts'}; choose one with --channel: {known}"
        )
    return voltages[0]
