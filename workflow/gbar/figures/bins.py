"""Bins of equally many values, for curves through clouds of points."""

import numpy as np


def equal_bins(values: np.ndarray, fewest: int, most: int) -> list[np.ndarray]:
    """Return the places of the values in bins of equally many, from small to large values.

    Args:
        values: shape (value,).
        fewest: values of a bin, where there is more than one.
        most: bins.
    """
    n_bins = int(np.clip(len(values) // fewest, 1, most))
    return np.array_split(np.argsort(values, kind="stable"), n_bins)
