"""Formats that neo reads, written here as their programs do, and those that nothing reads: the export is named."""

import struct
from pathlib import Path

import numpy as np
import pytest

from gbar.errors import UserError
from gbar.recordings import read_recording, source, through_neo

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

V_mV = np.round(-70 + 30 * np.sin(np.arange(512) / 40), 2)
I_pA = np.round(100 * np.sin(np.arange(512) / 60), 1)


def igor_wave(path: Path, unit: str = "mV", values: np.ndarray = V_mV, interval_s: float = 5e-5) -> Path:
    """A binary wave of version 2 (Igor Pro, technical note 3): two headers, the samples, 16 bytes of padding."""
    data = np.asarray(values, "<f4").tobytes()
    wave = bytearray(110)
    struct.pack_into("<hI20s", wave, 0, 2, 0, b"Vm"[:20])  # NT_FP32
    struct.pack_into("<4s4s", wave, 34, unit.encode(), b"s")
    struct.pack_into("<I", wave, 42, len(values))
    struct.pack_into("<2d", wave, 48, interval_s, 0.0)
    head = bytearray(16)
    struct.pack_into("<hIII", head, 0, 2, len(wave) + len(data) + 16, 0, 0)
    total = sum(struct.unpack(f"<{(len(head) + len(wave)) // 2}h", bytes(head + wave)))
    struct.pack_into("<h", head, 14, (-total + 2**15) % 2**16 - 2**15)
    path.write_bytes(bytes(head + wave) + data + bytes(16))
    return path


def winwcp(path: Path) -> Path:
    """A file of WinWCP, version 9: a header of text, then records of an analysis block and interleaved samples."""
    blocks, largest = 4, 2047
    fields = {
        "VER": 9, "RTIME": "05/03/2024 10:00:00", "CTIME": "05/03/2024 10:00:00", "NC": 2, "NR": 2, "NBH": 2, "NBA": 2,
        "NBD": blocks, "ADCMAX": largest, "DT": 5e-5, "YN0": "Vm", "YU0": "mV", "YG0": 0.05, "YO0": 0, "YN1": "Im",
        "YU1": "pA", "YG1": 0.01, "YO1": 1,
    }  # fmt: skip
    content = "".join(f"{name}={value}\r\n" for name, value in fields.items()).encode().ljust(1024, b"\0")
    for record in range(2):
        content += struct.pack("<8s4s3f8f", b"ACCEPTED", b"TEST", 0, 0, 5e-5, *[5.0] * 8).ljust(1024, b"\0")
        volts = np.stack([(V_mV[:512] + record) * 0.05, I_pA[:512] * 0.01], axis=1)
        content += np.round(volts / 5.0 * largest).astype("<i2").tobytes().ljust(512 * blocks, b"\0")
    path.write_bytes(content)
    return path


def axograph(path: Path, *columns: tuple[str, np.ndarray, float]) -> Path:
    """A file of AxoGraph 4, version 2, big-endian: the first column is a series, others are counts of some size."""
    content = b"AxGr" + struct.pack(">2HI80p2f", 2, 1 + len(columns), len(V_mV), b"Time (s)", 0.0, 5e-5)
    for title, values, count in columns:
        content += struct.pack(">I80pf", len(values), title.encode(), count)
        content += np.round(values / count).astype(">i2").tobytes()
    path.write_bytes(content)
    return path


def test_a_file_of_axograph_is_read_whose_units_are_those_of_the_titles(tmp_path: Path) -> None:
    path = axograph(tmp_path / "cell.axgd", ("Vm (V)", V_mV / 1e3, 1e-5), ("Im (A)", I_pA * 1e-12, 1e-13))
    found = read_recording(path)
    np.testing.assert_allclose(found.V_mV, V_mV, atol=0.005)
    assert found.sample_ms == pytest.approx(float(np.float32(5e-5)) * 1e3, rel=1e-9)
    assert found.command is not None
    np.testing.assert_allclose(found.command, I_pA * 1e-12, atol=1e-13)
    assert (found.channel, found.command_unit) == ("Vm", "A")


def test_an_igor_wave_is_read(tmp_path: Path) -> None:
    found = read_recording(igor_wave(tmp_path / "cell.ibw"))
    np.testing.assert_allclose(found.V_mV, V_mV, rtol=0, atol=1e-5)
    assert found.sample_ms == pytest.approx(0.05, rel=1e-9)
    assert found.notes == ("The stimulus is not told: the file has no channel of a current.",)


def test_an_igor_wave_in_volts_is_converted_with_a_note(tmp_path: Path) -> None:
    found = read_recording(igor_wave(tmp_path / "cell.ibw", "V", V_mV / 1e3))
    np.testing.assert_allclose(found.V_mV, V_mV, rtol=0, atol=1e-5)
    assert "The voltage is in V in the file; it was converted to mV." in found.notes


def test_a_wave_of_a_current_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no channel is a membrane potential in mV; the channels are 0 Vm \(pA\)"):
        read_recording(igor_wave(tmp_path / "cell.ibw", "pA"))


def test_a_record_of_winwcp_is_read_with_its_measured_current(tmp_path: Path) -> None:
    path = winwcp(tmp_path / "cell.wcp")
    found = read_recording(path, 1)
    np.testing.assert_allclose(found.V_mV, V_mV + 1, atol=0.05)  # counts of 0.049 mV
    assert found.sample_ms == pytest.approx(float(np.float32(5e-5)) * 1e3, rel=1e-9)
    assert found.command is not None
    np.testing.assert_allclose(found.command, I_pA, atol=0.25)
    assert found.notes == (
        "The stimulus is the current as it was measured (Im): neo tells no protocol of this format.",
    )
    held = source(path).contents()
    assert [(one.name, one.unit, one.sweeps) for one in held.channels] == [("Vm", "mV", (0, 1)), ("Im", "pA", (0, 1))]


@pytest.mark.parametrize("ending", sorted(through_neo.READERS))
def test_without_neo_the_extra_is_named_and_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(through_neo, "find_spec", lambda package: None)
    (tmp_path / f"cell{ending}").write_bytes(b"x")
    said = r"not installed: pip install 'gbar\[formats\]', or export the sweep as CSV with the columns time_ms,V_mV"
    with pytest.raises(UserError, match=said):
        read_recording(tmp_path / f"cell{ending}")


@pytest.mark.parametrize("ending", sorted(through_neo.READERS))
def test_a_damaged_file_ends_in_one_message(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"cell{ending}").write_bytes(b"AxGx" + bytes(range(256)) * 3)
    with pytest.raises(UserError, match=r"cannot be read as a file of .*; export the sweep as CSV"):
        read_recording(tmp_path / f"cell{ending}")


@pytest.mark.parametrize(
    ("ending", "program"), [(".dat", "PatchMaster"), (".h5", "WaveSurfer"), (".mat", "MATLAB"), (".xyz", "no format")]
)
def test_what_nothing_reads_is_told_with_the_export_to_make_and_no_new_name(
    tmp_path: Path, ending: str, program: str
) -> None:
    (tmp_path / f"cell{ending}").write_bytes(b"x")
    with pytest.raises(UserError) as refused:
        read_recording(tmp_path / f"cell{ending}")
    assert program in str(refused.value)
    assert "export the sweep as CSV with the columns time_ms,V_mV,I_pA" in str(refused.value)
    for word in ("rename", "must end", "its name"):
        assert word not in str(refused.value)
