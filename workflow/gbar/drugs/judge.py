"""How well drugs are classed: right ones, mean error, areas under curves, pairs in order, likelihood ratios.

Intervals are those of 95 % of many draws of one sample a drug, as the CiPA initiative tells them, and of the same from
drugs that are drawn with replacement. The number of right drugs is by majority of their samples; the error of a sample
is the distance of its class from the drug's, its mean that over samples, then over drugs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gbar.drugs.risk import area_under_curve, majority

LOW, HIGH = 0, 2
CUTS = {"low": 1, "high": 2}  # the class from which on a drug is a positive one: low against rest, high against rest
PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True)
class Predicted:
    """What a model makes of the samples of drugs.

    Attributes:
        drug: of each sample, shape (samples,).
        danger: the score, or its negative: the higher, the more dangerous, shape (samples,).
        probabilities: of the three classes, shape (samples, 3).
    """

    drug: np.ndarray
    danger: np.ndarray
    probabilities: np.ndarray

    @property
    def classes(self) -> np.ndarray:
        """The most probable class of each sample."""
        return self.probabilities.argmax(axis=1)


@dataclass(frozen=True)
class Judgement:
    """How well drugs are classed.

    Attributes:
        right: number of drugs whose class by majority is theirs.
        confusion: number of drugs by class (rows) and class by majority (columns), shape (3, 3).
        values: of each statistic; NaN where it is undefined.
        over_samples: ends of its 95 % interval over samples.
        over_drugs: the same over samples and drugs.
    """

    right: int
    confusion: np.ndarray
    values: dict[str, float]
    over_samples: dict[str, list[float]]
    over_drugs: dict[str, list[float]]


def judge(
    predicted: Predicted, risk: dict[str, int], judged: Sequence[str], known: Sequence[str], draws: int, seed: int
) -> Judgement:
    """Return how well drugs are classed.

    Args:
        predicted: of their samples.
        risk: class of each drug by name.
        judged: names of the drugs that are judged.
        known: names of drugs that the model was fitted on, whose pairs with one another do not count.
        draws: number of draws for the intervals.
        seed: of the draws.
    """
    names = list(dict.fromkeys([*judged, *known]))
    rows = [np.flatnonzero(predicted.drug == name) for name in names]
    truth, is_known = np.array([risk[name] for name in names]), np.isin(names, list(known))
    is_judged = np.isin(names, list(judged))
    votes = majority(predicted.classes, predicted.drug)
    by_majority = np.array([votes[name] for name in names])
    danger = np.array([np.median(predicted.danger[own]) for own in rows])
    probabilities = np.array([predicted.probabilities[own].mean(axis=0) for own in rows])
    values = statistics(danger, by_majority, probabilities, truth, is_judged, is_known)
    values["mean_error"] = float(
        np.mean([np.abs(predicted.classes[own] - truth[k]).mean() for k, own in enumerate(rows) if is_judged[k]])
    )
    rng = np.random.default_rng(seed)
    drawn: tuple[list, list] = ([], [])
    for _ in range(draws):
        sample = np.array([own[rng.integers(len(own))] for own in rows])
        again = rng.integers(len(names), size=len(names))
        for found, which in zip(drawn, (np.arange(len(names)), again), strict=True):
            one = sample[which]
            parts = (predicted.danger[one], predicted.probabilities[one].argmax(axis=1), predicted.probabilities[one])
            found.append(statistics(*parts, truth[which], is_judged[which], is_known[which]))
    confusion = np.zeros((3, 3), int)
    np.add.at(confusion, (truth[is_judged], by_majority[is_judged]), 1)
    return Judgement(int(confusion.trace()), confusion, values, *(_intervals(found) for found in drawn))


def statistics(
    danger: np.ndarray,
    classes: np.ndarray,
    probabilities: np.ndarray,
    truth: np.ndarray,
    is_judged: np.ndarray,
    is_known: np.ndarray,
) -> dict[str, float]:
    """Return every statistic of drugs by its name; NaN where it is undefined.

    Args:
        danger: the higher, the more dangerous, shape (drugs,).
        classes: as predicted, shape (drugs,).
        probabilities: of the three classes, shape (drugs, 3).
        truth: class of each, shape (drugs,).
        is_judged: whether it counts but in pairs, shape (drugs,).
        is_known: whether the model was fitted on it, shape (drugs,).
    """
    found = {}
    for name, k in CUTS.items():
        positive, called = truth[is_judged] >= k, classes[is_judged] >= k
        found[f"auc_{name}"] = area_under_curve(danger[is_judged], positive)
        found[f"lr_plus_{name}"], found[f"lr_minus_{name}"] = likelihood_ratios(called, positive)
    found["pairwise"] = pairs_in_order(classes, probabilities, truth, is_known)
    found["mean_error"] = float(np.abs(classes - truth)[is_judged].mean()) if is_judged.any() else np.nan
    return found


def likelihood_ratios(called: np.ndarray, positive: np.ndarray) -> tuple[float, float]:
    """Return LR+ and LR-: how many times as often a positive one is called so, and not called so, as a negative one."""
    if not positive.any() or positive.all():
        return np.nan, np.nan
    hits, alarms = called[positive].mean(), called[~positive].mean()
    return _ratio(hits, alarms), _ratio(1 - hits, 1 - alarms)


def _ratio(above: float, below: float) -> float:
    if below:
        return float(above / below)
    return np.inf if above else np.nan


def pairs_in_order(classes: np.ndarray, probabilities: np.ndarray, truth: np.ndarray, is_known: np.ndarray) -> float:
    """Return the share of pairs of drugs of different class, not both known to the model, that are in the right order.

    That is where the more dangerous one has the higher class; in the same class, the higher probability of high where
    both are high, else the lower probability of low.
    """
    more = np.greater.outer(truth, truth) & ~np.logical_and.outer(is_known, is_known)
    high, low = probabilities[:, HIGH], probabilities[:, LOW]
    same = np.where(
        np.logical_and.outer(classes == HIGH, classes == HIGH), np.greater.outer(high, high), np.less.outer(low, low)
    )
    right = np.where(np.equal.outer(classes, classes), same, np.greater.outer(classes, classes))
    return float(right[more].mean()) if more.any() else np.nan


def _intervals(found: Sequence[dict[str, float]]) -> dict[str, list[float]]:
    """Return the ends of the interval of each statistic, over draws that define it; infinite ones rank the highest."""
    ends = {}
    for name in found[0]:
        values = np.sort([one[name] for one in found if not np.isnan(one[name])])
        places = [round(percent / 100 * (len(values) - 1)) for percent in PERCENTILES]
        ends[name] = [float(values[place]) for place in places] if len(values) else [np.nan, np.nan]
    return ends
