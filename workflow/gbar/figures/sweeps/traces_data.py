"""What the figure of the traces shows, read from the store of a sweep; a trace at a time."""

import math
from pathlib import Path

import numpy as np
import zarr

from gbar import cells, stimuli
from gbar.config.explain import checked
from gbar.config.protocol import ProtocolSection
from gbar.config.sweep import STIMULUS
from gbar.errors import UserError
from gbar.figures.sweeps.sweep_data import cell_of
from gbar.figures.sweeps.traces import Drive, Shown, Trace, wrapped
from gbar.records.attributes import told
from gbar.stimuli.kinds import KINDS
from gbar.sweeps.quantities import varied_quantities
from gbar.sweeps.row_reader import RowReader, reader_of_store
from gbar.sweeps.rows import noise_key
from gbar.sweeps.store import STATUS, Quantity, array, open_store, read_voltage

MOST_LINES = 2  # of the text above a panel
PLAIN = ("regular", "silent")  # classes that the trace shows by itself
POINTS = 4000  # of a line: two a third of a dot at the resolution of print


def read_traces(store: str | Path, *, rows: int = 6, from_ms: float = 0.0, to_ms: float | None = None) -> Shown:
    """Read traces of settings spread evenly over a design, and what drives the first of them.

    Args:
        store: store of the sweep.
        rows: number of settings; all of them where the design has fewer.
        from_ms: start of the time shown.
        to_ms: its end; that of the run when None.

    Raises:
        UserError: no store, no samples in the time shown, a file of the stimulus that is no longer what it was.
    """
    group = open_store(store)
    time_ms = np.asarray(array(group, "time")[:])
    end_ms = float(time_ms[-1] + time_ms[1])  # a sample stands for the interval from it on
    window = (from_ms, end_ms if to_ms is None else min(to_ms, end_ms))
    first, last = np.searchsorted(time_ms, window)
    if last - first < 2:
        raise UserError(f"{store}: no two samples lie between {window[0]:g} and {window[1]:g} ms")
    part = slice(int(first), int(last))
    n_rows = array(group, "id").shape[0]
    chosen = np.unique(np.round(np.linspace(0, n_rows - 1, min(rows, n_rows))).astype(int)).tolist()

    quantities, reader = varied_quantities(group), reader_of_store(group)
    labels = _labels(quantities, chosen, [_class(group, reader, row) for row in chosen])
    traces = [
        Trace(label, *_envelope(time_ms[part], read_voltage(group, row, part)))
        for row, label in zip(chosen, labels, strict=True)
    ]
    title = f"{cell_of(store)}{_fixed(group)}: {len(chosen)} of {n_rows} settings, spread evenly over the design"
    return Shown(traces, _drive(store, group, chosen[0], quantities, window), window, title)


def _class(group: zarr.Group, reader: RowReader, row: int) -> str:
    """Return the class of a row's beats, as of `gbar.traces.course`, or "diverged"."""
    if STATUS[np.asarray(array(group, "status")[row])] == "diverged":
        return "diverged"
    return reader.read(row, read_voltage(group, row)).course


def _labels(quantities: list[Quantity], rows: list[int], courses: list[str]) -> list[str]:
    """Return what differs from the control in each row, and its class where that does not go without saying.

    Units are left out of all where one takes too many lines.
    """

    def label(row: int, course: str, with_unit: bool) -> str:
        different = [one for one in quantities if one.differs(one.values[row])]
        told = ", ".join(one.told(one.values[row], digits=3, with_unit=with_unit) for one in different) or "control"
        return told if course in PLAIN else f"{told} ({course})"

    each = list(zip(rows, courses, strict=True))
    labels = [label(*one, with_unit=True) for one in each]
    if max(len(wrapped(text)) for text in labels) > MOST_LINES:
        labels = [label(*one, with_unit=False) for one in each]
    return labels


def _fixed(group: zarr.Group) -> str:
    """Return the parameters that the whole sweep has other than the cell, behind a comma."""
    configuration = told(group, "configuration")
    return "".join(f", {name} = {value:g}" for name, value in configuration["cell"]["parameters"].items())


def _drive(
    store: str | Path, group: zarr.Group, row: int, quantities: list[Quantity], window: tuple[float, float]
) -> Drive | None:
    """Return what drives a row in a window of time."""
    protocol = checked(ProtocolSection, told(group, "protocol"))
    stimulation = cells.get(str(group.attrs["cell"]), str(group.attrs["variant"])).stimulus
    section = protocol.stimulus
    if section is None or section.kind == "none":
        return None
    if stimuli.meaning(section, stimulation) != told(group, "stimulus_meaning"):
        raise UserError(f"{store}: the stimulus has changed since the sweep was solved; run the sweep again")
    varied = {
        one.name.removeprefix(STIMULUS): np.array([one.values[row]])
        for one in quantities
        if one.name.startswith(STIMULUS)
    }
    key = noise_key(str(array(group, "id")[row]))
    stimulus = stimuli.build(section, stimulation, protocol.duration_ms, [key], varied)
    assert stimulus is not None
    start_ms, value = np.atleast_2d(stimulus.start_ms)[0], np.atleast_2d(stimulus.value)[0]
    label = f"voltage clamp, {section.kind}" if stimulus.clamp else f"stimulus, {section.kind}"
    if varied or KINDS[section.kind].random:
        label += " (of the first setting below; it differs between settings)"
    quantity = "I" if stimulation.unit == "1" else f"I ({stimulation.unit})"
    return Drive(label, "V (mV)" if stimulus.clamp else quantity, *_line(start_ms, value, window))


def _line(start_ms: np.ndarray, value: np.ndarray, window: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of a piecewise-constant function in a window of time."""
    from_ms, to_ms = window
    first, last = np.searchsorted(start_ms, [from_ms, to_ms], side="right")
    edges = np.concatenate([[from_ms], start_ms[first:last], [to_ms]])
    return np.repeat(edges, 2)[1:-1], np.repeat(value[first - 1 : last], 2)


def _envelope(time_ms: np.ndarray, V_mV: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a regularly sampled trace of fewer points that looks the same: both extremes of each short stretch."""
    stretch = math.ceil(2 * len(V_mV) / POINTS)
    if stretch <= 2:
        return time_ms, V_mV
    n_stretches = len(V_mV) // stretch
    stretches = V_mV[: n_stretches * stretch].reshape(n_stretches, stretch)
    extremes = np.sort([stretches.argmin(axis=1), stretches.argmax(axis=1)], axis=0)
    kept = np.concatenate([(extremes + stretch * np.arange(n_stretches)).T.ravel(), [len(V_mV) - 1]])
    return time_ms[kept], V_mV[kept]
