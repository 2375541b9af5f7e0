"""Axon binary files, of pCLAMP 10 and newer (ABF2) and older (ABF1): a sweep, its command, and what a file holds."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gbar.errors import UserError
from gbar.recordings.abf_command import waveform
from gbar.recordings.abf_header import A_FILE, EPISODIC, GAP_FREE, MODES, NO_CURRENT, Header, Output, read_header
from gbar.recordings.abf_pairing import clamped_voltage, driving, measured_current
from gbar.recordings.contents import Channel, Contents, chosen_channel, chosen_sweep
from gbar.recordings.recording import Recording
from gbar.recordings.units import MV_PER, converted

# A sweep that was stopped after less than this share of its length is no sweep; a header may claim any length.
MOST_PADDED = 1000


def read_abf(path: Path, sweep: int | None, channel: str | None) -> Recording:
    """Return one sweep of an ABF file; arguments as of `gbar.recordings.read_recording`."""
    with _opened(path) as (content, header):
        lengths = _lengths(path, content, header)
        place = chosen_channel(path, _channels(header, lengths), channel)
        number = chosen_sweep(path, range(len(lengths)), sweep)
        name, unit = _name(header, place), header.inputs[place].unit
        clamped = clamped_voltage(header, place)
        if clamped:
            raise UserError(
                f"{path}: {name} is no membrane potential of a current clamp: {clamped}, so that the voltage is the "
                "experimenter's, not the cell's"
            )
        V_mV, notes = _sweep(content, header, lengths, number, place)
        command, command_unit, why = _command(content, header, lengths, number, place)
        return Recording(
            path,
            number,
            name,
            header.sample_us / 1000.0,
            V_mV * MV_PER[unit],
            command,
            command_unit,
            (*converted(unit), *notes, *why),
        )


def contents_of_abf(path: Path) -> Contents:
    """Return what an ABF file holds; see `gbar.recordings.contents`."""
    with _opened(path) as (content, header):
        lengths = _lengths(path, content, header)
        channels = _channels(header, lengths)
        facts = [f"protocol: {header.protocol}"] if header.protocol else []
        for output in header.outputs:
            if output.drives or output.holding:
                facts.append(f"command {output.name} ({output.unit}): {_described(header, output)}")
        return Contents(
            path, f"ABF {header.version:.3g}, {MODES.get(header.mode, f'mode {header.mode}')}", channels, tuple(facts)
        )


def _described(header: Header, output: Output) -> str:
    held = f"holds {output.holding:g}"
    if header.mode != EPISODIC or not output.drives:
        return held
    if output.source == A_FILE:
        return f"{held}, a waveform of another file"
    listed = ", varied by a user list" if output.user_list else ""
    epochs = sum(one.duration > 0 for one in output.epochs.values())
    return f"{held}, {epochs} epoch{'s' if epochs > 1 else ''}{listed}"


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Header]]:
    """Give the bytes of a file and its header.

    Raises:
        UserError: the header is none, torn, or says what no recording can be.
    """
    with path.open("rb") as file:
        try:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                header = read_header(content)
                if not 0 < header.sample_us < np.inf:
                    raise ValueError(f"its samples are {header.sample_us:g} us apart")
                yield content, header
        except UserError:
            raise
        except Exception as error:  # a damaged header raises whatever comes of it
            raise UserError(f"{path}: cannot be read as an ABF file ({type(error).__name__}: {error})") from None


def _name(header: Header, place: int) -> str:
    return header.inputs[place].name or f"channel {place}"


def _channels(header: Header, lengths: list[int]) -> tuple[Channel, ...]:
    samples = max(lengths, default=0) // len(header.inputs)
    return tuple(
        Channel(_name(header, place), one.unit, tuple(range(len(lengths))), header.sample_us / 1000.0, samples)
        for place, one in enumerate(header.inputs)
    )


def _lengths(path: Path, content: Any, header: Header) -> list[int]:
    """Return the samples there are of each sweep, of all channels together.

    Raises:
        UserError: the file ends before the samples that its header counts, or its sweeps do not add up.
    """
    size = 4 if header.floats else 2
    room = max(0, (len(content) - header.starts_at) // size)
    if header.samples > room:
        raise UserError(
            f"{path}: cannot be read: it ends after {room} of the {header.samples} samples that it counts; it was cut "
            "off, copy or convert it again"
        )
    if header.sweeps > len(content) // size and header.mode != GAP_FREE:  # there would be a table of them all
        raise UserError(
            f"{path}: counts {header.sweeps} sweeps, but has room for {len(content) // size} samples; the file is "
            "damaged"
        )
    if header.mode == GAP_FREE:
        return [header.samples] if header.samples > 0 else []
    if header.lengths and sum(header.lengths) == header.samples and min(header.lengths) > 0:
        return list(header.lengths)
    sweeps, each = header.sweeps, header.sweep_samples
    if each * (sweeps - 1) < header.samples <= each * sweeps:
        return [*[each] * (sweeps - 1), header.samples - each * (sweeps - 1)]
    if sweeps > 0 and header.samples > 0 and header.samples % (sweeps * len(header.inputs)) == 0:
        return [header.samples // sweeps] * sweeps
    raise UserError(
        f"{path}: counts {sweeps} sweeps of {each} samples, which are not the {header.samples} samples that it holds"
    )


def _announced(header: Header, lengths: list[int], number: int) -> int:
    """Return the samples of one channel that a sweep was to have."""
    whole = header.sweep_samples if header.mode == EPISODIC and header.sweep_samples > 0 else 0
    return -(-max(whole, lengths[number]) // len(header.inputs))


def _sweep(
    content: Any, header: Header, lengths: list[int], number: int, place: int
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return a channel of a sweep in its unit, NaN where the sweep was stopped early, and notes."""
    kind = np.dtype("<f4" if header.floats else "<i2")
    raw = np.frombuffer(content, kind, lengths[number], header.starts_at + sum(lengths[:number]) * kind.itemsize)
    values = raw[place :: len(header.inputs)].astype(float)
    del raw  # which holds the file open
    if not header.floats:
        values = values * header.inputs[place].gain + header.inputs[place].offset
    announced = _announced(header, lengths, number)
    if len(values) < 2 or announced > MOST_PADDED * len(values):
        raise ValueError(f"sweep {number} has {len(values)} samples, and should have {announced}")
    if len(values) == announced:
        return values, ()
    padded = np.full(max(announced, len(values)), np.nan)
    padded[: len(values)] = values
    return padded, (f"The sweep was stopped after {len(values)} of {announced} samples; the rest is no number.",)


