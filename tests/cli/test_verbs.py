"""The command line: what it prints, what it refuses, with which exit status."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gbar.cli import main, parser


@pytest.fixture(autouse=True)
def _environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verbs set variables for JAX, which no other test should inherit."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


def run(capsys: pytest.CaptureFixture, *arguments: str) -> tuple[int, str, str]:
    """Run a verb and return exit status, output and messages."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(stop.code or 0)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def verbs(one: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """Every verb and every kind of figure."""
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield [*path, name]
                yield from verbs(child, (*path, name))


@pytest.mark.parametrize("verb", list(verbs(parser())), ids=" ".join)
def test_every_verb_explains_itself(capsys, verb: list[str]):
    status, out, _ = run(capsys, *verb, "--help")
    assert status == 0
    assert "usage: gbar " + " ".join(verb) in out


def test_cells_lists_currents_and_parameters_with_units(capsys):
    status, out, _ = run(capsys, "cells")
    assert status == 0
    assert "akwaboah2021" in out
    assert "variants: c, python, corrected" in out
    for text in ("INa ", "IpCa", "Ko         5.4 mM"):
        assert text in out


@pytest.mark.slow
def test_simulate_prints_biomarkers_and_writes_the_trace(capsys, tmp_path: Path):
    csv, npz, svg = (tmp_path / name for name in ("trace.csv", "trace.npz", "trace.svg"))
    arguments = ["simulate", "akwaboah2021", "--duration-ms", "1500", "--save-every-ms", "0.5"]
    status, out, _ = run(capsys, *arguments, "--out", str(csv), "--plot", str(svg))
    assert status == 0
    for text in ("akwaboah2021 c, 1500 ms: ok", "action potentials 4", "apd90 ", "cycle_length ", "ms", "mV", "V/s"):
        assert text in out
    assert svg.read_text().startswith("<?xml")
    header, *lines = csv.read_text().splitlines()
    assert header == "time_ms,V_mV"
    time, V = np.array([line.split(",") for line in lines], dtype=float).T
    np.testing.assert_allclose(time, np.arange(3000) * 0.5)
    assert V[0] == pytest.approx(-66.643468720486, abs=1e-6)

    assert run(capsys, *arguments, "--out", str(npz))[0] == 0
    with np.load(npz, allow_pickle=False) as file:
        np.testing.assert_allclose(file["V_mV"], V, atol=1e-7)
        np.testing.assert_allclose(file["time_ms"], time)


def test_simulate_scales_currents_and_sets_parameters(capsys):
    arguments = ["simulate", "akwaboah2021", "--duration-ms", "1000", "--scale", "IK1=2", "INa=1"]
    status, out, _ = run(capsys, *arguments)
    assert status == 0
    assert "akwaboah2021 c IK1=2 INa=1, 1000 ms: silent" in out
    assert "undefined" in out
    _, other, _ = run(capsys, *arguments, "--set", "Ko=8")
    assert "IK1=2 INa=1 Ko=8, 1000 ms" in other
    assert other.splitlines()[1:] != out.splitlines()[1:]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["simulate", "akwaboah"], "cell: 'akwaboah' is not allowed; it must be one of akwaboah2021"),
        (["simulate", "akwaboah2021", "--variant", "d"], "'d' is not allowed; it must be one of c, python, corrected"),
        (["simulate", "akwaboah2021", "--scale", "IFoo=1"], "--scale: 'IFoo' is not allowed; it must be one of INa"),
        (["simulate", "akwaboah2021", "--scale", "INa"], "--scale: 'INa' is not allowed; it must be NAME=VALUE"),
        (["simulate", "akwaboah2021", "--scale", "INa=x"], "--scale INa: 'x' is not allowed; it must be a number"),
        (["simulate", "akwaboah2021", "--scale", "INa=-1"], "--scale INa: -1.0 is not allowed"),
        (["simulate", "akwaboah2021", "--scale", "INa=1", "INa=2"], "--scale: INa is given twice"),
        (["simulate", "akwaboah2021", "--set", "INa=1"], "--set: 'INa' is not allowed; it must be one of Nao, Ko"),
        (["simulate", "akwaboah2021", "--set", "Ko=nan"], "--set Ko: nan is not allowed"),
        (["simulate", "akwaboah2021", "--duration-ms", "-5"], "--duration-ms: '-5' is not allowed"),
        (["simulate", "akwaboah2021", "--save-every-ms", "9999"], "--save-every-ms: 9999.0 is not allowed"),
        (["simulate", "akwaboah2021", "--out", "trace.txt"], "--out: 'trace.txt' is not allowed"),
        (["simulate", "akwaboah2021", "--plot", "trace.gif"], "--plot: 'trace.gif' is not allowed"),
        (["cells", "akwaboah"], "'akwaboah' is not allowed"),
        (["verify", "nowhere/store.zarr"], "nowhere/store.zarr: there is nothing at this path"),
        (["solve", "--rows", "r.csv", "--out", "b.npz", "--settings", "{"], "--settings: '{' is no JSON"),
        (["report", "--sweeps", "biomarkers.csv"], "'biomarkers.csv' is not allowed; it must be NAME=PATH"),
        (["simulat"], "invalid choice: 'simulat'"),
    ],
)
def test_a_mistake_gets_one_message_and_status_2(capsys, arguments: list[str], message: str):
    status, _, err = run(capsys, *arguments)
    assert status == 2
    assert message in err.replace("argument --duration-ms", "--duration-ms")
    assert "Traceback" not in err


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of two inputs with random weights."""
    import numpy as np

    from gbar import nets
    from gbar.emulate.model import Input, ModelCard, Output, save_model

    architecture = {"name": "dlstm2", "lstm_widths": [3, 3], "dense_widths": [3, 3], "activation": "tanh"}
    inputs = tuple(Input(name, 1.0, 0.5, 0.4, 2.0) for name in ("INa", "IKr"))
    card = ModelCard(architecture, inputs, Output(-50.0, 30.0, tuple(np.arange(50) * 0.12)))
    path = tmp_path_factory.mktemp("model") / "model"
    save_model(path, nets.build(architecture, 2, 50), card, [])
    return path


