"""What the errors of the emulators measure, in sentences with the study's own numbers."""

from collections.abc import Mapping
from typing import Any

from gbar.report.tables import count, number

# The first network of the DLSTM study: LSTM(12000), dense 12000, dense 10000, one time step of 5 features.
FIRST_NETWORK = 840_310_000
FIRST_NETWORK_DORMANT = 4 * 12_000 * 12_000  # its recurrent weights

Metrics = Mapping[str, Any]


def remarks(models: Mapping[str, Metrics]) -> list[str]:
    """Return the sentences for the table of the models; a sentence without its numbers is left out.

    Args:
        models: content of metrics.json by name of the model.
    """
    found = [_drift(models), *(_leakage(models)), _dormant(models)]
    return [sentence for sentence in found if sentence]


def _drift(models: Mapping[str, Metrics]) -> str | None:
    floors = [metrics["drift_floor_mse_mV2"] for metrics in models.values() if metrics.get("drift_floor_mse_mV2")]
    if not floors:
        return None
    published = " The published 14.803 mV² is an error of this kind." if any("dlstm" in name for name in models) else ""
    return (
        f"Windows of one simulation differ among themselves by {number(floors[0])} mV² in the mean, since "
        "concentrations drift and the next upstroke falls inside the window: a network that is given the scalings "
        f"alone cannot do better than that on average.{published}"
    )


def _leakage(models: Mapping[str, Metrics]) -> list[str]:
    """Compare models that were split by window with those of the same name split by simulation."""
    sentences = []
    for name, metrics in models.items():
        other = models.get(f"{name}_by_simulation")
        if metrics.get("split") != "window" or other is None or other.get("split") != "simulation":
            continue
        seen = metrics["seen_floor_mse_mV2"]
        sentences.append(
            f"{name} reaches {number(metrics['mse_mV2'])} mV² where it learned from other windows of the simulations "
            "it is tested on (split by window, as published). Predicting the mean of a simulation's training windows "
            f"leaves {number(seen)} mV², so that this is {number(metrics['mse_mV2'] / seen)} times the floor. On "
            f"simulations it has never seen the same network leaves {number(other['mse_mV2'])} mV²: the published "
            "protocol measures mostly drift and leakage."
        )
    return sentences


def _dormant(models: Mapping[str, Metrics]) -> str | None:
    dormant = {
        name: metrics["dormant_parameters"] for name, metrics in models.items() if metrics.get("dormant_parameters")
    }
    if not dormant:
        return None
    counted = "; ".join(
        f"{count(number_of)} of {count(models[name]['parameters'])} in {name}" for name, number_of in dormant.items()
    )
    return (
        "The scalings enter an LSTM as one time step. Its recurrent weights then multiply a state of zero and act on "
        f"nothing, as do the weights of its forget gates: {counted}. In the study's first network of "
        f"{count(FIRST_NETWORK)} parameters the recurrent weights alone are {count(FIRST_NETWORK_DORMANT)}. With "
        "`pruned: true` a network is built without them, its output identical."
    )
