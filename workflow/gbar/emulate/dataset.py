"""The job that makes the emulators' data set from the store of a sweep."""

from collections.abc import Callable
from pathlib import Path

from gbar.biomarker_table import read_table
from gbar.config.emulate import DatasetSection
from gbar.emulate.split import SplitSettings
from gbar.emulate.windows import WindowSettings, build_windows, write_windows
from gbar.provenance import versions
from gbar.store import open_store


def make_windows(
    store: str | Path,
    biomarkers: str | Path,
    settings: DatasetSection,
    out: str | Path,
    progress: Callable[[float], None],
) -> None:
    """Write windows.zarr.

    Args:
        store: store of the sweep.
        biomarkers: its table of biomarkers.
        settings: windows and split.
        out: data set to write.
        progress: told the fraction done.
    """
    group = open_store(store)
    windows = build_windows(
        group,
        read_table(biomarkers),
        WindowSettings(**settings.windows.model_dump()),
        SplitSettings(**settings.split.model_dump()),
        progress=progress,
    )
    attributes = {
        "title": "Windows of simulated action potentials",
        "sweep": dict(group.attrs),
        "configuration": settings.model_dump(mode="json"),
        "versions": versions(),
    }
    write_windows(out, windows, attributes)
