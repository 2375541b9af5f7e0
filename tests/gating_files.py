"""Small files of the gating study as its jobs write them, with made-up numbers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gbar.config.explain import checked
from gbar.config.gating import MEMBRANE, PacedSection
from gbar.records.metrics import write_metrics

GATES = ("r", "d", "Xs", "m", "f", "h", "s", "Xr2", "j", "Xr1")
OTHERS = ("Cai", "V", "fCa", "g", "Ki", "CaSR", "Nai")
FIVE = ("gNa", "gCaL", "gKr", "gKs", "gto")
CYCLES_MS = (350.0, 445.0, 600.0, 800.0)
HELD_OUT_MS = (400.0, 500.0, 600.0, 700.0)
TIME_MS = np.arange(10_000.0, 12_000.0, 5.0)
# Two runs of 3 s, whose last 1.5 s count.
PACED = checked(
    PacedSection,
    {
        "shortest_ms": 500,
        "longest_ms": 700,
        "every_ms": 200,
        "duration_ms": 3000,
        "first_ms": 1500,
        "slices": 1000,
        "training": 0.5,
        "clamp_voltages": 2,
        "clamp_ms": 10,
    },
)
CLAMP_mV = np.linspace(-100.5, 50.5, 31)


def voltage(cycle_length_ms: float, apd_ms: float) -> np.ndarray:
    """Return something like action potentials, mV."""
    phase = np.mod(TIME_MS - 10, cycle_length_ms)
    return -86 + 110 / (1 + np.exp((phase - apd_ms) / 12)) * (phase >= 0)


def curves(shift_mV: float) -> tuple[np.ndarray, np.ndarray]:
    """Return steady states and time constants of all gates, (gate, voltage)."""
    at = np.linspace(-80, 10, len(GATES))[:, None] + shift_mV
    x_inf = 1 / (1 + np.exp((CLAMP_mV - at) / 7))
    return x_inf, np.geomspace(0.05, 500, len(GATES))[:, None] * np.exp(-(((CLAMP_mV - at) / 60) ** 2))


def write_network(folder: Path, name: str, gate_rmse: float, error_percent: float | None) -> dict[str, Path]:
    """Write what was found of a network of the first stage; its worst gate is m."""
    metrics, traces = folder / f"{name}_metrics.json", folder / f"{name}_loop.npz"
    x_inf, tau_ms = curves(gate_rmse * 100)
    x_inf_cell, tau_cell_ms = curves(0)
    np.savez(
        traces,
        cycle_length_ms=CYCLES_MS,
        time_ms=TIME_MS,
        V_mV=[voltage(cycle, 0.7 * cycle + (error_percent or 0)) for cycle in CYCLES_MS],
        V_cell_mV=[voltage(cycle, 0.7 * cycle) for cycle in CYCLES_MS],
        clamp_mV=CLAMP_mV,
        gate=GATES,
        x_inf=x_inf,
        tau_ms=tau_ms,
        x_inf_cell=x_inf_cell,
        tau_cell_ms=tau_cell_ms,
    )
    rmse = {state: gate_rmse / (k % 9 + 2) for k, state in enumerate((*GATES, *OTHERS))} | {"m": gate_rmse}
    errors = [None if error_percent is None else error_percent * cycle / CYCLES_MS[-1] for cycle in CYCLES_MS]
    values = {
        "parameters": 4080,
        "epochs": 3,
        "training_s": 5.0,
        "stimulus": False,
        "rmse": rmse,
        "worst_gate": "m",
        "worst_gate_rmse": gate_rmse,
        "closed_loop": [
            {
                "cycle_length_ms": cycle,
                "apd90_cell_ms": 0.7 * cycle,
                "apd90_ms": None if error is None else 0.7 * cycle * (1 + error / 100),
                "error_percent": error,
            }
            for cycle, error in zip(CYCLES_MS, errors, strict=True)
        ],
    }
    write_metrics(metrics, values, [traces])
    return {"metrics": metrics, "traces": traces}


def write_published(
    folder: Path, cell: str, scales: Mapping[str, float], charge_ratio: Mapping[str, list[float]], **more: Any
) -> dict[str, Path]:
    """Write what the published second stage says of an altered cell; true charges follow from its factors."""
    scores, traces = folder / f"{cell}_published.json", folder / f"{cell}_published.npz"
    n_etas = len(next(iter(charge_ratio.values())))
    etas = [round(1e-4 * (k + 1), 5) for k in range(n_etas)]
    ratios = {name: charge_ratio.get(name, [1.0] * n_etas) for name in FIVE}
    values = {
        "etas": etas,
        "held_out_ms": HELD_OUT_MS,
        "altered": list(scales),
        "charge_ratio": ratios,
        "charge_ratio_true": {name: scales.get(name, 1.0) for name in FIVE},
        "drift_control": [0.1 / (k + 1) for k in range(n_etas)],
        "drift": [0.14 / (k + 1) for k in range(n_etas)],
        "shown_eta": etas[-1],
        "shown": {
            "closed_loop": {
                "cycle_length_ms": 350.0,
                "apd90_ms": None,
                "apd90_control_ms": 278.0,
                "apd90_altered_ms": 300.0,
            }
        },
        "held_out_apd90": [
            {"cycle_length_ms": cycle, "apd90_cell_ms": 300.0, "apd90_ms": None if cycle < 450 else 270.0}
            for cycle in HELD_OUT_MS
        ],
        "ranked": [name for name in FIVE if name != "gNa"],
    }
    shape = np.sin(TIME_MS / 70) * np.arange(1, 1 + len(FIVE))[:, None]
    lines = {
        f"{kind}_{name}": values
        for name, shift in (("theory", 3), ("control", 5), ("altered", 20))
        for kind, values in zip(("x_inf", "tau"), curves(shift), strict=True)
    }
    x_inf_cell, tau_cell_ms = curves(0)
    np.savez(
        traces,
        time_ms=TIME_MS,
        cycle_length_ms=445.0,
        V_control_mV=voltage(445, 300),
        V_altered_mV=voltage(445, 330),
        current=FIVE,
        cell_control=shape,
        cell_altered=0.6 * shape,
        network_control=1.1 * shape,
        network_altered=1.2 * shape,
        loop_cycle_length_ms=350.0,
        loop_time_ms=TIME_MS,
        loop_V_mV=voltage(350, 240),
        loop_V_control_mV=voltage(350, 278),
        loop_V_altered_mV=voltage(350, 300),
        clamp_mV=CLAMP_mV,
        gate=GATES,
        x_inf_cell=x_inf_cell,
        tau_cell_ms=tau_cell_ms,
        **{f"{name}_ms" if name.startswith("tau") else name: values for name, values in lines.items()},
    )
    write_metrics(scores, values | more, [traces])
    return {"scores": scores, "traces": traces}


def write_identified(
    folder: Path, cell: str, record: str, scales: Mapping[str, float], found: Mapping[str, float]
) -> Path:
    """Write what was identified of a cell, judged by the bars of the study."""
    path = folder / f"{cell}_{record}.json"
    true = {name: scales.get(name, 1.0) for name in MEMBRANE}
    factors = true | {name: float(factor) for name, factor in found.items()}
    altered = list(scales)
    errors = {name: factors[name] / true[name] - 1 for name in MEMBRANE}
    unaltered = [name for name in MEMBRANE if name not in altered]
    worst = max(unaltered, key=lambda name: abs(errors[name]))
    largest = sorted(MEMBRANE, key=lambda name: -abs(np.log(factors[name])))[: len(altered)]
    right = set(largest) == set(altered) and all(abs(errors[name]) <= 0.25 for name in altered)
    values = {
        "cycle_lengths_ms": [400.0, 800.0],
        "record": {"noise_mV": 0.0, "every_ms": 1},
        "factors": factors,
        "true": true,
        "altered": altered,
        "found_largest": largest,
        "factor_error": errors,
        "worst_altered": max((abs(errors[name]) for name in altered), default=None),
        "worst_unaltered": {"name": worst, "error": errors[worst]},
        "identified": right and abs(errors[worst]) <= 0.15,
        "seconds": 90.0,
    }
    write_metrics(path, values)
    return path


def write_held_out(folder: Path, cell: str, scales: Mapping[str, float]) -> dict[str, Path]:
    """Write how a cell with the factors found does on cycle lengths held out: 1 % off."""
    scores, traces = folder / f"{cell}_held_out.json", folder / f"{cell}_held_out.npz"
    values = {
        "held_out_ms": HELD_OUT_MS,
        "charge_ratio": {name: 1.02 * scales.get(name, 1.0) for name in FIVE},
        "charge_ratio_true": {name: scales.get(name, 1.0) for name in FIVE},
        "held_out_apd90": [
            {"cycle_length_ms": cycle, "apd90_cell_ms": 300.0, "apd90_control_ms": 280.0, "apd90_ms": 303.0}
            for cycle in HELD_OUT_MS
        ],
        "V_rmse_mV": 1.5,
        "V_rmse_control_mV": 25.0,
    }
    shape = np.sin(TIME_MS / 70) * np.arange(1, 1 + len(FIVE))[:, None]
    np.savez(
        traces,
        time_ms=TIME_MS,
        cycle_length_ms=445.0,
        current=FIVE,
        identified_altered=0.62 * shape,
        V_mV=voltage(445, 328),
    )
    write_metrics(scores, values, [traces])
    return {"scores": scores, "traces": traces}
