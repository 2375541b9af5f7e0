"""Neurodata Without Borders, version 2: the current-clamp series of a file, each with its stimulus.

They are read with h5py, since the layout needed is small and fixed by the standard: a series has `data` (in `unit` once
multiplied by `conversion` and shifted by `offset`), `starting_time` (with `rate`) or `timestamps`, and `electrode`.
PyNWB would bring six further packages and its cached schemas for it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from gbar.errors import UserError, wrong
from gbar.recordings.contents import MOST_NAMED, Channel, Contents, chosen_sweep
from gbar.recordings.nwb_series import VOLTAGE, ZERO, Series, responses
from gbar.recordings.nwb_values import text, timing, values
from gbar.recordings.recording import Recording
from gbar.recordings.units import MV_PER, PA_PER

# A share of an interval: times in seconds have rounding errors.
SLACK = 1e-3


def read_nwb(path: Path, sweep: int | None, channel: str | None) -> Recording:
    """Return one sweep of an NWB file; arguments as of `gbar.recordings.read_recording`.

    Sweeps are the series of an electrode, by their sweep numbers, or in order from 0 where they have none. A channel is
    an electrode, or one series by its name.
    """
    with _opened(path) as file:
        found = responses(file)
        number, one = _chosen(path, found, sweep, channel)
        if one.kind == VOLTAGE:
            raise UserError(
                f"{path}: {one.name} is of a voltage clamp, so that what is recorded is a current; the membrane "
                "potential of a current clamp is needed"
            )
        part = slice(one.first, None if one.count is None else one.first + one.count)
        start_s, sample_s = timing(path, one.group)
        V_mV = values(path, one.group, MV_PER)[part]
        command, notes = _command(path, one, V_mV, start_s + one.first * sample_s, sample_s)
        bias_pA = float(np.asarray(one.group["bias_current"][()])) * 1e12 if "bias_current" in one.group else 0.0
        if np.isfinite(bias_pA) and bias_pA != 0:
            notes.append(f"A bias current of {bias_pA:g} pA flows besides the stimulus, by the file.")
        return Recording(path, number, one.name, 1000.0 * sample_s, V_mV, command, "pA", tuple(notes))


def contents_of_nwb(path: Path) -> Contents:
    """Return what an NWB file holds; see `gbar.recordings.contents`."""
    with _opened(path) as file:
        found = responses(file)
        clamped = [one for one in found if one.kind != VOLTAGE]
        channels = []
        facts = []
        for electrode in _electrodes(clamped):
            own = [one for one in clamped if one.electrode == electrode]
            numbered = _numbered(own)
            _, sample_s = timing(path, own[0].group)
            samples = max(one.count or one.group["data"].shape[0] for one in own)
            numbers = tuple(number for number, _ in numbered)
            channels.append(Channel(electrode, "mV", tuple(sorted(set(numbers))), 1000.0 * sample_s, samples))
            facts.append(f"series of {electrode}: {_named(numbered)}")
        kinds = Counter(one.kind for one in found)
        facts.append(", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "no patch-clamp series")
        return Contents(path, f"NWB {_version(file)}", tuple(channels), tuple(facts))


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """Give a file of version 2 that lies in no other file.

    Raises:
        UserError: it is none, or damaged.
    """
    try:
        with h5py.File(path, "r") as file:
            linked = file.visititems_links(lambda name, link: name if isinstance(link, h5py.ExternalLink) else None)
            if linked:
                raise UserError(
                    f"{path}: {linked} is a link to another file, which is not opened; copy both into one file"
                )
            version = _version(file)
            if not version.startswith("2"):
                what = f"is of NWB version {version}" if version else "is HDF5, but has no nwb_version"
                raise UserError(
                    f"{path}: {what}; only version 2 is read: convert it to NWB 2, or export the sweep as CSV with the "
                    "columns time_ms,V_mV,I_pA"
                )
            yield file
    except UserError:
        raise
    except Exception as error:  # a damaged or hostile file raises whatever comes of it
        raise UserError(f"{path}: cannot be read as an NWB file ({type(error).__name__}: {error})") from None


def _version(file: h5py.File) -> str:
    """Return the version of the format; version 1 kept it as a dataset, with NWB- before the number."""
    held = file.attrs.get("nwb_version", file.get("nwb_version"))
    if isinstance(held, h5py.Dataset):
        held = np.asarray(held[()]).ravel()[0]
    return "" if held is None else text(held).removeprefix("NWB-")


def _electrodes(found: Sequence[Series]) -> list[str]:
    return sorted({one.electrode for one in found})


def _numbered(found: Sequence[Series]) -> list[tuple[int, Series]]:
    """Return series with the numbers of their sweeps: the file's own, or from 0 where none of them has one."""
    if all(one.sweep < 0 for one in found):
        return list(enumerate(found))
    return [(one.sweep, one) for one in found if one.sweep >= 0]


