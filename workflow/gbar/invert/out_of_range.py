"""Whether a trace is one that the networks know: one score of four measures, its false alarms set by held-out traces.

A regressor answers any trace. Four measures tell that it should not be believed:

    saturation   mean over members and parameters of how far an output goes beyond the trained range,
                 max(|u| - 1, 0); an output of 1.2 tanh leaves room for 0.2
    spread       root mean square over parameters of the standard deviation of the members
    distance     mean over members of the Mahalanobis distance of the last hidden layer's features from those of
                 training traces
    voltage      Mahalanobis distance of quantiles of the trace's voltage from those of training traces: networks that
                 go by the times of spikes do not see a wrong offset or amplitude

Each is turned into its tail probability p: the share of the simulator's own held-out traces in which it is at least as
large. The score is that of the rarest,

    score = -log10 min(p_saturation, p_spread, p_distance, p_voltage),

so that a trace of score 3 is, in one respect, as unusual as one in a thousand of the simulator's own. The threshold is
the quantile of the held-out traces' scores which leaves the wanted share of false alarms above it; it takes care of the
choice of the rarest, whatever the measures have to do with each other. Above it a verdict is "doubtful", and ten times
rarer (one more in the score) "out of range".

Largest of all held-out traces gives p = 1/(n + 1), and a larger value nothing less: there the tail is continued as an
exponential one, of the mean excess over the 90 % quantile. This ranks traces far off, and has no part in false alarms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gbar.invert.calibration import spread_of, upper_quantile

MEASURES = ("saturation", "spread", "distance", "voltage")
IN_RANGE, DOUBTFUL, OUT_OF_RANGE = VERDICTS = ("in range", "doubtful", "out of range")
REASONS = {
    "saturation": "predicted parameters lie beyond the trained range",
    "spread": "the networks disagree",
    "distance": "the networks' features are unlike those of training traces",
    "voltage": "its voltages are unlike those of training traces",
}
MUCH_RARER = 1.0  # in the score: ten times
TAIL_FROM = 0.9  # the quantile whose mean excess continues the tail
LEAST_TAIL = 1e-3  # least mean excess, for a measure that is 0 in all held-out traces
QUANTILES = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)  # of a trace's voltage
TIE = 1e-3  # relative: rounding and sampling must not take a trace past another that is like it, least of all itself
SHRINKAGE = 0.01  # share of the mean variance put into every direction: units that never fired have none of their own

# The plain rule on saturation alone, told beside the verdict: outputs beyond +-1 are non-physical; a warning
# if any is beyond 1.05, a strong one if at least 30 % are beyond 1.
WARN_BEYOND, STRONG_SHARE = 1.05, 0.3
WARNINGS = ("", "warning", "strong warning")


@dataclass(frozen=True)
class Detector:
    """What the held-out traces of the simulator measure, sorted, and the score above which a trace is flagged.

    Attributes:
        held_out: the measures of held-out traces, in the order of `MEASURES`, each sorted, (measures, traces).
        threshold: score above which a trace is flagged.
        false_alarms: share of the simulator's own traces that is above it.
    """

    held_out: np.ndarray
    threshold: float
    false_alarms: float

    def score(self, measured: np.ndarray) -> np.ndarray:
        """Return the score of traces, (n,), from their measures, (n, measures)."""
        return self.rarities(measured).max(axis=1)

    def rarities(self, measured: np.ndarray) -> np.ndarray:
        """Return -log10 of the tail probability of each measure, (n, measures)."""
        return np.stack([_rarity(of, x) for of, x in zip(self.held_out, measured.T, strict=True)], axis=1)

    def verdicts(self, score: np.ndarray) -> list[str]:
        """Return the verdict on each score."""
        rank = (score > self.threshold).astype(int) + (score > self.threshold + MUCH_RARER)
        return [VERDICTS[one] for one in rank.tolist()]

    def reasons(self, measured: np.ndarray) -> list[str]:
        """Return in words what flags each trace, (n,); nothing for one that is in range."""
        told = self.rarities(measured) > self.threshold
        return ["; ".join(REASONS[name] for name, is_so in zip(MEASURES, row, strict=True) if is_so) for row in told]

    def as_json(self) -> dict[str, Any]:
        """Return the plain data for a model card; the held-out measures go beside the networks' parameters."""
        return {"measures": list(MEASURES), "threshold": self.threshold, "false_alarms": self.false_alarms}

    @classmethod
    def from_json(cls, values: Mapping[str, Any], held_out: np.ndarray) -> "Detector":
        """Return what `as_json` gave."""
        return cls(held_out, values["threshold"], values["false_alarms"])


