"""golden.json: the design that folds, ensemble and training sizes are trained with, and the rule that chose it.

A design given in the configuration is taken. Of designs trained again with several seeds, those are left out of which
more than half of the networks failed, diverged or were given up; of the rest the one with the lowest median validation
MSE is chosen, a network that did not come to an end counting as the worst. The published choice of design 203 was of
this kind: its losses spread least, not its best one was lowest. Without trainings again the best trial is taken.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gbar.config.explain import checked
from gbar.config.invert import DesignSection, InverterTrainingSection, RegressorSection
from gbar.errors import UserError
from gbar.invert.designs.ranking import BEST
from gbar.jobs.job import Input, Output, job
from gbar.records.metrics import read_metrics, write_metrics

GIVEN = "given in the configuration"
FIRST = "lowest validation MSE of the scan"
MEDIAN = "lowest median validation MSE over seeds, of the designs of which at most half of the networks did not end"
ENDED = ("completed", "stopped_early")


@dataclass(frozen=True)
class Golden:
    """A design and its training."""

    network: RegressorSection
    training: InverterTrainingSection


def read_golden(path: str | Path) -> Golden:
    """Return the design that was chosen.

    Raises:
        UserError: the file cannot be read as one.
    """
    values = read_metrics(path)
    try:
        network, training = values["network"], values["training"]
    except KeyError as error:
        raise UserError(f"{path}: cannot be read as a chosen design (it lacks {error})") from None
    return Golden(checked(RegressorSection, network), checked(InverterTrainingSection, training))


@job("golden")
def golden(settings: DesignSection, out: Output, candidates: Sequence[Input] = ()) -> None:
    """Choose the design that folds and ensemble are trained with.

    Args:
        settings: network and training, where they are given.
        out: chosen design to write, .json.
        candidates: results of the stability, or the best trials, .json.

    Raises:
        UserError: as `choose_golden`.
    """
    given = Golden(settings.network, settings.training) if settings.network and settings.training else None
    choose_golden(given, candidates, out)


def choose_golden(given: Golden | None, candidates: Sequence[str | Path], out: str | Path) -> None:
    """Choose the golden design and write it with the rule that chose it.

    Args:
        given: the design of the configuration, if there is one.
        candidates: without one, results of the stability of the best trials, or the file of the best trials.
        out: golden.json to write.

    Raises:
        UserError: a candidate cannot be read, or none of them is stable.
    """
    if given is not None:
        plain = {"network": given.network.model_dump(mode="json"), "training": given.training.model_dump(mode="json")}
        chosen = {"rule": GIVEN, **plain, "trial": None}
    else:
        found = [read_metrics(path) for path in candidates]
        best = [one for of in found for one in of.get(BEST, [])]
        again = [one for one in found if BEST not in one]
        chosen = {"rule": MEDIAN, **_steadiest(again)} if again else {"rule": FIRST, **best[0]}
        chosen = {key: chosen[key] for key in ("rule", "network", "training", "trial")}
    write_metrics(out, chosen)


def _steadiest(designs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    medians = [
        median_mse(*([one[key] for one in design["members"]] for key in ("status", "validation_mse")))
        for design in designs
    ]
    lowest = min(medians)
    if lowest == math.inf:
        trials = ", ".join(str(design["trial"]) for design in designs)
        raise UserError(
            f"stability: of each of the trials {trials} more than half of the networks failed, diverged or were given"
            " up; take more trials into stability.top, or give network and training"
        )
    return designs[medians.index(lowest)]


def median_mse(status: Sequence[str], mse: Sequence[float | None]) -> float:
    """Return the median validation MSE of networks, by which designs are compared.

    Those that did not come to an end count as infinite; of two middle ones the lower is taken.
    """
    return statistics.median_low(
        value if how in ENDED and value is not None and math.isfinite(value) else math.inf
        for how, value in zip(status, mse, strict=True)
    )
