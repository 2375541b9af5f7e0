"""The file of a paced cell: all its states at many cycle lengths, and clamped to a grid of voltages.

Solved to a relative tolerance of 1e-4: against 1e-8, V of the last 2 s of 8 s paced at 320, 445 and 800 ms differs by
0.007 mV (root mean square; at most 0.06 mV, in the upstroke) and every gate by at most 1.3e-4. The voltages lie within
150 mV and networks leave errors of 1e-2 of that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from gbar import stimuli
from gbar.config.explain import checked, json_object
from gbar.config.gating import CELL, SAMPLE_MS, AlteredSection, PacedSection
from gbar.config.stimulus import default_section
from gbar.errors import UserError
from gbar.jobs.job import Output, job
from gbar.records.arrays import write_array
from gbar.records.attributes import consolidate, plain
from gbar.records.digest import digest_of
from gbar.records.files import whole
from gbar.records.provenance import now, provenance
from gbar.solve import OK, SolverSettings, solve_rows
from gbar.solve.stimulus import Stimulus

SOLVER = SolverSettings(rtol=1e-4)
LOWEST_CLAMP_mV = -100.5
# The published order of rows does not matter; what is observed comes first, fCa and g count among the others.
OBSERVED = ("Cai", "V")
GATES = ("r", "d", "Xs", "m", "f", "h", "s", "Xr2", "j", "Xr1")
OTHERS = ("Cai", "V", "fCa", "g", "Ki", "CaSR", "Nai")
_OF_STATES = "of each state its own: see state_units"
_ARRAYS = {
    "paced": (
        ("state", "cycle_length", "sample"),
        {"units": _OF_STATES, "long_name": "states of the paced cell"},
    ),
    "clamped": (("state", "clamp_voltage"), {"units": _OF_STATES, "long_name": "states at the end of each clamp"}),
    "cycle_length_ms": (("cycle_length",), {"units": "ms", "long_name": "cycle length of the pacing"}),
    "scale": (("current",), {"units": "1", "long_name": "factor on each current"}),
}
_COORDINATES = {
    "state": (("state",), {"long_name": "name of the state"}),
    "state_units": (("state",), {"long_name": "unit of the state"}),
    "current": (("current",), {"long_name": "name of the current"}),
    "time": (("sample",), {"units": "ms", "long_name": "time from the start of a run"}),
    "clamp_mV": (("clamp_voltage",), {"units": "mV", "long_name": "voltage that the clamp holds"}),
}


@dataclass(frozen=True)
class Paced:
    """Runs of one cell.

    Attributes:
        paced: states of the cell in its order, float32, (state, cycle length, sample); sample k is at k ms.
        clamped: states after each clamp, float32, (state, clamp voltage).
        cycle_length_ms: (cycle length).
        scale: factor on each of the cell's scalable currents, (current).
        digest: of all of it.
    """

    paced: np.ndarray
    clamped: np.ndarray
    cycle_length_ms: np.ndarray
    scale: np.ndarray
    digest: str

    def of(self, names: tuple[str, ...]) -> np.ndarray:
        """Return paced states by name, (name, cycle length, sample)."""
        return self.paced[[CELL.state_names.index(name) for name in names]]

    def nearest_run(self, cycle_length_ms: float) -> int:
        """Return the number of the run whose cycle length is nearest to one."""
        return int(np.abs(self.cycle_length_ms - cycle_length_ms).argmin())


@job("gating make-data", jax="float64", need="gating.needs.of_paced", progress="solving the cell")
def make_data(settings: PacedSection, scales: str, out: Output, progress: Callable[[float], None]) -> None:
    """Solve a cell at every cycle length and under every clamp.

    Args:
        settings: the runs.
        scales: factor on each altered current, as JSON; {} for the control.
        out: data set to write, .zarr.
        progress: told the fraction done.

    Raises:
        UserError: factors that are not allowed, and as `make_paced`.
    """
    factors = json_object(scales, "--scales")
    altered = checked(AlteredSection, {"scales": factors}).scales if factors else {}
    make_paced(settings, altered, out, progress)


def make_paced(
    settings: PacedSection, scales: Mapping[str, float], out: str | Path, progress: Callable[[float], None]
) -> None:
    """Solve a cell at every cycle length and under every clamp, and write paced.zarr, whole or not at all.

    Args:
        settings: the runs.
        scales: factor on each current that is altered.
        out: data set to write.
        progress: told the fraction done.

    Raises:
        UserError: a current that the cell does not have, or a run that diverges.
    """
    begun = now()
    cycle_length = settings.cycle_lengths_ms
    share = 0.9  # of the time, about, which pacing takes
    paced = states_of(cycle_length, scales, settings.duration_ms, lambda done: progress(share * done))
    command = LOWEST_CLAMP_mV + np.arange(settings.clamp_voltages)[:, None]
    clamp = Stimulus(np.zeros_like(command), command, clamp=True)
    held = _states(
        clamp, scales, len(command), settings.clamp_ms + SAMPLE_MS, lambda done: progress(share + (1 - share) * done)
    )
    arrays = {
        "paced": paced,
        "clamped": held[..., -1],
        "cycle_length_ms": cycle_length,
        "scale": np.array([float(scales.get(name, 1.0)) for name in CELL.current_names]),
    }
    coordinates = {
        "state": np.array(CELL.state_names, dtype=object),
        "state_units": np.array([state.unit for state in CELL.states], dtype=object),
        "current": np.array(CELL.current_names, dtype=object),
        "time": np.arange(paced.shape[-1]) * SAMPLE_MS,
        "clamp_mV": command[:, 0],
    }
    configuration = settings.model_dump(mode="json") | {"scales": dict(scales)}
    attributes = {
        "title": "A ventricular cell paced at many cycle lengths and clamped to a grid of voltages",
        "coordinates": " ".join(_COORDINATES),
        "digest": digest_of({}, arrays),
        "provenance": provenance(begun, configuration, on_jax=True).to_json(),
    }
    with whole(out) as made:
        group = zarr.create_group(made, zarr_format=3, attributes=plain(attributes))
        for name, values in (arrays | coordinates).items():
            dimensions, description = (_ARRAYS | _COORDINATES)[name]
            chunks = (1, *values.shape[1:]) if values.ndim == 3 else values.shape
            write_array(group, name, values, chunks, dimensions, description)
        consolidate(group)


def states_of(
    cycle_length_ms: np.ndarray, scales: Mapping[str, float], duration_ms: float, progress: Callable[[float], None]
) -> np.ndarray:
    """Return all states of a cell that is paced from rest, float32, (state, run, sample); sample k is at k ms.

    Args:
        cycle_length_ms: (run).
        scales: factor on each current that is altered.
        duration_ms: of each run.
        progress: told the fraction done.

    Raises:
        UserError: a current that the cell does not have, or a run that diverges.
    """
    runs, varied = len(cycle_length_ms), {"cycle_length_ms": cycle_length_ms}
    stimulus = stimuli.build(default_section(CELL.stimulus), CELL.stimulus, duration_ms, range(runs), varied)
    return _states(stimulus, scales, runs, duration_ms, progress)


def _states(
    stimulus: Stimulus | None,
    scales: Mapping[str, float],
    rows: int,
    duration_ms: float,
    progress: Callable[[float], None],
) -> np.ndarray:
    """Return all states of every row of a stimulus, float32, (state, row, sample)."""
    solution = solve_rows(
        CELL,
        {name: np.full(rows, factor) for name, factor in scales.items()},
        {},
        duration_ms,
        SAMPLE_MS,
        SOLVER,
        record=CELL.state_names,
        stimulus=stimulus,
        progress=progress,
    )
    if lost := np.flatnonzero(solution.status != OK).tolist():
        raise UserError(
            f"scales: {dict(scales)} make the cell diverge in {len(lost)} runs, the first of them {lost[0]}"
        )
    return np.stack([solution.traces[name] for name in CELL.state_names])


def open_paced(path: str | Path, settings: PacedSection | None = None) -> Paced:
    """Read paced.zarr.

    Args:
        path: data set.
        settings: the runs that it must hold; None for any.

    Raises:
        UserError: there is no such data set at this path, it is damaged, or holds other runs.
    """
    try:
        group: Any = zarr.open_group(path, mode="r", zarr_format=3)
        arrays = {name: np.asarray(group[name][:]) for name in _ARRAYS}
    except Exception as error:  # zarr raises many kinds for what is no group
        raise UserError(f"{path}: is no data set of a paced cell ({type(error).__name__}: {error})") from None
    digest = digest_of({}, arrays)
    if group.attrs.get("digest") != digest:
        raise UserError(f"{path}: the data set is damaged (its digest differs); delete the folder and run again")
    if settings is not None:
        _check_runs(path, arrays, settings)
    return Paced(**arrays, digest=digest)


def _check_runs(path: str | Path, arrays: Mapping[str, np.ndarray], settings: PacedSection) -> None:
    """Raise `UserError` where the arrays of a data set are not of the runs that settings tell."""
    runs, samples = arrays["paced"].shape[1:]
    wanted = settings.cycle_lengths_ms
    if not np.array_equal(arrays["cycle_length_ms"], wanted) or samples != settings.duration_ms / SAMPLE_MS:
        raise UserError(
            f"{path}: {runs} runs of {samples} ms are not those of the settings, which tell {len(wanted)} from "
            f"{wanted[0]:g} to {wanted[-1]:g} ms of cycle length, {settings.duration_ms:g} ms each"
        )


@dataclass(frozen=True)
class Normalisation:
    """A map of each state onto [0, 1].

    Attributes:
        lowest: by name of the state.
        highest: by name of the state.
    """

    lowest: dict[str, float]
    highest: dict[str, float]

    @classmethod
    def of(cls, control: Paced) -> "Normalisation":
        """Return the map by the extremes of a cell, over its whole runs and clamps."""
        lowest = np.minimum(control.paced.min(axis=(1, 2)), control.clamped.min(axis=1))
        highest = np.maximum(control.paced.max(axis=(1, 2)), control.clamped.max(axis=1))
        names = CELL.state_names
        return cls(dict(zip(names, lowest.tolist(), strict=True)), dict(zip(names, highest.tolist(), strict=True)))

    def to_unit(self, name: str, values: Any) -> Any:
        """Return values of a state in the unit interval, if they lie within the extremes."""
        return (values - self.lowest[name]) / (self.highest[name] - self.lowest[name])

    def from_unit(self, name: str, values: Any) -> Any:
        """Return what `to_unit` was given."""
        return self.lowest[name] + values * (self.highest[name] - self.lowest[name])


def slices(runs: Paced, names: tuple[str, ...], normalisation: Normalisation, settings: PacedSection) -> np.ndarray:
    """Return normalised states of the part that is learnt from, float32, (sample, cycle length, name)."""
    window = slice(settings.first_ms, settings.first_ms + settings.slices)
    states = runs.of(names)[..., window]
    scaled = [normalisation.to_unit(name, state) for name, state in zip(names, states, strict=True)]
    return np.stack(scaled, axis=-1).astype(np.float32).swapaxes(0, 1)


def split(settings: PacedSection) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the runs to train and to validate on, shuffled by the seed."""
    order = np.random.default_rng(settings.seed).permutation(len(settings.cycle_lengths_ms))
    return order[: settings.training_runs], order[settings.training_runs :]
