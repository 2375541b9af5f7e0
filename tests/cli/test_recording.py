"""`gbar recording`: what it says of a file, what it draws, what it refuses."""

from pathlib import Path

import numpy as np
import pytest
from abf_files import STEP, Abf, Adc, Dac, write_abf2

from gbar.cli import main


@pytest.fixture
def cell(tmp_path: Path) -> Path:
    """Three sweeps of 1280 samples, the last of them stopped early, and steps of 50 pA more each."""
    sweeps = [np.stack([np.full(1280, -60.0 - sweep), np.zeros(1280)]) for sweep in range(3)]
    adcs = (Adc("Vm"), Adc("Im", "pA", 1))
    dacs = (Dac(epochs=((STEP, 100, 50, 400, 0, 0, 0),), holding=-10.0),)
    return write_abf2(tmp_path / "cell.abf", Abf(sweeps, adcs, dacs, counted=2 * 3 * 1280 - 100))


def said(capsys: pytest.CaptureFixture, *arguments: object) -> str:
    assert main(["recording", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_it_tells_channels_units_sweeps_rate_protocol_and_what_to_bear_in_mind(cell: Path, capsys) -> None:
    lines = [" ".join(line.split()) for line in said(capsys, cell).splitlines()]
    assert lines == [
        f"{cell}: ABF 2.6, episodic",
        "channel unit sweeps samples every rate length",
        "0 Vm mV from 0 to 2 1280 0.05 ms 20 kHz 64 ms",
        "1 Im pA from 0 to 2 1280 0.05 ms 20 kHz 64 ms",
        r"protocol: C:\protocols\steps.pro",
        "command Cmd 0 (pA): holds -10, 1 epoch",
        "sweep 0 of Vm: -60 to -60 mV, stimulus -10 to 100 pA",
        "note: sweep 2: The sweep was stopped after 1230 of 1280 samples; the rest is no number.",
    ]


def test_a_sweep_is_chosen_and_drawn(cell: Path, capsys, tmp_path: Path) -> None:
    out = said(capsys, cell, "--sweep", 1, "--plot", tmp_path / "cell.svg")
    assert "sweep 1 of Vm: -61 to -61 mV, stimulus -10 to 150 pA" in out
    assert "stopped" not in out
    assert (tmp_path / "cell.svg").read_text().startswith("<?xml")


def test_beats_of_a_sweep_are_told_where_they_are_asked_for(capsys, tmp_path: Path) -> None:
    time_ms = np.arange(0, 1000, 0.05)
    V_mV = np.full(len(time_ms), -65.0)
    for spike in (200, 250, 300, 350):
        V_mV = np.maximum(V_mV, np.interp(time_ms - spike, [-1, 0, 2], [-65, 30, -65]))
    I_pA = np.where((time_ms >= 150) & (time_ms < 400), 100.0, 0.0)
    # What the bridge leaves at the edges of the current is no spike.
    V_mV[(time_ms >= 150) & (time_ms < 150.3)] += 120
    table = tmp_path / "cell.csv"
    rows = (f"{t:.2f},{v:.4f},{i:g}" for t, v, i in zip(time_ms, V_mV, I_pA, strict=True))
    table.write_text("\n".join(["time_ms,V_mV,I_pA", *rows]) + "\n")
    out = said(capsys, table, "--beats")
    assert "sweep 0: quiescent after 4 beats" in out
    assert "action potentials 4" in out
    assert "rate              1200.00 per min" in out
    assert "action potentials 4" not in said(capsys, table)
    assert "sweep 0: silent" in said(capsys, table, "--beats", "amplitude_min_mV=150")
    assert main(["recording", str(table), "--beats", "kind=cat"]) == 2
    assert "--beats configuration: kind: 'cat' is not allowed" in capsys.readouterr().err


def test_short_pulses_of_the_command_are_those_that_a_cell_is_paced_with(capsys, tmp_path: Path) -> None:
    time_ms = np.arange(0, 2000, 0.1)
    V_mV, I_pA = np.full(len(time_ms), -80.0), np.zeros(len(time_ms))
    for pulse in (100, 600, 1100, 1600):
        I_pA[(time_ms >= pulse) & (time_ms < pulse + 2)] = 1000
        if pulse != 1100:
            V_mV = np.maximum(V_mV, np.interp(time_ms - pulse - 3, [-0.5, 0.5, 200], [-80, 30, -80]))
    table = tmp_path / "heart.csv"
    rows = (f"{t:.1f},{v:.4f},{i:g}" for t, v, i in zip(time_ms, V_mV, I_pA, strict=True))
    table.write_text("\n".join(["time_ms,V_mV,I_pA", *rows]) + "\n")
    out = said(capsys, table, "--beats", "kind=cardiac")
    assert "pulses            4" in out
    assert "captured          3" in out
    assert "sweep 0: block irregular" in out


def test_a_voltage_clamp_is_described_and_said_to_have_no_trace(capsys, tmp_path: Path) -> None:
    sweeps = [np.stack([np.zeros(640), np.full(640, -60.0)])]
    clamp = Abf(sweeps, (Adc("Im", "pA"), Adc("Vcmd", "mV", 1)), (Dac("Cmd 0", "mV", -70.0),))
    path = write_abf2(tmp_path / "clamp.abf", clamp)
    out = said(capsys, path)
    assert "command Cmd 0 (mV): holds -70" in out
    assert "no trace for gbar: Vcmd is no membrane potential of a current clamp" in out
    assert main(["recording", str(path), "--plot", str(tmp_path / "clamp.svg")]) == 2
    assert "is not drawn, since the file has no trace that can be read" in capsys.readouterr().err
    assert not (tmp_path / "clamp.svg").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--sweep", "7"], "sweep: 7 is not allowed; it must be a sweep of"),
        (["--channel", "Im"], "Im is in 'pA', but a membrane potential in mV is needed"),
        (["--plot", "cell.pdf"], "--plot: 'cell.pdf' is not allowed; it must be a file ending in .svg or .png"),
    ],
)
def test_what_is_not_there_ends_in_one_message(cell: Path, capsys, options: list[str], message: str) -> None:
    assert main(["recording", str(cell), *options]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert (captured.out, captured.err.count("\n")) == ("", 1)
