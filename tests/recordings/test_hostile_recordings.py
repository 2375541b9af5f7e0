"""Recordings from a stranger, torn or made to mislead: they end in one message, and no other file is looked into."""

import re
import struct
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from test_recording_files import TRACE, abf, nwb, refused

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

SERIES = "acquisition/Sweep_9"
HUGE = {"shape": (90_000_000,), "dtype": "f8", "chunks": True}  # of which nothing is written


def replace(series: h5py.Group, name: str = "data", **dataset: object) -> None:
    """Put another dataset in the place of one of a series."""
    attributes = dict(series[name].attrs)
    del series[name]
    series.create_dataset(name, **dataset).attrs.update(attributes)


def give_times(series: h5py.Group, **dataset: object) -> None:
    """Put times in the place of the rate of a series."""
    del series["starting_time"]
    series.create_dataset("timestamps", **dataset)


def give_a_group(series: h5py.Group) -> None:
    del series["data"]
    series.create_group("data")


def link(series: h5py.Group, name: str) -> None:
    """Put a link to another file in the place of something."""
    del series.file[name]
    series.file[name] = h5py.ExternalLink("other.nwb", name)


def map_another_file(series: h5py.Group) -> None:
    layout = h5py.VirtualLayout((2000,), float)
    layout[:] = h5py.VirtualSource("other.nwb", f"{SERIES}/data", (2000,))
    attributes = dict(series["data"].attrs)
    del series["data"]
    series.create_virtual_dataset("data", layout).attrs.update(attributes)


CHANGES: dict[str, tuple[Callable[[h5py.Group], object], str]] = {
    "no data": (lambda series: series.pop("data"), f"/{SERIES} has no data; the recording is incomplete"),
    "a group for data": (give_a_group, "has no data"),
    "neither rate nor times": (lambda series: series.pop("starting_time"), "has no timestamps"),
    "no unit": (lambda series: series["data"].attrs.pop("unit"), "is in '', but must be in volts"),
    "no samples": (lambda series: replace(series, dtype="f8"), "must be one trace"),
    "words for samples": (lambda series: replace(series, data=[b"high", b"low"]), "as an NWB file .ValueError"),
    "several columns": (lambda series: replace(series, data=TRACE.T), r"is of shape \(2000, 2\); it must be one trace"),
    "an absurd sweep number": (lambda series: series.attrs.update(sweep_number=np.inf), "an NWB file .OverflowError"),
    "a rate of no number": (lambda series: series["starting_time"].attrs.update(rate=np.nan), "rate of .*: nan"),
    "times that are not finite": (lambda series: give_times(series, data=[0, np.nan, 2]), "time of sample 1 is not a"),
    "more samples than the file holds": (
        lambda series: replace(series, **HUGE),
        f"/{SERIES}/data claims 720000000 bytes, more than the file can hold",
    ),
    "a chunk larger than the file": (
        lambda series: replace(series, shape=(9,), maxshape=(None,), dtype="f8", chunks=(90_000_000,)),
        f"/{SERIES}/data claims 720000000 bytes",
    ),
    "more times than the file holds": (
        lambda series: give_times(series, **HUGE),
        f"/{SERIES}/timestamps claims 720000000 bytes",
    ),
    "a series in another file": (lambda series: link(series, SERIES), f"{SERIES} is a link to another file, which is"),
    "a folder in another file": (lambda series: link(series, "acquisition"), "acquisition is a link to another file"),
    "samples of another file": (map_another_file, f"{SERIES}/data is kept in another file"),
    "bytes of another file": (
        lambda series: replace(series, shape=(100,), dtype="f8", external=[("other.nwb", 0, 800)]),
        f"{SERIES}/data is kept in another file",
    ),
}


@pytest.mark.parametrize(("change", "message"), CHANGES.values(), ids=CHANGES.keys())
def test_an_odd_series_ends_in_one_message_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, change, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    nwb(tmp_path / "other.nwb")
    with h5py.File(nwb(tmp_path / "cell.nwb"), "r+") as file:
        change(file[SERIES])
    said = refused(tmp_path / "cell.nwb", capsys, sweep=9)
    assert re.search(message, said), said


def test_more_sweeps_than_an_abf_file_has_samples_are_not_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    path = abf(tmp_path / "cell.abf")
    content = bytearray(path.read_bytes())
    content[16:20] = struct.pack("<i", 2**31 - 1)  # lActualEpisodes
    path.write_bytes(content)
    assert "counts 2147483647 sweeps, but has room for 5120 samples" in refused(path, capsys, sweep=0)


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.95])
@pytest.mark.parametrize("make", [abf, nwb])
def test_a_torn_file_ends_in_one_message(tmp_path: Path, capsys: pytest.CaptureFixture, make, share: float) -> None:
    path = make(tmp_path / f"torn.{make.__name__}")
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert re.search("cannot be read|sweep 0", refused(path, capsys, sweep=0))
