"""Tables of text as laboratories have them: separators, decimals, comments, sweeps, units, rounded times, ATF."""

from pathlib import Path

import numpy as np
import pytest

from gbar.errors import UserError
from gbar.recordings import read_recording

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

V_mV = [-70.0, -60.5, 20.25, -80.0]
UNTOLD = "The stimulus is not told: the table has no column of a current, such as I_pA."


def write(folder: Path, text: str, name: str = "cell.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def table(separator: str = ",", decimal: str = ".", head: str = "time_ms{}V_mV") -> str:
    rows = (f"{0.05 * k:.2f}{separator}{v}".replace(".", decimal) for k, v in enumerate(V_mV))
    return "\n".join([head.format(separator), *rows, ""])


TABLES = {
    "commas": table(),
    "semicolons": table(";"),
    "semicolons and decimal commas": table(";", ","),
    "tabs": table("\t"),
    "tabs and decimal commas": table("\t", ","),
    "comments": "# cell 3, 32 degrees\n" + table().replace("-70.0", "-70.0\n# drug on") + "# end\n",
    "empty lines": "\n" + table().replace("\n", "\n\n"),
    "Windows": table().replace("\n", "\r\n"),
    "units in brackets, seconds": table(head="Time (ms){}IN 0 (mV)"),
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_table_is_read_as_programs_and_countries_write_it(tmp_path: Path, text: str, encoding: str) -> None:
    found = read_recording(write(tmp_path, text, encoding=encoding))
    np.testing.assert_array_equal(found.V_mV, V_mV)
    assert found.sample_ms == pytest.approx(0.05, rel=1e-9)
    assert found.notes == (UNTOLD,)


@pytest.mark.parametrize(("unit", "factor"), [("V", 1e3), ("uV", 1e-3), ("µV", 1e-3)])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_voltages_in_other_units_are_converted_with_a_note(
    tmp_path: Path, unit: str, factor: float, encoding: str
) -> None:
    rows = "".join(f"{k},{v / factor}\n" for k, v in enumerate(V_mV))
    found = read_recording(write(tmp_path, f"time_ms,Vm ({unit})\n{rows}", encoding=encoding))
    np.testing.assert_allclose(found.V_mV, V_mV, rtol=1e-12)
    assert found.notes[0] == f"The voltage is in {unit.replace('µ', 'u')} in the file; it was converted to mV."


def test_a_column_of_the_current_is_the_stimulus(tmp_path: Path) -> None:
    found = read_recording(write(tmp_path, "time_ms,I_pA,V_mV\n0,0,-70\n0.1,25.5,-69\n0.2,-3,-68\n"))
    assert found.command is not None
    np.testing.assert_array_equal(found.command, [0, 25.5, -3])
    assert (found.channel, found.command_unit, found.notes) == ("V_mV", "pA", ())


def test_several_columns_of_currents_leave_the_stimulus_untold(tmp_path: Path) -> None:
    found = read_recording(write(tmp_path, "time_ms,V_mV,I_pA,J_nA\n0,-70,0,0\n0.1,-69,1,1\n"))
    assert found.command is None
    assert found.notes == ("The stimulus is not told: the table has several columns of currents, I_pA, J_nA.",)


def test_an_empty_cell_is_a_gap(tmp_path: Path) -> None:
    found = read_recording(write(tmp_path, "time_ms,V_mV\n0,-70\n0.1,\n0.2,-60\n0.3,nan\n0.4,-65\n"))
    np.testing.assert_array_equal(found.V_mV, [-70, np.nan, -60, np.nan, -65])
    assert found.notes[-1] == (
        "The voltage has gaps: 2 samples are no number, the first at 0.1 ms, the last at 0.3 ms."
    )


STACKED = "time_ms,V_mV,I_pA\n" + "".join(
    f"{0.05 * k:.2f},{-70 - sweep},{10 * sweep + k}\n" for sweep in range(3) for k in range(5)
)


@pytest.mark.parametrize("again", ["", "time_ms,V_mV,I_pA\n"], ids=["bare", "with the header above each"])
def test_sweeps_one_below_the_other_begin_where_the_time_begins_anew(tmp_path: Path, again: str) -> None:
    path = write(tmp_path, STACKED.replace("\n0.00,", f"\n{again}0.00,"))
    found = read_recording(path, 2)
    assert found.command is not None
    np.testing.assert_array_equal(found.V_mV, [-72.0] * 5)
    np.testing.assert_array_equal(found.command, 20 + np.arange(5))
    assert found.sample_ms == pytest.approx(0.05, rel=1e-9)
    with pytest.raises(UserError, match="holds 3 sweeps; choose one with --sweep, from 0 to 2"):
        read_recording(path)


def test_sweeps_side_by_side_are_sweeps_of_one_channel(tmp_path: Path) -> None:
    head = "Sweep Start (s), 0, 1.5, 3, \nTime (s), Sweep #1, Sweep #2, Sweep #3, \n"
    path = write(tmp_path, head + "".join(f"{5e-05 * k:.5f}, -70, -{71 + k}, -72, \n" for k in range(5)))
    found = read_recording(path, 1)
    np.testing.assert_array_equal(found.V_mV, -71.0 - np.arange(5))
    assert found.sample_ms == pytest.approx(0.05, rel=1e-9)
    assert found.notes == (UNTOLD, "The columns of Sweep have no unit; they are taken as mV.")


def test_traces_of_several_signals_are_sweeps_of_several_channels(tmp_path: Path) -> None:
    head = "Time (ms)\tTrace #1 (mV)\tTrace #1 (pA)\tTrace #2 (mV)\tTrace #2 (pA)\n"
    rows = "".join(f"{0.1 * k:.1f}\t-70\t0\t-{60 + k}\t{k}\n" for k in range(4))
    found = read_recording(write(tmp_path, head + rows), 1)
    assert found.command is not None
    np.testing.assert_array_equal(found.V_mV, -60.0 - np.arange(4))
    np.testing.assert_array_equal(found.command, np.arange(4))


ATF = (
    'ATF\t1.0\n5\t5     \n"AcquisitionMode=Episodic Stimulation"\n"Comment="\n"YTop=200,2000"\n'
    '"SweepStartTimesMS=0.000,1000.000"\n"Signals="\t"IN 0"\t"IN 2"\t"IN 0"\t"IN 2"\n'
    '"Time (s)"\t"Trace #1 (mV)"\t"Trace #1 (mV)"\t"Trace #2 (mV)"\t"Trace #2 (mV)"\n'
)


def test_an_axon_text_file_is_read_with_its_signals_for_channels(tmp_path: Path) -> None:
    rows = "".join(f"{5e-05 * k:.5g}\t-70\t-60\t-{50 + k}\t-{40 + k}\n" for k in range(4))
    path = write(tmp_path, ATF + rows, "cell.atf")
    found = read_recording(path, 1, "IN 2")
    np.testing.assert_array_equal(found.V_mV, -40.0 - np.arange(4))
    assert found.sample_ms == pytest.approx(0.05, rel=1e-9)
    with pytest.raises(UserError, match=r"several channels in mV.*: 0 IN 0 \(mV\), 1 IN 2 \(mV\)"):
        read_recording(path, 1)


@pytest.mark.parametrize("interval", [0.05, 0.02, 0.4507, 0.01])
@pytest.mark.parametrize("written", ["%.5g", "%.6g", "%.4f", "%.10g", "%r"])
def test_the_interval_is_exact_though_times_were_rounded(tmp_path: Path, interval: float, written: str) -> None:
    rows = "".join(f"{written % (k * interval)},-70\n" for k in range(40_000))
    found = read_recording(write(tmp_path, "time_ms,V_mV\n" + rows))
    assert found.sample_ms == pytest.approx(interval, rel=1e-9)


def test_a_break_in_the_times_is_named_where_it_is(tmp_path: Path) -> None:
    times = [*range(50), *range(60, 90)]
    path = write(tmp_path, "time_ms,V_mV\n" + "".join(f"{t / 10},-70\n" for t in times))
    with pytest.raises(UserError, match=r"samples 49 and 50 are 1.1 apart, most are 0.1"):
        read_recording(path)


BAD = {
    "bytes": ("time_ms,V_mV\n0,\0\n", "bytes that are no text"),
    "no header": ("", "the table is empty"),
    "comments only": ("# time_ms,V_mV\n", "the table is empty"),
    "a long row": ("# x\ntime_ms,V_mV\n0,-70\n1,-70,3\n", "line 4: 3 cells; the header has 2 columns"),
    "no number": ("time_ms;V_mV\n0;-70\n# x\n1;?\n", "line 4, column V_mV: '\\?' is no number"),
    "no voltage": ("time_ms,I_pA\n0,1\n1,1\n", "the header is time_ms,I_pA, but must be time_ms,V_mV"),
    "a current": ("time_ms,V_mV,I_pA\n0,1,2\n1,1,2\n", "I_pA is in 'pA', but a membrane potential"),
    "one sample": ("time_ms,V_mV\n0,-70\n", "holds 1 samples"),
    "no sample": ("time_ms,V_mV\n", "holds 0 samples"),
    "stacked and side by side": (
        "Time (ms),Trace #1 (mV),Trace #2 (mV)\n0,1,1\n1,1,1\n0,1,1\n1,1,1\n",
        "line 4: the time begins anew, though sweeps stand side by side",
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_recording(write(tmp_path, text), channel="I_pA" if "is in" in message else None)


def test_a_torn_axon_text_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read as an ATF file"):
        read_recording(write(tmp_path, "ATF\t1.0\n", "cell.atf"))