def _command(
    content: Any, header: Header, lengths: list[int], number: int, place: int
) -> tuple[np.ndarray | None, str, tuple[str, ...]]:
    """Return the current that drives a channel during a sweep, its unit, and notes; None where it is not told."""
    if header.inputs[place].clamp == NO_CURRENT:
        note = "The amplifier was set to I = 0, so that no current was injected."
        return np.zeros(_announced(header, lengths, number)), "pA", (note,)
    command, unit, why = _commanded(header, lengths, number, place)
    if command is not None:
        return command, unit, ()
    at = measured_current(header, place)
    if at is None:
        return None, "", (f"The stimulus is not told: {why}.",)
    measured, _ = _sweep(content, header, lengths, number, at)
    return (
        np.nan_to_num(measured),  # nothing was measured where the sweep was stopped
        header.inputs[at].unit,
        (f"The stimulus is the current as it was measured ({_name(header, at)}): {why}.",),
    )


def _commanded(header: Header, lengths: list[int], number: int, place: int) -> tuple[np.ndarray | None, str, str]:
    """Return the current that the protocol commands during a sweep and its unit, or None and why it is not known."""
    if header.mode != EPISODIC:
        return None, "", f"the recording is {MODES.get(header.mode, 'of an unknown kind')}, without a protocol"
    output, why = driving(header, place)
    if output is None:
        return None, "", why
    if output.source == A_FILE:
        return None, "", f"{output.name} plays a file that is no part of the recording"
    command = waveform(header, output, number, _announced(header, lengths, number))
    if command is None or not np.isfinite(command).all():
        return None, "", f"the waveform of {output.name} in this sweep cannot be rebuilt from the header"
    return command, output.unit, ""
