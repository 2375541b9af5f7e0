"""What the figure of the training sizes shows, read from metrics.json of every training."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gbar.emulate.metrics import read_metrics
from gbar.figures.invert_data import lacking
from gbar.figures.invert_sizes import Sizes
from gbar.invert.power_law import fit_power_law


def read_sizes(metrics: Sequence[str | Path]) -> Sizes:
    """Read the trainings of one design on more and more traces, and fit the power law.

    Args:
        metrics: metrics.json of every training.

    Raises:
        UserError: a file cannot be read, or lacks a value.
    """
    rows = []
    for path in metrics:
        values = read_metrics(path)
        try:
            found = (values["traces"], values["test_mse"], values["minutes"])
        except KeyError as error:
            raise lacking(path, error) from None
        # A training that diverged has no error: it is written as null.
        rows.append([np.nan if value is None else float(value) for value in found])
    traces, test_mse, minutes = np.array(rows).T
    known = np.isfinite(test_mse)
    law = fit_power_law(traces[known], test_mse[known]) if len(np.unique(traces[known])) > 1 else None
    return Sizes(traces[known], test_mse[known], minutes[known], law)
