"""What the figure of the errors shows, read from each model's table of scores by window."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.figures.emulate.errors import WindowErrors
from gbar.figures.emulate.model_data import read_columns, scaled_currents


def read_errors(scores: Mapping[str, str | Path]) -> list[WindowErrors]:
    """Read the error of each test window of each model, and the scalings of its simulation.

    Args:
        scores: scores.csv of each model, by its name.

    Raises:
        UserError: a table cannot be read, holds no window, or is of other currents than the first.
    """
    errors = []
    for name, path in scores.items():
        currents = tuple(scaled_currents(path))
        rmse_mV, *levels = read_columns(path, "rmse_mV", *currents)
        if not currents or not len(rmse_mV):
            raise UserError(f"{path}: holds no scored window of a scaled current")
        if errors and currents != errors[0].currents:
            raise UserError(f"{path}: is of {', '.join(currents)}; the others are of {', '.join(errors[0].currents)}")
        errors.append(WindowErrors(name, currents, np.stack(levels, axis=1), rmse_mV))
    return errors