def detector(measured: np.ndarray, false_alarms: float) -> Detector:
    """Return the detector that flags the wanted share of the simulator's own traces.

    Args:
        measured: measures of traces that no network learnt from, (n, measures).
        false_alarms: share of them that may be flagged.

    Raises:
        UserError: too few traces for so small a share.
    """
    held_out = np.sort(measured.T, axis=1).astype(np.float32)
    n = held_out.shape[1]
    # Each trace against the others, by the same count as a further trace: itself, and those of the others that are at
    # least as large.
    alone = np.stack([_at_least(of, x) for of, x in zip(held_out, measured.T, strict=True)]) / (n + 1)
    threshold = upper_quantile(-np.log10(alone.min(axis=0)), 1 - false_alarms)
    return Detector(held_out, float(threshold), false_alarms)


@dataclass(frozen=True)
class Familiar:
    """Where training traces lie, as centres c and matrices W of Mahalanobis distances |W (f - c)|.

    Attributes:
        centres: of each network's features, (members, features).
        whiteners: of them, (members, features, features).
        voltage_centre: of the quantiles of a trace's voltage, (quantiles,).
        voltage_whitener: of them, (quantiles, quantiles).
    """

    centres: np.ndarray
    whiteners: np.ndarray
    voltage_centre: np.ndarray
    voltage_whitener: np.ndarray

    @classmethod
    def with_traces(cls, features: np.ndarray, voltages: np.ndarray) -> "Familiar":
        """Return where some traces lie.

        Args:
            features: of each network, (members, n, features).
            voltages: as of `voltage_quantiles`, (n, quantiles).
        """
        centres, whiteners = zip(*(whitening(of_one) for of_one in features), strict=True)
        return cls(np.stack(centres), np.stack(whiteners), *whitening(voltages))

    def distances(self, features: np.ndarray, voltages: np.ndarray) -> np.ndarray:
        """Return how far traces are, by their features and by their voltages, (n, 2); arguments as above."""
        away = (features - self.centres[:, None]) @ self.whiteners.transpose(0, 2, 1)
        of_voltage = np.linalg.norm((voltages - self.voltage_centre) @ self.voltage_whitener.T, axis=1)
        return np.stack([np.linalg.norm(away, axis=-1).mean(axis=0, dtype=float), of_voltage], axis=1)


def measures(members: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Return the measures of each trace, (n, measures).

    Args:
        members: unit parameters that each network predicts, (members, n, parameters).
        distances: as of `Familiar.distances`, (n, 2).
    """
    saturation = np.maximum(np.abs(members) - 1, 0).mean(axis=(0, 2), dtype=float)
    spread = np.sqrt(np.mean(spread_of(members) ** 2, axis=1))
    return np.column_stack([saturation, spread, distances])


def voltage_quantiles(V_mV: np.ndarray, clip_mV: tuple[float, float]) -> np.ndarray:
    """Return quantiles of the clipped voltage of traces, mV, (n, quantiles) of (n, samples)."""
    return np.quantile(np.clip(V_mV, *clip_mV), QUANTILES, axis=1).T


def saturation_warnings(unit: np.ndarray) -> list[str]:
    """Return what the plain rule on outputs beyond +-1 says of predictions, (n, parameters): one of `WARNINGS` each."""
    outside = np.abs(unit)
    warned = (outside > WARN_BEYOND).any(axis=1)
    strong = (outside > 1).mean(axis=1) >= STRONG_SHARE
    return [WARNINGS[one] for one in np.where(strong, 2, warned).tolist()]


def whitening(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return centre c and matrix W such that |W (f - c)| is the Mahalanobis distance of features f.

    The covariance is shrunk towards a multiple of the identity.

    Args:
        features: of training traces, (n, features).

    Returns:
        Centre (features,) and whitening matrix (features, features), float32.
    """
    centre = features.mean(axis=0, dtype=float)
    away = features - centre
    covariance = away.T @ away / len(features)
    mean_variance = np.trace(covariance) / len(centre)
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * (mean_variance or 1.0) * np.eye(len(centre))
    whitener = np.linalg.inv(np.linalg.cholesky(shrunk))
    return centre.astype(np.float32), whitener.astype(np.float32)


def _at_least(held_out: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return how many held-out values are as large as each of some others, or larger; `TIE` apart is as large."""
    return len(held_out) - np.searchsorted(held_out, ((1 - TIE) * x).astype(np.float32), "left")


def _rarity(held_out: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return -log10 of the share of held-out values, and x itself, that are at least x, (n,)."""
    n, largest = len(held_out), float(held_out[-1])
    at_least = 1 + _at_least(held_out, x)
    start = np.quantile(held_out, TAIL_FROM)
    excess = max(float(np.mean(held_out[held_out >= start] - start)), LEAST_TAIL)
    beyond = np.maximum(x - (1 + TIE) * largest, 0.0) / (excess * np.log(10))
    return -np.log10(at_least / (n + 1)) + beyond
