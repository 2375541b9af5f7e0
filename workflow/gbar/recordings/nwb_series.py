"""The patch-clamp series of an NWB 2 file: their kinds, electrodes and sweeps, and which stimulus belongs to which.

A series is a group with a `neurodata_type`. Extensions derive types of their own: what they are derived from stands in
the specifications that the file keeps. A response finds its stimulus by the table `intracellular_recordings`, or, in
older files, by the electrode and the number of the sweep.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np

from gbar.recordings.nwb_values import text

ZERO, CURRENT, VOLTAGE = "IZeroClampSeries", "CurrentClampSeries", "VoltageClampSeries"
CURRENT_STIMULUS, VOLTAGE_STIMULUS = "CurrentClampStimulusSeries", "VoltageClampStimulusSeries"
KINDS = (CURRENT_STIMULUS, VOLTAGE_STIMULUS, ZERO, CURRENT, VOLTAGE)
ICEPHYS, RECORDINGS = "general/intracellular_ephys", "general/intracellular_ephys/intracellular_recordings"
# The specifications of a file, which are words: so many bytes are looked into.
MOST_WORDS = 50_000_000


@dataclass(frozen=True)
class Series:
    """A recorded series, or a part of one, with its stimulus.

    Attributes:
        group: of the file.
        kind: one of KINDS.
        electrode: name of its electrode.
        sweep: the number of its sweep as the file has it; -1 where it has none.
        first: sample at which it begins.
        count: samples it has; None for all from there.
        stimulus: group of what was injected; None where the file does not tell.
    """

    group: Any
    kind: str
    electrode: str
    sweep: int
    first: int = 0
    count: int | None = None
    stimulus: Any = None

    @property
    def name(self) -> str:
        """Name of the group, without the folders it is in."""
        return str(self.group.name).rsplit("/", 1)[-1]


def responses(file: h5py.File) -> list[Series]:
    """Return all that was recorded by patch electrodes, in the order of sweep number and name."""
    parents = _derived(file)
    stimuli = _of_kinds(file, parents, lambda name: name.startswith("stimulus/"), (CURRENT_STIMULUS,))
    recorded = _of_kinds(file, parents, lambda name: not name.startswith("stimulus/"), (ZERO, CURRENT, VOLTAGE))
    by_path = {one.group.name: one for one in stimuli}
    rows = _rows(file)
    found = []
    for one in recorded:
        parts = rows.get(one.group.name, [])
        for first, count, stimulus in parts:
            paired = by_path[stimulus].group if stimulus in by_path else None
            found.append(Series(one.group, one.kind, one.electrode, one.sweep, first, count, paired))
        if not parts:
            same = [it for it in stimuli if one.sweep >= 0 and (it.sweep, it.electrode) == (one.sweep, one.electrode)]
            paired = same[0].group if len(same) == 1 else None
            found.append(Series(one.group, one.kind, one.electrode, one.sweep, stimulus=paired))
    return sorted(found, key=lambda one: (one.sweep, _natural(str(one.group.name)), one.first))


def _of_kinds(file: h5py.File, parents: dict[str, str], within: Any, kinds: tuple[str, ...]) -> list[Series]:
    """Return the series of some kinds among the groups whose path `within` takes."""
    groups: list[h5py.Group] = []

    def visit(name: str, one: Any) -> None:
        if isinstance(one, h5py.Group) and "neurodata_type" in one.attrs and within(name):
            groups.append(one)

    file.visititems(visit)
    kind_of = {one.name: _kind(text(one.attrs["neurodata_type"]), parents) for one in groups}
    return [
        Series(one, kind_of[one.name], _electrode(one), _sweep_number(one))
        for one in groups
        if kind_of[one.name] in kinds
    ]


def _kind(name: str, parents: dict[str, str]) -> str:
    """Return the kind that a type is, or is derived from: by the specifications, else by the end of its name."""
    derived, seen = name, set()
    while derived not in KINDS and derived in parents and derived not in seen:
        seen.add(derived)
        derived = parents[derived]
    return derived if derived in KINDS else next((kind for kind in KINDS if name.endswith(kind)), "")


def _derived(file: h5py.File) -> dict[str, str]:
    """Return of each type in the specifications of a file the one it is derived from."""
    parents: dict[str, str] = {}
    left = MOST_WORDS

    def visit(name: str, one: Any) -> None:
        nonlocal left
        if isinstance(one, h5py.Dataset) and one.shape == () and left > 0:
            words = one[()]
            left -= len(words) if isinstance(words, str | bytes) else 0
            parents.update(_definitions(words))

    folder = file.get("specifications")
    if isinstance(folder, h5py.Group):
        folder.visititems(visit)
    return parents


def _definitions(words: Any) -> Iterator[tuple[str, str]]:
    try:
        waiting = [json.loads(words)]
    except (TypeError, ValueError, RecursionError):
        return
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            defined, derived = (one.get(f"neurodata_type_{word}") for word in ("def", "inc"))
            if isinstance(defined, str) and isinstance(derived, str):
                yield defined, derived
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _rows(file: h5py.File) -> dict[str, list[tuple[int, int | None, str]]]:
    """Return of each response in the table of recordings where it begins, how long it is, and its stimulus' path."""
    answers, stimuli = (file.get(f"{RECORDINGS}/{name}") for name in ("responses/response", "stimuli/stimulus"))
    if not isinstance(answers, h5py.Dataset) or not isinstance(stimuli, h5py.Dataset):
        return {}
    found: dict[str, list[tuple[int, int | None, str]]] = {}
    for answer, stimulus in zip(answers[()], stimuli[()], strict=False):
        first, count, reference = (answer[name] for name in ("idx_start", "count", "timeseries"))
        path = str(file[reference].name)
        told = int(stimulus["idx_start"]) >= 0 and bool(stimulus["timeseries"])
        name = str(file[stimulus["timeseries"]].name) if told else ""
        if int(first) >= 0:
            found.setdefault(path, []).append((int(first), int(count) if int(count) > 0 else None, name))
    return found


def _electrode(group: Any) -> str:
    """Return the name under which the file describes the electrode of a series, which has a link to it."""
    described = group.file.get(ICEPHYS, {})
    return next((name for name, one in described.items() if one == group.get("electrode")), "electrode")


def _sweep_number(group: Any) -> int:
    held = group.attrs.get("sweep_number", group.get("sweep_number"))
    return -1 if held is None else int(np.asarray(held[()] if isinstance(held, h5py.Dataset) else held))


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that puts Sweep_2 before Sweep_10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]
