"""The jobs of the gating study's networks by their verbs, on a few short runs."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from gbar.cli import main
from gbar.config.explain import checked
from gbar.config.gating import CELL, PacedSection
from gbar.errors import UserError
from gbar.gating.closed_loop import closed_loop
from gbar.gating.curves import cells_own
from gbar.gating.data import GATES, Normalisation, open_paced
from gbar.gating.networks import load_layers, load_network
from gbar.gating.theory import clamps

pytestmark = pytest.mark.slow

PACED = {
    "shortest_ms": 400,
    "longest_ms": 500,
    "every_ms": 50,
    "duration_ms": 1600,
    "first_ms": 800,
    "slices": 700,
    "training": 0.34,
    "clamp_voltages": 4,
    "clamp_ms": 50,
}
TRAINING = {"epochs": 2, "learning_rate": 1e-3, "schedule": "cosine", "window": 7}
THEORY = {"training": TRAINING, "stimulus": True, "clamps": 3, "width": 6}
RETRAINING = {"network": "ours", "training": {"epochs": 1}, "etas": [1e-3, 1e-2]}
SHOWN = {"altered_ms": 450, "currents_ms": 401}


def run(verb: str, **options: object) -> int:
    """Run a job of the study and return its exit status."""
    words = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", *_words(value))]
    return main(["gating", verb, *words])


def _words(value: object) -> list[str]:
    if isinstance(value, dict):
        return [json.dumps(value)]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that the jobs make of an unaltered cell and one with half its IKr."""
    path = tmp_path_factory.mktemp("gating")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", os.environ.copy())
        model = path / "network"
        for name, scales in (("control", {}), ("altered", {"gKr": 0.5})):
            assert run("make-data", settings=PACED, scales=scales, out=path / f"{name}.zarr") == 0
        data = {"data": path / "control.zarr", "paced": PACED}
        assert run("learn", **data, settings=THEORY, out=model) == 0
        tested = {"metrics": path / "network.json", "traces": path / "network.npz"}
        assert run("test-network", model=model, **data, closed_loop_ms=[410, 500], **tested) == 0
        for name in ("control", "altered"):
            data, layers = path / f"{name}.zarr", path / f"{name}_layers"
            assert run("retrain", model=model, data=data, paced=PACED, settings=RETRAINING, out=layers) == 0
        assert judge(path) == 0
    return path


def judge(path: Path, **changes: object) -> int:
    """Judge the second stage in a folder, with some options changed."""
    options = {
        "model": path / "network",
        "control_layers": path / "control_layers",
        "altered_layers": path / "altered_layers",
        "control": path / "control.zarr",
        "altered": path / "altered.zarr",
        "paced": PACED,
        "shown": SHOWN,
        "eta": 8e-3,
        "scores": path / "published.json",
        "traces": path / "published.npz",
    }
    return run("judge-retrained", **(options | changes))


def test_a_network_comes_back_from_its_folder_as_it_was_trained(folder: Path):
    learnt = load_network(folder / "network")
    assert learnt.stimulus
    assert learnt.card.training["epochs_done"] == 2
    assert learnt.card.training["parameters"] == 3 * 6 + 6 + 42 + 2 * 70 + 13 * 6 + 6 + 42 + (6 + 7 + 1) * 28 + 56
    assert learnt.card.data_digest == open_paced(folder / "control.zarr").digest
    rows = (folder / "network" / "history.csv").read_text().splitlines()
    assert rows[0] == "epoch,train_loss,validation_loss,learning_rate,seconds"
    assert [row.split(",")[3] for row in rows[1:]] == ["0.001", "0.0005"]
    assert float(rows[-1].split(",")[2]) == learnt.card.metrics["validation_loss"]


def test_a_networks_errors_are_those_that_its_card_tells(folder: Path):
    metrics = json.loads((folder / "network.json").read_text())
    squared = [metrics["rmse"][name] ** 2 for name in metrics["rmse"]]
    loss = np.mean(squared[: len(GATES)]) + np.mean(squared[len(GATES) :])
    card = load_network(folder / "network").card
    assert loss == pytest.approx(card.metrics["validation_loss"], rel=1e-4)
    assert metrics["worst_gate_rmse"] == max(metrics["rmse"][name] for name in GATES)
    assert [one["cycle_length_ms"] for one in metrics["closed_loop"]] == [400.0, 500.0]
    for one in metrics["closed_loop"]:
        assert 250 < one["apd90_cell_ms"] < 350
    traces = np.load(folder / "network.npz")
    assert traces["V_mV"].shape == traces["V_cell_mV"].shape == (2, 1600)
    assert traces["x_inf"].shape == traces["tau_cell_ms"].shape == (10, 4)


