"""Rows of random designs: values of the varied quantities, a column each in the order of the design."""

import warnings
import zlib
from collections.abc import Mapping, Sequence

import numpy as np

from gbar.config.design import PopulationDesign, SobolDesign, UniformDesign

SMALLEST = 1e-12  # share of a lognormal distribution, whose ends are infinite


def uniform_rows(design: UniformDesign) -> np.ndarray:
    """Draw each column from a stream of its own, so that rows depend on (seed, row number, name) only."""
    columns = []
    for name in design.vary:
        low, high = design.range_of(name)
        stream = np.random.default_rng([design.seed, zlib.crc32(name.encode())])
        columns.append(low + (high - low) * stream.random(design.rows))
    return np.stack(columns, axis=1)


def sobol_rows(design: SobolDesign) -> np.ndarray:
    """Return scrambled Sobol points within the ranges."""
    return _within([design.range_of(name) for name in design.vary], _sobol_points(design))


def population_rows(design: PopulationDesign, own: Mapping[str, float]) -> np.ndarray:
    """Return candidates of a population: within the ranges, or lognormal around the own values."""
    points = _sobol_points(design) if design.sampling == "sobol" else _latin_points(design)
    if design.range is not None:
        return _within([design.range_of(name) for name in design.vary], points)
    from scipy.special import ndtri

    spread, centre = np.array([(design.spread_of(name), own[name]) for name in design.vary]).T
    return centre * np.exp(spread * ndtri(np.clip(points, SMALLEST, 1 - SMALLEST)))


def _within(ranges: Sequence[tuple[float, float]], points: np.ndarray) -> np.ndarray:
    low, high = np.array(ranges).T
    return low + (high - low) * points


def _sobol_points(design: SobolDesign | PopulationDesign) -> np.ndarray:
    """Return points of the unit cube, of which more rows begin with the same ones, shape (rows, varied)."""
    from scipy.stats import qmc  # takes a second to import; only these designs need it

    sampler = qmc.Sobol(len(design.vary), scramble=True, rng=np.random.default_rng(design.seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a number of rows that is no power of two is the user's choice
        return _as_varied(design.vary, sampler.random(design.rows))


def _latin_points(design: PopulationDesign) -> np.ndarray:
    """Return points of the unit cube, one in each of as many layers of every dimension, shape (rows, varied)."""
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube(len(design.vary), rng=np.random.default_rng(design.seed))
    return _as_varied(design.vary, sampler.random(design.rows))


def _as_varied(vary: Sequence[str], points: np.ndarray) -> np.ndarray:
    """Return columns that were drawn in the order of the alphabet in that of the design."""
    names = sorted(vary)
    return points[:, [names.index(name) for name in vary]]
