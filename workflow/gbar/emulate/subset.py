"""Fewer settings to learn from, for learning curves: nested subsets that leave validation and test alone."""

from dataclasses import replace

import numpy as np

from gbar.emulate.split import TRAIN, UNUSED
from gbar.emulate.windows import Windows
from gbar.errors import UserError


def with_settings(data: Windows, number: int) -> Windows:
    """Return the data set with `number` of the training simulations that beat, and as large a share of the silent ones.

    A larger number keeps the simulations of a smaller one.

    Raises:
        UserError: there are fewer training simulations.
    """
    rows = np.unique(data.row[data.part(TRAIN)])
    if number > len(rows):
        raise UserError(f"settings: {number} is not allowed; the data set has {len(rows)} training settings that beat")
    stream = np.random.default_rng(0)
    chosen = stream.permutation(rows)[:number]
    leaves_out = (data.split == TRAIN) & ~np.isin(data.row, chosen)
    settings = np.flatnonzero(data.setting_split == TRAIN)
    surplus = stream.permutation(settings)[round(len(settings) * number / len(rows)) :]
    setting_split = data.setting_split.copy()
    setting_split[surplus] = UNUSED
    return replace(data, split=np.where(leaves_out, UNUSED, data.split).astype(np.int8), setting_split=setting_split)
