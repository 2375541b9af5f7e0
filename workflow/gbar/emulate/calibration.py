"""How far an ensemble's spread is to be believed: intervals widened until they hold on validation windows.

The error of a prediction, divided by the standard deviation of the members, has quantiles that are measured on
windows the networks did not learn from (split conformal prediction). An interval of level p is then the prediction plus
and minus the p-quantile times the spread.

Lei J, G'Sell M, Rinaldo A, Tibshirani RJ, Wasserman L. Distribution-free predictive inference for regression.
J Am Stat Assoc 2018;113:1094-1111.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from gbar.emulate.measures import APDS, first_beats
from gbar.emulate.model import Model, Prediction
from gbar.emulate.windows import Windows
from gbar.traces.settings import BeatSettings

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
QUANTITIES = ("voltage", "cycle_length", *APDS)
# Members that agree by chance do not make an error impossible: mV, and ms.
LEAST_SPREAD_MV, LEAST_SPREAD_MS = 0.02, 0.005
SAMPLE_STEP = 7  # neighbouring samples of a window tell the same
BLOCK = 256


@dataclass(frozen=True)
class Estimate:
    """What an ensemble says of some quantity, and how far its members differ.

    Attributes:
        mean: the prediction, shape (n, ...).
        spread: standard deviation of the members, of the same shape, at least what members agree to by chance.
    """

    mean: np.ndarray
    spread: np.ndarray


def estimates(said: Prediction, sample_ms: float, beats: BeatSettings, sample_step: int = 1) -> dict[str, Estimate]:
    """Return what an ensemble says of the voltage (n, samples), and of cycle length and APDs (n,), ms.

    Args:
        said: prediction of an ensemble.
        sample_ms: sampling interval of its traces.
        beats: what counts as a beat of the cell.
        sample_step: every how many samples of the voltage are wanted.
    """
    assert said.members is not None
    assert said.cycle_length_ms is not None
    voltage = said.members[..., ::sample_step].std(axis=0, ddof=1)
    ours = first_beats(said.trace, sample_ms, beats)
    members = [first_beats(traces, sample_ms, beats) for traces in said.members]
    found = {
        "voltage": Estimate(said.trace[:, ::sample_step], np.maximum(voltage, LEAST_SPREAD_MV)),
        "cycle_length": _of_members(said.cycle_length_ms.mean(axis=0), said.cycle_length_ms),
    }
    for name in APDS:
        measure = f"{name}_ms"
        found[name] = _of_members(getattr(ours, measure), np.stack([getattr(beats, measure) for beats in members]))
    return found


def calibrate(model: Model, data: Windows, chosen: np.ndarray) -> dict[str, Any]:
    """Return the factor on the spread for each level and quantity, for the model card.

    Args:
        model: an ensemble.
        data: data set.
        chosen: windows it did not learn from, shape (window,).
    """
    ratios = _ratios(model, data, chosen)
    return {"levels": list(LEVELS)} | {name: np.quantile(ratios[name], LEVELS).tolist() for name in QUANTITIES}


def factor(calibration: Mapping[str, Sequence[float]], name: str, level: float) -> float:
    """Return how many spreads to each side the interval of a level reaches."""
    return calibration[name][list(calibration["levels"]).index(level)]


def coverage(
    model: Model, calibration: Mapping[str, Sequence[float]], data: Windows, chosen: np.ndarray
) -> dict[str, Any]:
    """Return the shares of held-out values inside their intervals, for metrics.json.

    Args:
        model: an ensemble.
        calibration: factors as of `calibrate`.
        data: data set.
        chosen: test windows, shape (window,).
    """
    ratios = _ratios(model, data, chosen)

    def covered(name: str, factors: Sequence[float]) -> list[float]:
        return [float(np.mean(ratios[name] <= one)) for one in factors]

    normal = [NormalDist().inv_cdf((1 + level) / 2) for level in calibration["levels"]]
    return {
        "coverage_nominal": list(calibration["levels"]),
        "coverage_observed": covered("voltage", calibration["voltage"]),
        "coverage_observed_raw": covered("voltage", normal),
        **{f"coverage_observed_{name}": covered(name, calibration[name]) for name in QUANTITIES[1:]},
    }


def _of_members(mean: np.ndarray, members: np.ndarray) -> Estimate:
    return Estimate(mean, np.maximum(members.std(axis=0, ddof=1), LEAST_SPREAD_MS))


def _ratios(model: Model, data: Windows, chosen: np.ndarray) -> dict[str, np.ndarray]:
    """Return error over spread of each quantity, where it is defined in simulation and prediction."""
    found: dict[str, list[np.ndarray]] = {name: [] for name in QUANTITIES}
    for start in range(0, len(chosen), BLOCK):
        block = chosen[start : start + BLOCK]
        said = estimates(model.predict(data.inputs[block]), data.sample_ms, data.beats, SAMPLE_STEP)
        simulated = first_beats(data.trace[block], data.sample_ms, data.beats)
        truth = {"voltage": data.trace[block][:, ::SAMPLE_STEP], "cycle_length": data.cycle_length_ms[block]}
        truth |= {name: getattr(simulated, f"{name}_ms") for name in APDS}
        for name in QUANTITIES:
            ratio = np.abs(said[name].mean - truth[name]) / said[name].spread
            found[name].append(ratio[np.isfinite(ratio)])
    return {name: np.concatenate(parts) for name, parts in found.items()}