def test_the_cells_own_gates_in_closed_loop_give_its_own_voltage(folder: Path):
    control = open_paced(folder / "control.zarr")
    (known,) = control.of(("V",))
    cycle = control.cycle_length_ms
    for found, V, phase in zip(
        closed_loop(cells_own, cycle, 1600), known, np.arange(1600) % cycle[:, None], strict=True
    ):
        quiet = (phase < 10) | (phase > 20)  # an upstroke comes 0.02 ms early or late
        np.testing.assert_allclose(found[quiet], V[quiet], atol=0.3)


def test_clamps_are_learnt_as_runs_that_stand_still(folder: Path):
    control, settings = open_paced(folder / "control.zarr"), checked(PacedSection, PACED)
    normalisation = Normalisation.of(control)
    x, y = clamps(control, normalisation, settings, True, 3)
    assert x.shape == (700, 3, 3)
    assert y.shape == (700, 3, 17)
    np.testing.assert_array_equal(x, np.tile(x[:1], (700, 1, 1)))
    np.testing.assert_allclose(normalisation.from_unit("V", x[0, :, 1]), [-100.5, -98.5, -97.5], atol=1e-4)
    np.testing.assert_array_equal(x[..., 2], 0.0)
    held = control.clamped[CELL.state_names.index(GATES[0]), [0, 2, 3]]
    np.testing.assert_allclose(y[0, :, 0], normalisation.to_unit(GATES[0], held), rtol=1e-5)


def test_layers_belong_to_their_network_and_their_cell(folder: Path):
    learnt = load_network(folder / "network")
    control, altered = (open_paced(folder / f"{name}.zarr").digest for name in ("control", "altered"))
    layers = load_layers(folder / "control_layers", learnt, control)
    assert layers.layers.steady[...].shape == (2, 6, 10)
    assert not np.array_equal(layers.layers.steady[...][0], layers.layers.steady[...][1])
    with pytest.raises(UserError, match="on other data"):
        load_layers(folder / "control_layers", learnt, altered)
    learnt.network.encoder.first.bias[...] += 1.0
    with pytest.raises(UserError, match="from another network"):
        load_layers(folder / "control_layers", learnt, control)


def test_the_second_stage_is_judged_for_each_eta_and_shown_for_the_nearest(folder: Path):
    scores, traces = json.loads((folder / "published.json").read_text()), np.load(folder / "published.npz")
    assert scores["etas"] == [1e-3, 1e-2]
    assert scores["shown_eta"] == 1e-2
    assert len(scores["held_out_ms"]) == 2
    assert scores["charge_ratio_true"]["gKr"] == pytest.approx(0.55, abs=0.1)
    assert [len(one) for one in scores["charge_ratio"].values()] == [2] * 5
    assert scores["drift"][0] != scores["drift_control"][0]
    assert scores["shown"]["closed_loop"]["apd90_altered_ms"] > scores["shown"]["closed_loop"]["apd90_control_ms"] + 10
    assert [one["cycle_length_ms"] for one in scores["held_out_apd90"]] == scores["held_out_ms"]
    assert traces["cycle_length_ms"] == 400
    assert traces["network_altered"].shape == (5, len(traces["time_ms"]))
    assert traces["loop_V_altered_mV"].shape == traces["loop_time_ms"].shape


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"altered_layers": "control_layers"}, "on other data"),
        ({"model": "control_layers"}, "holds retrained layers of the section gating"),
        ({"control": "network"}, "is no data set"),
        ({"paced": PACED | {"longest_ms": 550}}, "are not those of the settings"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_one_sentence(folder: Path, capsys, changes: dict, message: str):
    paths = {name: folder / value if isinstance(value, str) else value for name, value in changes.items()}
    assert judge(folder, **paths) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert message in told[0]


@pytest.mark.parametrize(
    ("scales", "message"),
    [("[]", "must be a JSON object"), ("{", "is no JSON"), ('{"gX": 2}', "'gX' is not allowed"), ('{"gKr": 0}', "0")],
)
def test_scales_that_are_none_are_refused(capsys, tmp_path: Path, scales: str, message: str):
    assert run("make-data", settings=PACED, scales=scales, out=tmp_path / "cell.zarr") == 2
    assert message in capsys.readouterr().err


def test_a_rate_at_which_training_diverges_is_named(folder: Path, capsys, tmp_path: Path):
    settings = {"training": {"learning_rate": 1e30}, "width": 4}
    assert run("learn", data=folder / "control.zarr", paced=PACED, settings=settings, out=tmp_path / "network") == 2
    assert "training.learning_rate: with 1e+30 the training diverges" in capsys.readouterr().err
