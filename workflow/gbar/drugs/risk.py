"""From a marker to a class of risk: ordinal logistic regression, as the torsade metric score is judged by.

Of a marker x and classes 0, 1, ... K, from the safest to the most dangerous: logit P(y >= k) = a_k + b x. The class of
a drug is the most probable one, so the cuts between classes are not where the logits vanish. Without a penalty, as R's
`lrm` fits it for the CiPA initiative (Li et al. 2019, doi:10.1002/cpt.1184).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from gbar.errors import UserError

TOLERANCE = 1e-10


@dataclass(frozen=True)
class OrdinalModel:
    """A fitted model.

    Attributes:
        intercepts: a_k, falling, shape (classes - 1,).
        slope: b, per unit of the marker.
    """

    intercepts: np.ndarray
    slope: float

    def probabilities(self, marker: np.ndarray) -> np.ndarray:
        """Return the probability of each class, shape (samples, classes)."""
        at_least = expit(np.add.outer(self.slope * np.asarray(marker, float), self.intercepts))
        edges = np.column_stack([np.ones(len(at_least)), at_least, np.zeros(len(at_least))])
        return edges[:, :-1] - edges[:, 1:]

    def classes(self, marker: np.ndarray) -> np.ndarray:
        """Return the most probable class of each sample."""
        return self.probabilities(marker).argmax(axis=1)

    def cuts(self) -> np.ndarray:
        """Return the markers at which the most probable class changes, of three classes: low to next, next to high.

        Raises:
            UserError: there are not three classes, or the middle one is nowhere the most probable.
        """
        if len(self.intercepts) != 2:
            raise UserError(f"cuts: there are {len(self.intercepts) + 1} classes; they are told of three")
        first, second = np.exp(-self.intercepts)
        if second <= 4 * first:  # then the first cut lies behind the second
            raise UserError("cuts: the middle class is nowhere the most probable one")
        return np.log([first * second / (second - 2 * first), second - 2 * first]) / self.slope


def fit(marker: np.ndarray, classes: np.ndarray) -> OrdinalModel:
    """Return the ordinal logistic model of the largest likelihood.

    Args:
        marker: of each sample, shape (samples,).
        classes: 0, 1, ..., each of which has samples, shape (samples,).

    Raises:
        UserError: fewer than two classes, one without samples, or a marker that parts them without an error: no
            coefficients are the best then.
    """
    marker, classes = np.asarray(marker, float), np.asarray(classes, int)
    count = int(classes.max()) + 1 if len(classes) else 0
    if count < 2 or len(np.unique(classes)) < count or classes.min() < 0:
        raise UserError(
            f"classes of risk: {sorted(set(classes.tolist()))}; each from 0 on must have samples, of two at least"
        )
    if _parted(marker, classes):
        raise UserError("classes of risk: the marker parts them without an error, so no slope is the best")
    centre, spread = marker.mean(), marker.std() or 1.0
    z = (marker - centre) / spread

    def unpacked(parameters: np.ndarray) -> tuple[np.ndarray, float]:
        """Return falling intercepts, the second and later by the logarithm of their distance, and the slope."""
        return parameters[0] - np.concatenate([[0.0], np.cumsum(np.exp(parameters[1:-1]))]), parameters[-1]

    def loss(parameters: np.ndarray) -> float:
        intercepts, slope = unpacked(parameters)
        probability = OrdinalModel(intercepts, slope).probabilities(z)[np.arange(len(z)), classes]
        return -float(np.log(np.maximum(probability, 1e-300)).mean())

    shares = np.array([(classes >= k).mean() for k in range(1, count)])
    logits = np.log(shares / (1 - shares))
    start = np.concatenate([[logits[0]], np.log(np.maximum(-np.diff(logits), 1e-3)), [0.0]])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": TOLERANCE, "fatol": 1e-15, "maxiter": 20_000})
    found = minimize(loss, found.x, method="BFGS", options={"gtol": TOLERANCE})
    intercepts, slope = unpacked(found.x)
    return OrdinalModel(intercepts - slope * centre / spread, slope / spread)


@dataclass(frozen=True)
class Steps:
    """What takes the place of a fitted model where the marker parts the classes without an error: cuts in between.

    Attributes:
        edges: markers midway between the samples of classes that are nearest, shape (classes - 1,).
        slope: 1 where a higher marker is more dangerous, else -1.
    """

    edges: np.ndarray
    slope: float

    def probabilities(self, marker: np.ndarray) -> np.ndarray:
        """Return 1 for the class of each sample and 0 for the others, shape (samples, classes)."""
        danger = np.subtract.outer(self.slope * np.asarray(marker, float), self.slope * self.edges)
        return np.eye(len(self.edges) + 1)[(danger > 0).sum(axis=1)]

    def cuts(self) -> np.ndarray:
        """Return the edges."""
        return self.edges


def fit_or_part(marker: np.ndarray, classes: np.ndarray) -> OrdinalModel | Steps:
    """Return the model of the largest likelihood, or steps where the marker parts the classes without an error.

    Raises:
        UserError: fewer than two classes, or one without samples.
    """
    marker, classes = np.asarray(marker, float), np.asarray(classes, int)
    count = int(classes.max(initial=0)) + 1
    if count < 2 or len(np.unique(classes)) < count or not _parted(marker, classes):
        return fit(marker, classes)
    means = [marker[classes == k].mean() for k in range(count)]
    slope = float(np.sign(means[-1] - means[0]))
    low = [(slope * marker[classes == k]).max() for k in range(count - 1)]
    high = [(slope * marker[classes == k]).min() for k in range(1, count)]
    return Steps(slope * (np.array(low) + np.array(high)) / 2, slope)


def _parted(marker: np.ndarray, classes: np.ndarray) -> bool:
    """Tell whether every sample of a class has a higher marker than all of the class below, or every one a lower."""
    spans = [(marker[classes == k].min(), marker[classes == k].max()) for k in range(classes.max() + 1)]
    pairs = list(pairwise(spans))
    return all(one[1] < next_[0] for one, next_ in pairs) or all(one[0] > next_[1] for one, next_ in pairs)


def leave_one_out(
    marker: np.ndarray, classes: np.ndarray, drug: Sequence[str] | np.ndarray, fitted: Callable = fit
) -> np.ndarray:
    """Return the probability of each class of each sample, by a model of the other drugs, shape (samples, classes)."""
    found = np.empty((len(marker), int(classes.max()) + 1))
    for one in np.unique(drug):
        own = np.asarray(drug) == one
        found[own] = fitted(marker[~own], classes[~own]).probabilities(marker[own])
    return found


def majority(predicted: np.ndarray, drug: Sequence[str] | np.ndarray) -> dict[str, int]:
    """Return the class that most samples of each drug are in; of as many, the more dangerous."""
    votes = {str(one): np.bincount(predicted[np.asarray(drug) == one]) for one in np.unique(drug)}
    return {one: len(of) - 1 - int(of[::-1].argmax()) for one, of in votes.items()}


def area_under_curve(score: np.ndarray, is_positive: np.ndarray) -> float:
    """Return the probability that a positive one has the higher score, ties by half; NaN where a kind is missing."""
    score, is_positive = np.asarray(score, float), np.asarray(is_positive, bool)
    positive, negative = score[is_positive], score[~is_positive]
    if not len(positive) or not len(negative):
        return np.nan
    difference = np.subtract.outer(positive, negative)
    return float(((difference > 0) + 0.5 * (difference == 0)).mean())
