"""The waveform that an output of an ABF file gave during a sweep, rebuilt from the epochs of its header.

The rules are those of pCLAMP (Axon Binary File Format, user guide, "waveform generation"): a sweep begins with 1/64 of
its length at the holding level, the epochs follow without gaps, and what is left is the holding level again or the last
epoch's. Trains start from the level of the epoch before; a period that has no room for its pulse is left out.
"""

from dataclasses import replace

import numpy as np

from gbar.recordings.abf_header import EPISODIC, EPOCHS, Epoch, Header, Output, UserList

HOLDING_SHARE = 64
STEP, RAMP, PULSES, TRIANGLES, COSINES, RESISTANCE, BIPHASIC = range(1, 8)
# A user list varies a number of epoch k by its parameter: the first of a kind + k. There were 10 epochs before pCLAMP
# 11, which writes version 2.9, and are 50 since.
FIRST_PARAMETER, NEW_VERSION, FEW, MANY = 11, 2.9, 10, 50
VARIED = ("level", "duration", "period", "width")
INACTIVE_HOLDING = 8


def waveform(header: Header, output: Output, sweep: int, samples: int) -> np.ndarray | None:
    """Return what an output gave during a sweep.

    Args:
        header: of the file.
        output: a DAC whose waveform is of epochs or off.
        sweep: its number, from 0.
        samples: of one channel of the sweep, as announced.

    Returns:
        Levels in the unit of the output, shape (samples,); None where the header does not tell them.
    """
    holding = _holding(output, sweep)
    if output.source != EPOCHS or header.mode != EPISODIC:
        return np.full(samples, output.holding)
    if 0 < header.planned <= sweep:
        return None  # a sweep that the protocol did not make
    listed = _listed(header, output.user_list, sweep)
    if listed is None:
        return None
    rest = header.alternating and output.number == 1 - sweep % 2
    before = _first_level(header, output, sweep)
    if before is None:
        return None
    command = np.full(samples, before)
    at = max(1, samples // HOLDING_SHARE)
    level = before
    for epoch in _epochs(output, listed, sweep):
        if epoch.duration <= 0:
            continue
        if at + epoch.duration > samples:
            return None
        shape = np.full(epoch.duration, before) if rest else _shape(epoch, level, holding)
        if shape is None:
            return None
        command[at : at + epoch.duration] = shape
        at, level = at + epoch.duration, epoch.level
    command[at:] = level if output.keeps_last and not rest else output.holding
    return command


def _holding(output: Output, sweep: int) -> float:
    return output.holding if output.after_train is None else output.after_train


def _first_level(header: Header, output: Output, sweep: int) -> float | None:
    """Return the level that a sweep begins with: the holding level, or where the sweep before has left it."""
    if output.after_train is not None or not output.keeps_last or sweep == 0:
        return _holding(output, sweep)
    listed = _listed(header, output.user_list, sweep - 1)
    if listed is None:
        return None
    levels = [epoch.level for epoch in _epochs(output, listed, sweep - 1)]
    return levels[-1] if levels else output.holding


def _epochs(output: Output, listed: dict[tuple[int, str], float], sweep: int) -> list[Epoch]:
    """Return the epochs as they are in one sweep, with the increments and the user list in."""
    found = []
    for place, epoch in output.epochs.items():
        values = {
            "level": epoch.level + sweep * epoch.level_step,
            "duration": epoch.duration + sweep * epoch.duration_step,
            "period": epoch.period,
            "width": epoch.width,
        }
        values |= {name: listed[place, name] for name in VARIED if (place, name) in listed}
        level = values.pop("level")
        found.append(replace(epoch, level=level, **{name: int(value) for name, value in values.items()}))
    return found


def _listed(header: Header, user_list: UserList | None, sweep: int) -> dict[tuple[int, str], float] | None:
    """Return what a user list sets in a sweep, by the place of an epoch and the name of its number; None if unknown."""
    if user_list is None or not user_list.values:
        return {}
    many = header.version > NEW_VERSION - 0.01
    kind, place = divmod(user_list.parameter - FIRST_PARAMETER, MANY if many else FEW)
    if user_list.parameter == INACTIVE_HOLDING or kind > len(VARIED):
        return None
    if kind <= 0:
        return {}  # pulses before the sweep, digital outputs, pauses: not the current
    last = len(user_list.values) - 1
    entry = sweep % (last + 1) if user_list.repeats else min(sweep, last)
    return {(place, VARIED[kind - 1]): user_list.values[entry]}


def _shape(epoch: Epoch, start: float, holding: float) -> np.ndarray | None:
    """Return one epoch that follows the level `start`, shape (duration,); None where its kind is not known."""
    samples = np.arange(epoch.duration)
    if epoch.kind == STEP:
        return np.full(epoch.duration, epoch.level)
    if epoch.kind == RAMP:
        return start + (epoch.level - start) * (samples + 1) / epoch.duration
    if epoch.kind == RESISTANCE:
        return np.where(samples < epoch.duration // 2, holding, epoch.level)
    if epoch.kind not in (PULSES, TRIANGLES, COSINES, BIPHASIC) or epoch.period <= 0 or epoch.width < 0:
        return None
    left = epoch.duration % epoch.period
    phase, whole = samples % epoch.period, samples < epoch.duration - left
    pulse = (phase < epoch.width) & (whole | (left >= epoch.width))
    if epoch.kind == PULSES:
        share = pulse
    elif epoch.kind == BIPHASIC:
        share = pulse * np.where(phase < epoch.width // 2, 1, -1)
    elif epoch.kind == TRIANGLES:
        falling = (phase - epoch.width) / max(1, epoch.period - epoch.width)
        share = whole * np.where(phase < epoch.width, phase / max(1, epoch.width), 1 - falling)
    else:
        share = whole * (0.5 - 0.5 * np.cos(2 * np.pi * phase / epoch.period))
    return start + (epoch.level - start) * share
