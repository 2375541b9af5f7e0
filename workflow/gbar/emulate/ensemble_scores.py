"""What only an ensemble can be judged by: its spread, its cycle lengths, its intervals, and who it says beats."""

from typing import Any

import numpy as np

from gbar.emulate.calibration import BLOCK, coverage
from gbar.emulate.model import Model
from gbar.emulate.split import TEST
from gbar.emulate.windows import Windows


def ensemble_scores(model: Model, data: Windows, test: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """Return entries for metrics.json and the spread of each test window, mV, shape (window,).

    Args:
        model: an ensemble with its calibration on its card.
        data: data set.
        test: test windows, shape (window,).
    """
    spreads, cycles = [], []
    for start in range(0, len(test), BLOCK):
        said = model.predict(data.inputs[test[start : start + BLOCK]])
        assert said.spread_mV is not None
        assert said.cycle_length_ms is not None
        spreads.append(said.spread_mV)
        cycles.append(said.cycle_length_ms.mean(axis=0))
    known = np.isfinite(data.cycle_length_ms[test])
    error_ms = np.abs(np.concatenate(cycles) - data.cycle_length_ms[test])[known]
    ape = 100 * error_ms / data.cycle_length_ms[test][known]
    found = {
        "cycle_length_median_ape_percent": float(np.median(ape)),
        "cycle_length_mape_percent": float(ape.mean()),
        "cycle_length_mae_ms": float(error_ms.mean()),
        **_beating(model, data),
        **coverage(model, model.card.metrics["calibration"], data, test),
    }
    return found, np.concatenate(spreads)


def _beating(model: Model, data: Windows) -> dict[str, Any]:
    """Return the share of held-out settings whose beating is told right."""
    chosen = data.setting_split == TEST
    settings = data.setting_inputs[chosen]
    # The beat's time, if it is an input, plays no part in whether a setting beats.
    filler = np.zeros((len(settings), len(data.features) - settings.shape[1]), settings.dtype)
    beats = model.predict(np.concatenate([settings, filler], axis=1)).beats
    assert beats is not None
    right = (beats > 0.5) == data.setting_beats[chosen].astype(bool)
    return {"beating_right_percent": 100 * float(right.mean()), "test_settings": int(chosen.sum())}
