"""The job that makes the emulators' data set from the store of a sweep."""

from collections.abc import Callable

from gbar.config.emulate import DatasetSection
from gbar.emulate.cutting import build_windows
from gbar.emulate.split import SplitSettings
from gbar.emulate.windows import WindowSettings
from gbar.emulate.windows_store import write_windows
from gbar.jobs.job import Input, Output, job
from gbar.records.provenance import now, provenance
from gbar.sweeps.biomarker_table import read_table
from gbar.sweeps.store import open_store, provenance_of


@job("windows", need="jobs.resources.of_windows", progress="cutting windows")
def make_windows(
    store: Input,
    biomarkers: Input,
    settings: DatasetSection,
    out: Output,
    progress: Callable[[float], None],
) -> None:
    """Cut the emulators' data set out of a sweep's store.

    Args:
        store: store of the sweep.
        biomarkers: its table of biomarkers.
        settings: windows and split.
        out: data set to write, .zarr.
        progress: told the fraction done.
    """
    start, group = now(), open_store(store)
    windows = build_windows(
        group,
        read_table(biomarkers),
        WindowSettings(**settings.windows.model_dump()),
        SplitSettings(**settings.split.model_dump()),
        progress=progress,
    )
    configuration, of_store = settings.model_dump(mode="json"), provenance_of(group)
    made_from = {} if of_store is None else {"store": of_store.to_json()}
    attributes = {
        "title": "Windows of simulated action potentials",
        "sweep": {name: value for name, value in group.attrs.items() if name != "provenance"},
        "configuration": configuration,
        "provenance": provenance(start, configuration, made_from=made_from).to_json(),
    }
    write_windows(out, windows, attributes)
