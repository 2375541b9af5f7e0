"""What the report reads from the scores of the gating study."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gbar.gating.identify import ALTERED_WITHIN
from gbar.report.tables import DASH, number

Values = Mapping[str, Any]


def naming_etas(values: Values, altered: Collection[str]) -> list[int]:
    """Return the numbers of the etas at which the altered currents are those whose charges change most.

    Args:
        values: scores of the published second stage; of its currents, those `ranked` are compared.
        altered: factors that are altered; one on a current without gates is never named.
    """
    ratios, wanted = {name: values["charge_ratio"][name] for name in values["ranked"]}, set(altered)
    if not wanted <= ratios.keys():
        return []
    found = []
    for k in range(len(values["etas"])):
        change = {name: abs(math.log(abs(ratio[k]))) for name, ratio in ratios.items()}
        if set(sorted(change, key=lambda name, of=change: -of[name])[: len(wanted)]) == wanted:
            found.append(k)
    return found


def right_etas(values: Values, altered: Collection[str]) -> list[int]:
    """Return the numbers of those etas at which the charges of the altered currents are right within the bar, too."""
    found, true = values["charge_ratio"], values["charge_ratio_true"]
    return [
        k
        for k in naming_etas(values, altered)
        if all(abs(found[name][k] / true[name] - 1) <= ALTERED_WITHIN for name in altered)
    ]


def apd90_errors(runs: Sequence[Values], key: str) -> tuple[list[float], int]:
    """Return the absolute errors of an APD90 against that of the altered cell, %, and how many runs have none."""
    found = [(run[key], run["apd90_cell_ms"]) for run in runs]
    known = [100 * abs(apd / own - 1) for apd, own in found if apd is not None and own is not None]
    return known, len(found) - len(known)


def mean_text(errors: tuple[list[float], int]) -> str:
    """Return the mean of errors in words, and how many runs have none."""
    known, absent = errors
    mean = f"{sum(known) / len(known):.1f} %" if known else DASH
    return f"{mean} ({absent} without)" if absent else mean


def worst_loop(values: Values) -> float | None:
    """Return the closed-loop error of APD90 that is largest in size, %; None where there is none at all."""
    errors = [run["error_percent"] for run in values["closed_loop"]]
    return max((error for error in errors if error is not None), key=abs, default=None)


def failed_loops(values: Values) -> list[float]:
    """Return the cycle lengths at which the network, driving the cell, has no APD90, ms."""
    return [run["cycle_length_ms"] for run in values["closed_loop"] if run["error_percent"] is None]


def percent(error: float | None) -> str:
    """Return a share with its sign as a percentage, to a tenth."""
    if error is None:
        return DASH
    tenths = round(1000 * error)
    return f"{tenths / 10:+.1f} %".replace("-", "−") if tenths else "0.0 %"


def factor_text(values: Values, name: str) -> str:
    """Return a factor as found beside the true one."""
    return f"{name} {number(values['factors'][name])} (true {values['true'][name]:g})"
