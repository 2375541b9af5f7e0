"""The last stage of ours: factors on the membrane currents, by fitting the whole model to recorded V and Cai.

Unlike the regression of `gbar.gating.membrane`, which drives gates with the recorded voltage and is misled by its
noise, this solves the model itself, from rest, under the known pacing. Steps of Gauss and Newton on the logarithms x of
the factors lower

    ½ Σ w² (V - V_recorded)² + ½ Σ w² (Cai - Cai_recorded)² + Σ_k log(1 + x_k²/r²).

Sensitivities are differences of rows that are solved side by side, as are steps of several dampings, the best of which
is taken.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from gbar import stimuli
from gbar.config.gating import CELL, MEMBRANE, SAMPLE_MS, RefineSection
from gbar.config.stimulus import default_section
from gbar.gating.beats import PULSE_MS
from gbar.gating.membrane import Record
from gbar.solve import SolverSettings, solve_rows

SOLVER = SolverSettings(rtol=1e-5)  # errors of 1e-3 mV, far below the differences
DIFFERENCE = 0.005  # of the logarithm of a factor; with 0.02 fits stop within narrow bent valleys
DAMPINGS = (0.0, 1e-3, 1e-2, 0.1, 1.0, 10.0)  # share of the diagonal that is added to the curvature
LONGEST_STEP = 0.5  # of the logarithm of any factor
NO_GAIN = 0.05  # of the loss, below which the fit is done: a hundredth of what tells one model from another
UPSTROKE_WEIGHT = 0.1
SCANNED = (0.3, 0.45, 0.67, 1.5, 2.2, 3.3)  # factors of one current that are tried before all are fitted, 1.5 apart


@dataclass(frozen=True)
class Refined:
    """What the fit found.

    Attributes:
        start: factors it began with, on each current of `MEMBRANE`.
        factor: those it ended with.
        deviation: standard deviation of their logarithms, by the curvature at the end.
        loss: at the end.
        error_mV: root mean squared difference from the recorded voltage.
        iterations: steps taken.
    """

    start: np.ndarray
    factor: np.ndarray
    deviation: np.ndarray
    loss: float
    error_mV: float
    iterations: int


def refine_best(
    record: Record, settings: RefineSection, starts: Iterable[np.ndarray], report: Callable[[int, float], None]
) -> list[Refined]:
    """Return fits from several starts, that of least loss first.

    Some of them end in valleys of their own, slowly and far above the others: each fit takes a few steps, and that of
    least loss alone goes on to its end.

    Args:
        record: as for `refine`.
        settings: as for `refine`.
        starts: factors to begin with, each (current).
        report: told the number of each step, of all fits, and the loss after it.
    """
    taken = 0

    def count(_: int, loss: float) -> None:
        nonlocal taken
        taken += 1
        report(taken, loss)

    trial = settings.model_copy(update={"iterations": min(settings.trial_steps, settings.iterations)})
    fits = [refine(record, trial, start, count) for start in starts]
    best, *others = sorted(fits, key=lambda fit: np.nan_to_num(fit.loss, nan=np.inf))
    if best.iterations == trial.iterations:
        rest = settings.model_copy(update={"iterations": settings.iterations - trial.iterations})
        ended = refine(record, rest, best.factor, count)
        best = replace(ended, start=best.start, iterations=best.iterations + ended.iterations)
    return [best, *others]


def refine(record: Record, settings: RefineSection, start: np.ndarray, report: Callable[[int, float], None]) -> Refined:
    """Return the factors under which the model follows a record.

    Args:
        record: runs from rest on; what comes before its first ms is not compared.
        settings: what is compared, and how exactly.
        start: factors to begin with, (current).
        report: told the number of each step and the loss after it.
    """
    observed, weight = np.stack([record.V_mV, record.Cai_mM]), _weights(record, settings)
    compared = weight[0] > 0
    x, taken, ridge2 = np.log(start), 0, settings.ridge**2
    loss = _loss(record, settings)

    while True:
        rows = _solved(record, np.exp(x + np.vstack([np.zeros(len(x)), DIFFERENCE * np.eye(len(x))])))
        now = rows[0]
        J = ((rows[1:] - now) / DIFFERENCE * weight).reshape(len(x), -1)
        # The penalty as the parabola that touches it from above.
        stiffness = 2 / (ridge2 + x**2)
        curvature = J @ J.T + np.diag(stiffness)
        lowest = loss(now, x)
        error_mV = float(np.sqrt(np.mean((now - observed)[0][compared] ** 2)))
        if taken == settings.iterations:
            break
        slope = J @ (weight * (observed - now)).ravel() - stiffness * x
        damped = (curvature + one * np.diag(np.diag(curvature)) for one in DAMPINGS)
        tried = [x + _shortened(np.linalg.solve(matrix, slope)) for matrix in damped]
        losses = [loss(found, one) for found, one in zip(_solved(record, np.exp(tried)), tried, strict=True)]
        best = int(np.nanargmin(losses))
        if not losses[best] < lowest - NO_GAIN:
            break
        x, taken = tried[best], taken + 1
        report(taken, losses[best])
    return Refined(start, np.exp(x), np.sqrt(np.diag(np.linalg.inv(curvature))), lowest, error_mV, taken)


def nearest_singles(record: Record, settings: RefineSection) -> np.ndarray:
    """Return the factors of least loss with at most one current altered, (start, current), the best ones first.

    Of each current, the best of `SCANNED` is a candidate, and so is the unaltered cell. What to begin fits with: from
    the unaltered cell, steps lose their way to large alterations. The nearest is not always the right one, and a fit
    that began with the wrong one may end in a valley of its own; the loss tells.
    """
    n = len(MEMBRANE)
    altered = np.stack([np.where(np.eye(n, dtype=bool), one, 1.0) for one in SCANNED])
    factors = np.vstack([altered.reshape(-1, n), np.ones(n)])
    loss = _loss(record, settings)
    losses = [loss(found, np.log(one)) for found, one in zip(_solved(record, factors), factors, strict=True)]
    *by_factor, unaltered = np.nan_to_num(losses, nan=np.inf)
    by_current = np.reshape(by_factor, (len(SCANNED), n))
    candidates = np.vstack([altered[by_current.argmin(axis=0), np.arange(n)], np.ones(n)])
    best = np.argsort([*by_current.min(axis=0), unaltered], kind="stable")[: settings.starts]
    return candidates[best]


def _loss(record: Record, settings: RefineSection) -> Callable[[np.ndarray, np.ndarray], float]:
    """Return the function of V and Cai found, (2, run, sample), and of the logarithms x of factors."""
    observed, weight = np.stack([record.V_mV, record.Cai_mM]), _weights(record, settings)

    def loss(found: np.ndarray, x: np.ndarray) -> float:
        misfit = 0.5 * float(np.sum((weight * (found - observed)) ** 2))
        return misfit + float(np.sum(np.log1p(x**2 / settings.ridge**2)))

    return loss


def _weights(record: Record, settings: RefineSection) -> np.ndarray:
    """Return 1/error of every sample of voltage and calcium, 0 where it is not compared, (2, run, sample)."""
    t = np.arange(record.V_mV.shape[1])
    used = (t >= record.first_ms) & (t % record.every_ms == 0)
    phase = np.mod(t - PULSE_MS[0], record.cycle_length_ms[:, None])
    steep = np.where(phase < settings.upstroke_ms, UPSTROKE_WEIGHT, 1.0)
    return np.stack(
        [used * steep / np.hypot(record.noise_mV, settings.error_mV), used * np.ones_like(phase) / settings.error_mM]
    )


def _solved(record: Record, factors: np.ndarray) -> np.ndarray:
    """Return V, mV, and Cai, mM, under rows of factors, (row, 2, run, sample)."""
    rows, (runs, samples) = len(factors), record.V_mV.shape
    cycle_length = np.tile(record.cycle_length_ms, rows)
    duration_ms = samples * SAMPLE_MS
    stimulus = stimuli.build(
        default_section(CELL.stimulus),
        CELL.stimulus,
        duration_ms,
        range(len(cycle_length)),
        {"cycle_length_ms": cycle_length},
    )
    scales = {name: np.repeat(factors[:, k], runs) for k, name in enumerate(MEMBRANE)}
    solution = solve_rows(
        CELL, scales, {}, duration_ms, SAMPLE_MS, SOLVER, record=("V", "Cai"), stimulus=stimulus, dtype=np.float64
    )
    traces = np.stack([solution.traces["V"], solution.traces["Cai"]])
    return traces.reshape(2, rows, runs, samples).swapaxes(0, 1)


def _shortened(step: np.ndarray) -> np.ndarray:
    return step * LONGEST_STEP / max(LONGEST_STEP, np.abs(step).max())
