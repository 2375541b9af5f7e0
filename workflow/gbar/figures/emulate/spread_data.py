"""What the figure of the spread shows, read from scores.csv and metrics.json of each ensemble."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gbar.errors import UserError
from gbar.figures.emulate.model_data import read_columns
from gbar.figures.emulate.spread import Spread
from gbar.records.metrics import read_metrics


def read_spreads(scores: Mapping[str, str | Path], metrics: Mapping[str, str | Path]) -> list[Spread]:
    """Read spread, error and coverage of those models that are ensembles.

    Args:
        scores: scores.csv of each model, by its name.
        metrics: metrics.json of each model, by its name.

    Raises:
        UserError: a file cannot be read, or no model has a spread.
    """
    spreads = []
    for name, path in scores.items():
        spread_mV, rmse_mV = read_columns(path, "spread_mV", "rmse_mV")
        if np.isfinite(spread_mV).any():
            spreads.append(Spread(name, spread_mV, rmse_mV, *_coverage(metrics[name])))
    if not spreads:
        raise UserError(f"spread: none of the models {', '.join(scores)} is an ensemble; only an ensemble has a spread")
    return spreads


def _coverage(path: str | Path) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return nominal levels, the shares observed, and those before calibration where they are known."""
    values: dict[str, Any] = read_metrics(path)
    try:
        nominal, observed = values["coverage_nominal"], values["coverage_observed"]
    except KeyError as error:
        raise UserError(f"{path}: lacks {error}, the coverage of the ensemble's intervals") from None
    raw = values.get("coverage_observed_raw")
    return np.array(nominal, float), np.array(observed, float), None if raw is None else np.array(raw, float)
