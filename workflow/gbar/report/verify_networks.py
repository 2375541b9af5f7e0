"""Trained networks checked: models, inverters, their data sets and scores."""

from collections.abc import Iterator
from pathlib import Path

import zarr

from gbar.errors import UserError
from gbar.models.model_files import read_model_files
from gbar.records.digest import file_digest
from gbar.records.metrics import FILES, read_metrics
from gbar.report.findings import EDITED, Finding, fault, without_path

# Of an inverter: files with digests, and one that is written with each.
SCORED = {
    "top.json": "scan.csv",
    "metrics.json": "predictions.npz",
    "cross.json": "cross.npz",
    "roundtrip.json": "roundtrip.csv",
    "refined.json": "refined.csv",
}


def verify_model(folder: Path, windows: Path) -> Finding:
    """Return what there is to say of a model: its card, its history and its parameters against their digests.

    Args:
        folder: the model.
        windows: the data set it was trained on; nothing is said of that if it is not there.
    """
    try:
        card, arrays = read_model_files(folder)
    except UserError as error:
        return Finding(folder, without_path(folder, error), ok=False)
    attributes = zarr.open_group(windows, mode="r").attrs if windows.exists() else {}
    if attributes and card["data_digest"] not in (attributes.get("digest"), attributes.get("data_digest")):
        return fault(folder, f"was trained on another data set than {windows.name}; delete the folder and run again")
    return Finding(folder, f"{sum(values.size for values in arrays.values())} parameters as trained")


def verify_inverter(folder: Path, thorough: bool = True) -> Iterator[Finding]:
    """Yield what there is to say of an inverter: its data set, networks, model, scores, and what its trials came to."""
    from gbar.invert.traces import open_traces  # it imports JAX

    traces = folder / "traces.zarr"
    try:
        data = open_traces(traces)
        if thorough and not data.is_intact():
            yield fault(traces, "the traces are not as they were cut; delete the folder and run Snakemake again")
        else:
            yield Finding(traces, f"{len(data.ids)} traces as cut")
    except UserError as error:
        yield fault(traces, without_path(traces, error))
    for model in (*sorted(folder.glob("folds/*")), folder / "model"):
        if model.exists():
            yield verify_model(model, traces)
    for scores, beside in SCORED.items():
        if (folder / scores).exists() or (folder / beside).exists():
            yield from verify_evaluation(folder / scores)
    for result in sorted(
        file for kind in ("golden", "scan/*", "stability/*", "sizes/*") for file in folder.glob(f"{kind}.json")
    ):
        yield from verify_evaluation(result)


def verify_windows(path: Path) -> Finding:
    """Check the emulators' data set against its digest."""
    from gbar.emulate.windows_store import open_windows  # SciPy takes a second to import

    try:
        windows = open_windows(path)
    except UserError as error:
        return fault(path, without_path(path, error))
    return Finding(path, f"{len(windows.trace)} windows as cut")


def verify_evaluation(metrics: Path) -> Iterator[Finding]:
    """Yield what there is to say of the scores of a model, and of the files that were written with them."""
    remedy = "delete it and run Snakemake again"
    if not metrics.exists():
        yield fault(metrics, "is missing; run Snakemake again")
        return
    try:
        found = read_metrics(metrics, sealed=True)
    except UserError as error:
        yield fault(metrics, without_path(metrics, error))
        return
    yield Finding(metrics, "as written")
    for name, digest in found[FILES].items():
        file = metrics.parent / name
        if not file.exists():
            yield fault(file, "is missing; run Snakemake again")
        elif file_digest(file) != digest:
            yield fault(file, f"{EDITED}; {remedy}")
        else:
            yield Finding(file, "as written")
