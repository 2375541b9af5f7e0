"""Recordings of every format, written here as small files, come back as they were; bad ones end in one message."""

import re
from pathlib import Path

import h5py
import numpy as np
import pytest
from pyabf.abfWriter import writeABF1

from gbar.cli import main
from gbar.recordings import read_recording

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

# So long that a file of one sweep has all of the header that pyABF reads.
TRACE = np.array([[-70.0, -60.0, 20.0, -80.0] * 500, [-65.0, -65.0, 30.0, -75.0] * 500])


def abf(path: Path, units: str = "mV", sweeps: int = 2) -> Path:
    writeABF1(TRACE[:sweeps], str(path), sampleRateHz=20_000, units=units)
    return path


def nwb(path: Path, *, rate: float | None = 20_000.0, unit: str = "volts", electrodes=("e1", "e1")) -> Path:
    with h5py.File(path, "w") as file:
        file.attrs["nwb_version"] = "2.6.0"
        for number, (electrode, trace) in enumerate(zip(electrodes, TRACE, strict=True)):
            file.require_group(f"general/intracellular_ephys/{electrode}")
            series = file.create_group(f"acquisition/Sweep_{9 + number}")  # 10 after 9
            series.attrs.update({"neurodata_type": "CurrentClampSeries", "sweep_number": 9 + number})
            series["electrode"] = h5py.SoftLink(f"/general/intracellular_ephys/{electrode}")
            data = series.create_dataset("data", data=trace + 10.0)
            data.attrs.update({"unit": unit, "conversion": 1e-3, "offset": -0.01})
            if rate is None:
                series.create_dataset("timestamps", data=np.arange(len(trace)) / 20_000 + 3.0)
            else:
                series.create_dataset("starting_time", data=3.0).attrs["rate"] = rate
            stimulus = file.create_group(f"stimulus/presentation/Stimulus_{9 + number}")
            stimulus.attrs.update({"neurodata_type": "CurrentClampStimulusSeries", "sweep_number": 9 + number})
            stimulus["electrode"] = h5py.SoftLink(f"/general/intracellular_ephys/{electrode}")
            current = stimulus.create_dataset("data", data=np.full(len(trace), 5.0 + number))
            current.attrs.update({"unit": "amperes", "conversion": 1e-12})
    return path