def _named(numbered: Sequence[tuple[int, Series]]) -> str:
    named = ", ".join(f"{number} {one.name}" for number, one in numbered[:MOST_NAMED])
    return named if len(numbered) <= MOST_NAMED else f"{named} … {numbered[-1][0]} {numbered[-1][1].name}"


def _chosen(path: Path, found: list[Series], sweep: int | None, channel: str | None) -> tuple[int, Series]:
    """Return the series to read and the number of its sweep.

    Raises:
        UserError: there is none in current clamp, none of this channel and sweep, or several.
    """
    clamped = [one for one in found if one.kind != VOLTAGE]
    named = [one for one in found if channel is not None and channel in (one.name, one.group.name)]
    electrodes = _electrodes(clamped)
    if named and channel not in electrodes:
        return _by_name(path, found, named, sweep)
    if not clamped:
        if found:
            raise UserError(
                f"{path}: holds voltage clamp only ({len(found)} {VOLTAGE}), so that what is recorded are currents; "
                "the membrane potential of a current clamp is needed"
            )
        raise UserError(f"{path}: holds no CurrentClampSeries, the membrane potential of a current clamp")
    if channel is None and len(electrodes) > 1:
        raise UserError(f"{path}: holds several electrodes; choose one with --channel: {', '.join(electrodes)}")
    electrode = electrodes[0] if channel is None else _electrode(path, electrodes, channel)
    numbered = _numbered([one for one in clamped if one.electrode == electrode])
    other = [one for one in found if one.kind == VOLTAGE and one.electrode == electrode and one.sweep == sweep]
    if other and sweep is not None and sweep not in [number for number, _ in numbered]:
        return sweep, other[0]
    number = chosen_sweep(path, list(dict.fromkeys(number for number, _ in numbered)), sweep)
    several = [one for place, one in numbered if place == number]
    if len(several) > 1:
        raise UserError(
            f"{path}: sweep {number} is there {len(several)} times; choose one by its name with --channel: "
            f"{', '.join(one.name for one in several)}"
        )
    return number, several[0]


def _by_name(path: Path, found: list[Series], named: list[Series], sweep: int | None) -> tuple[int, Series]:
    """Return one of the series of a name, and the number of its sweep among those of its electrode."""
    like = named[0]
    own = [one for one in found if one.electrode == like.electrode and (one.kind == VOLTAGE) == (like.kind == VOLTAGE)]
    numbered = [(number, one) for number, one in _numbered(own) if any(one is it for it in named)]
    if len({number for number, _ in numbered}) < len(named):
        numbered = list(enumerate(named))
    number = chosen_sweep(path, [place for place, _ in numbered], sweep)
    return next((place, one) for place, one in numbered if place == number)


def _electrode(path: Path, electrodes: list[str], channel: str) -> str:
    if channel not in electrodes and channel.isdecimal() and int(channel) < len(electrodes):
        return electrodes[int(channel)]
    if channel not in electrodes:
        raise wrong("channel", channel, f"an electrode or a series of {path}: {', '.join(electrodes)}")
    return channel


def _command(
    path: Path, one: Series, V_mV: np.ndarray, start_s: float, sample_s: float
) -> tuple[np.ndarray | None, list[str]]:
    """Return the injected current at each sample of a series, pA, and notes; None where the file does not tell."""
    if one.kind == ZERO:
        return np.zeros(len(V_mV)), []
    if one.stimulus is None:
        return None, ["The stimulus is not told: the file pairs no stimulus with this series."]
    current_pA = values(path, one.stimulus, PA_PER)
    notes = []
    if "starting_time" in one.stimulus or "timestamps" in one.stimulus:
        from_s, step_s = timing(path, one.stimulus)
    elif len(current_pA) == len(V_mV):
        from_s, step_s = start_s, sample_s
        notes.append("The stimulus has no times of its own in the file; it is taken to begin with the recording.")
    else:
        return None, ["The stimulus is not told: that of the file has no times, and another length."]
    # An output holds each value until the next.
    at = np.floor((start_s - from_s + np.arange(len(V_mV)) * sample_s) / step_s + SLACK).astype(int)
    inside = (at >= 0) & (at < len(current_pA))
    if not inside.any():
        return None, [
            f"The stimulus is not told: that of the file, {one.stimulus.name}, is from another time "
            f"({from_s:g} s on, the recording from {start_s:g} s on)."
        ]
    command = np.where(inside, current_pA[np.clip(at, 0, len(current_pA) - 1)], 0.0)
    command[~np.isfinite(V_mV)] = 0.0  # both are filled up to one length
    if not np.isfinite(command).all():
        return None, [f"The stimulus is not told: samples of {one.stimulus.name} are no number."]
    if inside.all():
        return command, notes
    first, last = np.flatnonzero(inside)[[0, -1]] * sample_s * 1000.0
    return command, [f"The stimulus of the file lasts from {first:.6g} to {last:.6g} ms; it is taken as zero around."]
