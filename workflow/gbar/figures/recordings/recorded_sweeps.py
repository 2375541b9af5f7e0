"""Sweeps of a recording, and the current that was injected."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gbar.figures.style import BLACK, ordered_colours, page_figure, styled
from gbar.recordings.contents import Contents
from gbar.recordings.recording import Recording

VOLTAGE_MM, CURRENT_MM, AROUND_MM = 60.0, 25.0, 18.0
# Longer recordings are drawn over seconds.
LONGEST_IN_MS = 10_000.0


@styled
def draw_sweeps(contents: Contents, recordings: Sequence[Recording]) -> Figure:
    """Draw the membrane potential of some sweeps, and below it the stimulus of those whose file tells it.

    Args:
        contents: of the file.
        recordings: at least one sweep.
    """
    told = [one for one in recordings if one.command is not None]
    figure = page_figure(height_mm=VOLTAGE_MM + AROUND_MM + (CURRENT_MM if told else 0))
    if told:
        voltage, current = figure.subplots(2, 1, sharex=True, height_ratios=(VOLTAGE_MM, CURRENT_MM))
    else:
        voltage, current = figure.subplots(), None
    in_ms = max(one.duration_ms for one in recordings) <= LONGEST_IN_MS
    colours = [BLACK] if len(recordings) == 1 else list(ordered_colours()(np.linspace(0, 1, len(recordings))))
    for one, colour in zip(recordings, colours, strict=True):
        time = np.arange(len(one.V_mV)) * one.sample_ms * (1.0 if in_ms else 1e-3)
        voltage.plot(time, one.V_mV, color=colour, linewidth=0.7)
        if current is not None and one.command is not None:
            current.plot(time, one.command, color=colour, linewidth=0.9)
    voltage.set_ylabel("V (mV)")
    voltage.margins(x=0)
    below = voltage if current is None else current
    below.set_xlabel("time (ms)" if in_ms else "time (s)")
    if current is not None:
        current.set_ylabel(f"I ({told[0].command_unit})")
    first, last = recordings[0], recordings[-1]
    sweeps = (
        f"sweep {first.sweep}" if len(recordings) == 1 else f"{len(recordings)} sweeps, {first.sweep} to {last.sweep}"
    )
    # Series of NWB have each a name of their own.
    channel = f", {first.channel}" if first.channel == last.channel else ""
    voltage.set_title(f"{contents.path.name}{channel}, {sweeps}", loc="left")
    return figure