def csv(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sweep_of_an_abf_file_comes_back(tmp_path: Path) -> None:
    found = read_recording(abf(tmp_path / "cell.abf"), sweep=1)
    assert (found.sweep, found.sample_ms, found.duration_ms) == (1, pytest.approx(0.05), pytest.approx(99.95))
    np.testing.assert_allclose(found.V_mV, TRACE[1], atol=0.01)  # 16 bits over 300 mV


@pytest.mark.parametrize("rate", [20_000.0, None], ids=["rate", "timestamps"])
def test_a_sweep_of_an_nwb_file_comes_back_in_mV_with_its_command(tmp_path: Path, rate: float | None) -> None:
    found = read_recording(nwb(tmp_path / "cell.nwb", rate=rate), sweep=10)
    assert (found.channel, found.sample_ms, found.command_unit) == ("Sweep_10", pytest.approx(0.05), "pA")
    np.testing.assert_allclose(found.V_mV, TRACE[1], atol=1e-9)
    assert found.command is not None
    np.testing.assert_allclose(found.command, 6.0)


def test_an_electrode_of_an_nwb_file_is_chosen_by_its_name(tmp_path: Path) -> None:
    found = read_recording(nwb(tmp_path / "cell.nwb", electrodes=("e1", "e2")), channel="e2")
    np.testing.assert_allclose(found.V_mV, TRACE[1], atol=1e-9)


def test_a_table_comes_back_and_a_column_is_chosen_by_its_name(tmp_path: Path) -> None:
    rows = "".join(f"{0.1 * k:.4f},{v},{v + 1}\n" for k, v in enumerate(TRACE[0]))
    path = csv(tmp_path / "cell.csv", "time_ms,V_mV,lower_mV\n" + rows)
    found = read_recording(path, channel="lower_mV")
    assert found.sample_ms == pytest.approx(0.1)
    np.testing.assert_allclose(found.V_mV, TRACE[0] + 1)


BAD = {
    "several sweeps": (lambda folder: abf(folder / "a.abf"), {}, r"holds 2 sweeps; choose one with --sweep.* 0 to 1"),
    "no such sweep": (lambda folder: abf(folder / "a.abf"), {"sweep": 2}, r"sweep: 2 .*from 0 to 1"),
    "a current": (lambda folder: abf(folder / "a.abf", "pA", 1), {}, r"no channel .* in mV.*\(pA\)"),
    "mV for volts": (
        lambda folder: abf(folder / "a.abf", "V", 1),
        {},
        r"are beyond -6.*e\+04 mV, which is no ",
    ),
    "no such channel": (lambda folder: abf(folder / "a.abf", "mV", 1), {"channel": "IN 7"}, "channel: 'IN 7'"),
    "no ABF": (lambda folder: csv(folder / "a.abf", "ABF is not this"), {}, "cannot be read as an ABF file"),
    "several electrodes": (
        lambda folder: nwb(folder / "a.nwb", electrodes=("e1", "e2")),
        {},
        "several electrodes; choose one with --channel: e1, e2",
    ),
    "NWB in amperes": (lambda folder: nwb(folder / "a.nwb", unit="amperes"), {"sweep": 9}, "is in 'A'"),
    "an absurd rate": (lambda folder: nwb(folder / "a.nwb", rate=-1.0), {"sweep": 9}, "rate of .*-1.0"),
    "no NWB": (lambda folder: csv(folder / "a.nwb", "text"), {}, "cannot be read as an NWB file"),
    "seconds and volts": (lambda folder: csv(folder / "a.csv", "t_s,V_V\n0,1\n"), {}, "must be time_ms,V_mV"),
    "two columns in mV": (
        lambda folder: csv(folder / "a.csv", "time_ms,soma_mV,axon_mV\n0,1,1\n1,1,1\n"),
        {},
        "several channels in mV.*soma_mV",
    ),
    "uneven times": (
        lambda folder: csv(folder / "a.csv", "time_ms,V_mV\n0,1\n1,1\n3,1\n4,1\n"),
        {},
        "sampling rate is not constant: samples",
    ),
    "infinite times": (
        lambda folder: csv(folder / "a.csv", "time_ms,V_mV\n0,1\n1,1\ninf,1\n"),
        {},
        "the time of sample 2 is not a number",
    ),
    "text for a number": (lambda folder: csv(folder / "a.csv", "time_ms,V_mV\n0,x\n"), {}, "line 2, column V_mV: 'x'"),
    "another ending": (lambda folder: csv(folder / "a.xyz", ""), {}, "is of no format of recordings that is known"),
    "no file": (lambda folder: folder / "a.abf", {}, "cannot be read"),
}


def refused(path: Path, capsys: pytest.CaptureFixture, **options: object) -> str:
    """Return the one line in which the command line refuses a recording; check that it does, and writes nothing."""
    before = set(path.parent.iterdir())
    told = [f"--{name}={value}" for name, value in options.items()]
    outputs = ["--out", str(path.with_name("answer.json")), "--plot", str(path.with_name("plot.svg"))]
    assert main(["invert", str(path), "--model", str(path.with_name("model")), *told, *outputs]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("gbar: ")
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert set(path.parent.iterdir()) == before
    return captured.err


@pytest.mark.parametrize(("make", "options", "message"), BAD.values(), ids=BAD.keys())
def test_a_bad_recording_ends_in_one_message_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture, make, options: dict, message: str
) -> None:
    said = refused(make(tmp_path), capsys, **options)
    assert re.search(message, said), said
