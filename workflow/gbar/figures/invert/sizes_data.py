"""What the figure of the training sizes shows, read from metrics.json of every training."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.figures.invert.data import lacking
from gbar.figures.invert.sizes import Sizes
from gbar.invert.designs.power_law import fit_power_law
from gbar.records.metrics import read_metrics


def read_sizes(metrics: Sequence[str | Path]) -> Sizes:
    """Read the trainings of one design on more and more traces, and fit the power law.

    Args:
        metrics: metrics.json of every training.

    Raises:
        UserError: a file cannot be read, lacks a value, or is of other parameters than the others.
    """
    parameters, rows = set(), []
    for path in metrics:
        values = read_metrics(path)
        try:
            found = (values["traces"], values["test_mse"], values["minutes"])
            parameters.add(frozenset(values["rms_percent"]))
        except KeyError as error:
            raise lacking(path, error) from None
        # A training that diverged has no error: it is written as null.
        rows.append([np.nan if value is None else float(value) for value in found])
    if len(parameters) > 1:
        raise UserError(
            f"{metrics[0]} and others: the trainings infer different parameters; show those of one inverter"
        )
    traces, test_mse, minutes = np.array(rows).T
    known = np.isfinite(test_mse)
    law = fit_power_law(traces[known], test_mse[known]) if len(np.unique(traces[known])) > 1 else None
    return Sizes(parameters.pop(), traces[known], test_mse[known], minutes[known], law)
