"""What the figure of the predictions shows, read from the emulators' data set and each model's predictions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from gbar.emulate.windows import BEAT_TIME
from gbar.emulate.windows_store import input_quantities
from gbar.errors import UserError
from gbar.figures.emulate.predictions import HeldOut, rmse_by_setting, spread_ranks


def read_held_out(
    windows: str | Path, predictions: Mapping[str, str | Path], *, n_shown: int = 6
) -> tuple[list[HeldOut], str]:
    """Read held-out settings from the best to the worst predicted, and the model that ranks them.

    The model with the least error over all test windows ranks the settings. Of each setting its most typical
    window is shown, so the choice is the same each time.

    Args:
        windows: data set of the emulators.
        predictions: predictions.npz of each model, by its name.
        n_shown: number of settings.
    """
    group = zarr.open_group(windows, mode="r", zarr_format=3)
    predicted, index = {}, {}
    for name, path in predictions.items():
        with np.load(path, allow_pickle=False) as file:
            index[name], predicted[name] = file["window"], file["trace"]
    common = sorted(set.intersection(*(set(map(int, window)) for window in index.values())))
    if not common:
        raise UserError("predictions: the models have no test window in common")
    data: Any = group
    simulated = np.asarray(data["trace"].oindex[common, :])
    setting = np.asarray(data["row"][:])[common]
    for name, window in index.items():
        order = {int(w): k for k, w in enumerate(window)}
        predicted[name] = predicted[name][[order[w] for w in common]]
    mse = {name: float(np.mean((trace.astype(float) - simulated) ** 2)) for name, trace in predicted.items()}
    ranked_by = min(sorted(mse), key=lambda name: mse[name])
    _, _, typical = rmse_by_setting(simulated, predicted[ranked_by], setting)
    varied = [(f, one) for f, one in enumerate(input_quantities(group)) if one.name != BEAT_TIME]
    inputs = np.asarray(data["inputs"].oindex[common, :], dtype=float)
    shown = []
    for rank in spread_ranks(len(typical), n_shown):
        k = typical[rank - 1]
        shown.append(
            HeldOut(
                scalings={one.name: round(float(inputs[k, f]), 6) for f, one in varied},
                rank=rank,
                n_settings=len(typical),
                time_ms=np.asarray(data["time"][:]),
                simulated_mV=simulated[k],
                predicted_mV={name: trace[k] for name, trace in predicted.items()},
            )
        )
    return shown, ranked_by
