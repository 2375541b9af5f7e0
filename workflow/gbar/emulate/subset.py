"""Fewer settings to learn from, for learning curves: nested subsets that leave validation and test alone."""

from dataclasses import replace

import numpy as np

from gbar.emulate.split import TRAIN, UNUSED
from gbar.emulate.windows import Windows
from gbar.errors import UserError


def with_settings(data: Windows, number: int) -> Windows:
    """Return the data set with `number` of its training settings, silent ones among them, and their windows.

    A setting is what had to be simulated, whether it beats or not. A larger number keeps the settings of a smaller one.

    Raises:
        UserError: there are fewer training settings.
    """
    settings = np.flatnonzero(data.setting_split == TRAIN)
    if number > len(settings):
        raise UserError(f"settings: {number} is not allowed; the data set has {len(settings)} training settings")
    surplus = np.random.default_rng(0).permutation(settings)[number:]
    setting_split = data.setting_split.copy()
    setting_split[surplus] = UNUSED
    left_out = {scalings.tobytes() for scalings in data.setting_inputs[surplus]}
    of_windows = np.ascontiguousarray(data.inputs[:, : data.setting_inputs.shape[1]])
    is_left_out = np.array([scalings.tobytes() in left_out for scalings in of_windows])
    return replace(data, split=np.where(is_left_out, UNUSED, data.split).astype(np.int8), setting_split=setting_split)
