"""What the figure of the smoothing shows, read from each model's metrics.json."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.figures.emulate.smoothing import Scan
from gbar.records.metrics import read_metrics


def read_scans(metrics: Mapping[str, str | Path]) -> list[Scan]:
    """Read the widths of the smoothing tried for each model.

    Args:
        metrics: metrics.json of each model, by its name.
    """
    return [_scan(name, path) for name, path in metrics.items()]


def _scan(name: str, path: str | Path) -> Scan:
    values = read_metrics(path)
    try:
        scan = values["smoothing_scan"]
        sigma, mse = np.array(scan["sigma"], dtype=float), np.array(scan["validation_mse_mV2"], dtype=float)
        return Scan(name, sigma, mse, float(values["smoothing_sigma_samples"]))
    except KeyError as error:
        raise UserError(f"{path}: lacks {error}, what was tried for the smoothing") from None
