"""Which windows train, which validate and which test."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gbar.config.emulate import EmulateSection
from gbar.errors import UserError
from gbar.records.digest import lot

TRAIN, VALIDATION, TEST = 0, 1, 2
UNUSED = -1  # left out of a learning curve
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class SplitSettings:
    """How the windows are split.

    Attributes:
        test: share of the simulations (or windows) held out for the figures reported.
        validation: share of the rest that chooses epoch and smoothing.
        seed: seed of the split.
    """

    test: float = 0.2
    validation: float = 0.1
    seed: int = 0


def split_windows(
    ids: Sequence[str], settings: SplitSettings, by: Literal["simulation", "window"] = "simulation"
) -> np.ndarray:
    """Return the part of each window, int8, shape (window,): `TRAIN`, `VALIDATION` or `TEST`.

    What is dealt out, simulations or windows, is put in the order of a hash of seed and identity. So the
    split depends neither on the order of the rows nor on the machine, and most of it stays when a design
    grows.

    Args:
        ids: id of the simulation each window was cut from, shape (window,), its windows in their order.
        settings: how to split.
        by: "simulation" keeps all windows of a simulation on one side; "window" deals them one by one, as the DLSTM
            study did, so that a network is tested on simulations it has seen other beats of.

    Raises:
        UserError: a part that was asked for stays empty.
    """
    keys = list(ids) if by == "simulation" else _numbered(ids)
    order = sorted(set(keys), key=lambda key: lot(settings.seed, key))
    _, n_validation, n_test = split_sizes(len(order), settings, by)
    part = dict.fromkeys(order, TRAIN)
    part |= dict.fromkeys(order[:n_test], TEST)
    part |= dict.fromkeys(order[n_test : n_test + n_validation], VALIDATION)
    return np.array([part[key] for key in keys], dtype=np.int8)


def split_sizes(number: int, settings: SplitSettings, by: str = "simulation") -> tuple[int, int, int]:
    """Return how many of a number of simulations, or windows, train, validate and test.

    Raises:
        UserError: a part that was asked for stays empty.
    """
    n_test = round(settings.test * number)
    n_validation = round(settings.validation * (number - n_test))
    sizes = (number - n_test - n_validation, n_validation, n_test)
    for name, size, wanted in zip(PARTS, sizes, (1.0, settings.validation, settings.test), strict=True):
        if wanted > 0 and size == 0:
            raise UserError(
                f"split: {number} {by}s leave none for {name} (test {settings.test:g}, "
                f"validation {settings.validation:g}); use more {by}s or other shares"
            )
    return sizes


def check_rows(rows: int, emulate: EmulateSection) -> None:
    """Check that a sweep has rows enough for the emulators, if all of them beat: before any is solved.

    Raises:
        UserError: a part of the split stays empty, or a model is to learn from more settings than there are.
    """
    settings = SplitSettings(**emulate.split.model_dump())
    try:
        training, *_ = split_sizes(rows, settings)
    except UserError as error:
        raise UserError(f"emulate.{error}") from None
    for name, model in emulate.trainings().items():
        if model.settings is not None and model.settings > rows:
            raise UserError(
                f"emulate: {name} is to learn from {model.settings} settings, but sweep {emulate.sweep} has {rows} "
                f"rows, of which about {training} train"
            )


def split_others(ids: Sequence[str], dealt: Mapping[str, int], settings: SplitSettings) -> np.ndarray:
    """Return the part of each simulation, int8, shape (simulation,), where those with windows have theirs already.

    Another simulation is dealt the part of the one that comes next in the order of hashes: so each part gets
    about its share.

    Args:
        ids: id of each simulation.
        dealt: part of those that have windows, by id.
        settings: how they were split.
    """
    order = sorted(dealt, key=lambda key: lot(settings.seed, key))
    hashes = [lot(settings.seed, key) for key in order]

    def nearest(key: str) -> str:
        return order[min(bisect(hashes, lot(settings.seed, key)), len(order) - 1)]

    return np.array([dealt[key] if key in dealt else dealt[nearest(key)] for key in ids], dtype=np.int8)


def _numbered(ids: Sequence[str]) -> list[str]:
    counts: dict[str, int] = {}
    keys = []
    for one in ids:
        counts[one] = counts.get(one, 0) + 1
        keys.append(f"{one}/{counts[one]}")
    return keys