def test_predict_prints_measures_and_warns_outside_the_range(capsys, model: Path, tmp_path: Path):
    csv = tmp_path / "ap.csv"
    status, out, _ = run(capsys, "predict", str(model), "--scale", "IKr=2.5", "--out", str(csv))
    assert status == 0
    assert "IKr = 2.5 is outside the range the model was trained on, 0.4 to 2" in out
    assert "no estimate of the error" in out
    assert "apd90" in out
    assert len(csv.read_text().splitlines()) == 51


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scale", "IFoo=1"], "--scale: 'IFoo' is not allowed; it must be one of INa, IKr"),
        (["--beat-time-ms", "100"], "--beat-time-ms: the model does not take the time of the beat"),
        (["--out", "ap.txt"], "--out: 'ap.txt' is not allowed"),
    ],
)
def test_predict_refuses_what_the_model_does_not_take(capsys, model: Path, arguments: list[str], message: str):
    status, _, err = run(capsys, "predict", str(model), *arguments)
    assert status == 2
    assert message in err


@pytest.fixture(scope="module")
def of_parameters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that takes a current, a parameter and a number of the stimulus, with random weights."""
    import numpy as np

    from gbar import nets
    from gbar.emulate.model import Input, ModelCard, Output, save_model

    architecture = {"name": "dlstm2", "lstm_widths": [3, 3], "dense_widths": [3, 3], "activation": "tanh"}
    inputs = (
        Input("gKr", 1.0, 0.5, float(np.float32(0.4)), 2.0, 1.0, "1"),
        Input("Ko", 5.0, 1.0, 3.0, 7.0, 5.4, "mM"),
        Input("stimulus.gain", -50.0, 5.0, -60.0, -40.0, -52.0, "pA/pF"),
    )
    card = ModelCard(architecture, inputs, Output(-50.0, 30.0, tuple(np.arange(50) * 0.12)))
    path = tmp_path_factory.mktemp("model") / "model"
    save_model(path, nets.build(architecture, 3, 50), card, [])
    return path


def predicted_with(model: Path, **values: float) -> list[float]:
    import gbar

    return gbar.load_model(model)(values)[0].tolist()


def test_predict_takes_what_is_left_out_as_the_cell_has_it(capsys, of_parameters: Path, tmp_path: Path):
    csv = tmp_path / "ap.csv"
    status, out, _ = run(capsys, "predict", str(of_parameters), "--out", str(csv))
    assert status == 0
    assert out.splitlines()[0].endswith(": control")
    assert "as the cell has it: gKr × 1, Ko = 5.4 mM, stimulus gain = −52 pA/pF" in out
    assert "outside" not in out
    own = predicted_with(of_parameters, gKr=1, Ko=5.4, **{"stimulus.gain": -52})
    V_mV = [float(line.split(",")[1]) for line in csv.read_text().splitlines()[1:]]
    assert V_mV == pytest.approx(own, abs=1e-5)


def test_predict_sets_parameters_and_numbers_of_the_stimulus(capsys, of_parameters: Path, tmp_path: Path):
    csv = tmp_path / "ap.csv"
    given = ["--scale", "gKr=0.4", "--set", "Ko=4", "stimulus.gain=-45"]
    status, out, _ = run(capsys, "predict", str(of_parameters), *given, "--out", str(csv))
    assert status == 0
    assert out.splitlines()[0].endswith(": gKr × 0.4, Ko = 4 mM, stimulus gain = −45 pA/pF")
    assert "as the cell has it" not in out
    assert "outside" not in out  # 0.4 is the least level, in float32 a little above
    expected = predicted_with(of_parameters, gKr=0.4, Ko=4, **{"stimulus.gain": -45})
    V_mV = [float(line.split(",")[1]) for line in csv.read_text().splitlines()[1:]]
    assert V_mV == pytest.approx(expected, abs=1e-5)


def test_predict_warns_of_a_parameter_outside_its_range_in_its_unit(capsys, of_parameters: Path):
    _, out, _ = run(capsys, "predict", str(of_parameters), "--set", "Ko=1")
    assert "Ko = 1 is outside the range the model was trained on, 3 to 7 mM" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scale", "Ko=0.5"], "--scale: Ko is not scaled but set to a value, in mM: say --set Ko=VALUE"),
        (["--scale", "stimulus.gain=-52"], "--scale: stimulus.gain is not scaled but set to a value, in pA/pF"),
        (["--scale", "gKr=-1"], "--scale gKr: -1.0 is not allowed; it must be a finite number of at least 0"),
        (["--set", "gKr=-1"], "--set gKr: -1.0 is not allowed; it must be a finite number of at least 0"),
        (["--set", "Ko=5_4"], "--set Ko: '5_4' is not allowed; it must be a number"),
        (["--beat-time-ms", "1_000"], "'1_000' is not allowed; it must be a number"),
        (["--set", "Ko=inf"], "--set Ko: inf is not allowed; it must be a finite number"),
        (["--set", "Nao=140"], "--set: 'Nao' is not allowed; it must be one of gKr, Ko, stimulus.gain"),
        (["--set", "gKr=1", "--scale", "gKr=1"], "--scale, --set: gKr is given twice"),
    ],
)
def test_predict_refuses_values_that_mean_nothing(capsys, of_parameters: Path, arguments: list[str], message: str):
    status, _, err = run(capsys, "predict", str(of_parameters), *arguments)
    assert status == 2
    assert message in err


def test_predict_refuses_a_folder_that_is_no_model(capsys, tmp_path: Path):
    status, _, err = run(capsys, "predict", str(tmp_path))
    assert status == 2
    assert "is no model" in err
