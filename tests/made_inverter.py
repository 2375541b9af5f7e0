"""An inverter of made-up traces, two parameters and 64 samples, trained in seconds."""

import json
from pathlib import Path

import numpy as np
from made_up import gathered

from gbar.config.explain import checked
from gbar.config.invert import InverterTrainingSection, RegressorSection, TracesSection
from gbar.config.sweep import SweepSection
from gbar.invert.dataset import make_traces, unit_parameters
from gbar.invert.ensemble import assemble, train_fold
from gbar.invert.traces import to_unit
from gbar.sweeps.design import design_table

SAMPLES, ROWS, FOLDS, OFFSETS, SEEDS = 64, 900, 3, 2, 2
SPIKES = {
    "cell": {"name": "izhikevich2003"},
    "design": {"kind": "uniform", "vary": ["a", "d"], "range": {"a": [0.01, 0.1], "d": [0.5, 5]}, "seed": 3},
}


def spikes(rows: int, **protocol: object) -> dict:
    """Return a sweep over two parameters, saved every 0.2 ms."""
    return SPIKES | {"design": SPIKES["design"] | {"rows": rows}, "protocol": {"save_every_ms": 0.2, **protocol}}


SWEEP = spikes(ROWS, duration_ms=0.2 * SAMPLES, stimulus={"kind": "none"})
WINDOW = TracesSection(first=0, samples=SAMPLES, checked=False, held_out=0.4, folds=FOLDS)
NETWORK = RegressorSection(repeat=1, filters=(4, 6), kernel=3, pool=3, dense=(16, 8), dropout=0.0, standardised=True)
TRAINING = InverterTrainingSection(epochs=40, batch_size=32, learning_rate=5e-3)


def traces_at(unit: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return what a made-up cell does, mV, (n, SAMPLES + 1): the first parameter shows well, the second hardly."""
    t = 2 * np.pi * np.arange(SAMPLES + 1) / SAMPLES
    noise = np.random.default_rng(seed).standard_normal((len(unit), len(t)))
    return -40 + 12 * unit[:, :1] * np.sin(t) + 2 * unit[:, 1:] * np.cos(2 * t) + 1.5 * noise


def other_traces(n: int) -> np.ndarray:
    """Return what a cell of another kind does: it is beyond the first one's range in its swing."""
    return traces_at(np.random.default_rng(5).uniform(-1, 1, (n, 2)) * [3.0, 8.0], seed=6)


def made_sweep(folder: Path, others: bool = False) -> Path:
    """Make the store of a sweep and return its path."""
    sweep = checked(SweepSection, SWEEP)
    unit = to_unit(design_table(sweep).values, unit_parameters(sweep))
    return gathered(folder, SWEEP, other_traces(ROWS) if others else traces_at(unit)) / "store.zarr"


def made_traces(folder: Path, window: TracesSection = WINDOW) -> Path:
    """Make sweep and data set in a folder and return the data set's path."""
    out = folder / "traces.zarr"
    make_traces(made_sweep(folder / "sweep"), window, checked(SweepSection, SWEEP), out, lambda _: None)
    return out


def made_golden(folder: Path, epochs: int = TRAINING.epochs) -> Path:
    """Write golden.json and return its path."""
    out, training = folder / "golden.json", TRAINING.model_copy(update={"epochs": epochs})
    out.write_text(json.dumps({"network": NETWORK.model_dump(mode="json"), "training": training.model_dump()}))
    return out


def made_inverter(folder: Path) -> Path:
    """Make data set, folds and inverter in a folder; return the inverter's."""
    traces, golden = made_traces(folder), made_golden(folder)
    for offset in range(OFFSETS):
        train_fold(
            traces, golden, offset, SEEDS, folder / "checkpoints", folder / "folds" / str(offset), lambda _: None
        )
    assemble([folder / "folds" / str(offset) for offset in range(OFFSETS)], traces, 0.05, folder / "model")
    return folder / "model"
