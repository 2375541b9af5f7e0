"""The random scan: trials whatever becomes of them, their ranking, the best trained again, and the choice."""

from pathlib import Path
from typing import Any

import jax
import pytest
from made_inverter import NETWORK, TRAINING, made_traces

from gbar.config.invert import DrawsSection
from gbar.errors import UserError
from gbar.invert.designs import scan as scan_module
from gbar.invert.designs.draws import draw
from gbar.invert.designs.golden import Golden, choose_golden, read_golden
from gbar.invert.designs.ranking import rank_trials
from gbar.invert.designs.scan import grace, run_trial
from gbar.invert.designs.stability import run_stability
from gbar.records.files import read_csv
from gbar.records.metrics import read_metrics, write_metrics
from gbar.training.history import EpochRecord

pytestmark = pytest.mark.slow

SCAN = DrawsSection(
    blocks=(2, 2),
    filters=(2, 4),
    filters_step=(1, 2),
    kernel=(3, 4),
    pool=(3, 3),
    repeat=(1, 1),
    dense_layers=(2, 2),
    dense_last=6,
    batch_size=(32,),
    epochs=2,
    traces=150,
    grace_epochs=0,
)


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_traces(tmp_path_factory.mktemp("scan"))


def trained(data: Path, folder: Path, **changes: Any) -> dict[str, Any]:
    out = folder / "trial.json"
    run_trial(data, SCAN.model_copy(update=changes), 3, folder / "checkpoints", out, lambda _: None)
    assert not (folder / "checkpoints").exists()
    return read_metrics(out)


def trial(folder: Path, number: int, mse: float | None, status: str = "completed") -> Path:
    """Write what became of a made-up trial, and return its path."""
    network, training = NETWORK.model_dump(mode="json"), TRAINING.model_dump(mode="json")
    hyperparameters = {"filters": network["filters"], "decay_rate": 0.25}
    measured = {"validation_mse": mse, "validation_loss": mse, "epochs": 4, "minutes": 0.5}
    size = {"parameters": 90, "flat_size": 12, "layers": 11}
    found = {"trial": number, "hyperparameters": hyperparameters, "status": status, **measured, **size}
    write_metrics(folder / f"{number}.json", {**found, "network": network, "training": training})
    return folder / f"{number}.json"


def again(folder: Path, number: int, mse: list[float | None]) -> Path:
    """Write what became of a made-up trial's design trained again; None diverged."""
    members = [{"validation_mse": one, "status": "diverged" if one is None else "completed"} for one in mse]
    network, training = NETWORK.model_dump(mode="json"), TRAINING.model_dump(mode="json")
    path = folder / f"again{number}.json"
    write_metrics(path, {"trial": number, "network": network, "training": training, "members": members})
    return path


def chosen(folder: Path, *candidates: Path) -> dict[str, Any]:
    choose_golden(None, candidates, folder / "golden.json")
    return read_metrics(folder / "golden.json", sealed=True)


def epochs(*losses: float) -> list[EpochRecord]:
    return [EpochRecord(number, 1.0, loss, 1e-3, 1.0) for number, loss in enumerate(losses, start=1)]


def test_a_trial_tells_its_design_and_what_became_of_it(traces: Path, tmp_path: Path) -> None:
    found = trained(traces, tmp_path)
    network, training = draw(SCAN, 3, 64, 2)
    assert (found["network"], found["training"]) == (network.model_dump(mode="json"), training.model_dump(mode="json"))
    assert found["hyperparameters"]["filters"] == list(network.filters)
    assert (found["status"], found["reason"], found["epochs"]) == ("completed", "", 2)
    assert 0 < found["validation_mse"] < 3
    assert found["flat_size"] == network.flat_size(64)
    again = trained(traces, tmp_path)
    assert again["validation_mse"] == found["validation_mse"]


def test_an_unpromising_trial_and_one_that_failed_are_results(
    traces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = trained(traces, tmp_path, grace_epochs=1, grace_mse=1e-6)
    assert (found["status"], found["epochs"]) == ("unpromising", 1)
    assert "after 1 epochs is above" in found["reason"]

    def too_large(*_: object) -> None:
        raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 1 byte\nand more")

    monkeypatch.setattr(scan_module, "fit", too_large)
    found = trained(traces, tmp_path)
    assert (found["status"], found["validation_mse"]) == ("failed", None)
    assert found["reason"].endswith("RESOURCE_EXHAUSTED: Out of memory allocating 1 byte")


def test_more_traces_than_there_are_is_a_mistake(traces: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"scan\.traces: 100000 is not allowed; it must be at most 180, the training"):
        trained(traces, tmp_path, traces=100_000)


def test_a_trial_is_given_up_only_once_it_had_its_grace_and_by_its_own_loss() -> None:
    scan = SCAN.model_copy(update={"grace_epochs": 3, "grace_mse": 0.3})
    by_mse, by_mae = grace(scan, "mse"), grace(scan, "mae")
    assert by_mse is not None
    assert by_mae is not None
    assert by_mse(epochs(0.33, 0.33)) is None
    assert by_mse(epochs(0.33, 0.33, 0.31)) == "validation MSE 0.31 after 3 epochs is above 0.3"
    assert by_mse(epochs(0.33, 0.29, 0.31)) is None
    # The MAE of evenly spread errors is the root of three quarters of their MSE: 0.474 at 0.3.
    assert by_mae(epochs(0.5, 0.5, 0.475)) is not None
    assert by_mae(epochs(0.5, 0.5, 0.473)) is None
    assert grace(SCAN, "mse") is None


def test_trials_are_ranked_by_mse_and_only_those_that_ended_are_the_best(tmp_path: Path) -> None:
    made = [(0, 0.3, "stopped_early"), (1, None, "failed"), (2, 0.1, "completed"), (3, 0.2, "unpromising")]
    files = [trial(tmp_path, number, mse, status) for number, mse, status in made]
    rank_trials(files, tmp_path / "scan.csv", tmp_path / "top.json", top=2)
    header, rows = read_csv(tmp_path / "scan.csv")
    assert header[:4] == ["rank", "trial", "status", "validation_mse"]
    assert header[-2:] == ["filters", "decay_rate"]
    assert [row[1] for row in rows] == ["2", "3", "0", "1"]
    assert rows[0] == ["1", "2", "completed", "0.1", "0.1", "4", "0.5", "90", "12", "11", "[4, 6]", "0.25"]
    assert rows[-1][3] == ""
    top = read_metrics(tmp_path / "top.json", sealed=True)
    assert [(one["rank"], one["trial"]) for one in top["best"]] == [(1, 2), (3, 0)]
    assert top["files"].keys() == {"scan.csv"}
    with pytest.raises(UserError, match="none of the 1 trials came to an end"):
        rank_trials(files[1:2], tmp_path / "none.csv", tmp_path / "none.json", top=1)
    assert not (tmp_path / "none.csv").exists()


def test_the_best_are_trained_again_with_seeds_of_their_own(traces: Path, tmp_path: Path) -> None:
    first, out = trained(traces, tmp_path), tmp_path / "again.json"
    run_stability(traces, tmp_path / "trial.json", SCAN, 2, tmp_path / "checkpoints", out, lambda _: None)
    found = read_metrics(out)
    assert (found["trial"], found["network"]) == (3, first["network"])
    assert [one["seed"] - first["seed"] for one in found["members"]] == [1, 2]
    assert len({one["validation_mse"] for one in [first, *found["members"]]}) == 3


def test_the_lowest_median_over_seeds_is_chosen(tmp_path: Path) -> None:
    lucky, steady = again(tmp_path, 5, [0.01, 0.2, 0.3]), again(tmp_path, 8, [0.1, 0.11, 0.12])
    golden = chosen(tmp_path, lucky, steady)
    assert golden["trial"] == 8
    assert golden["rule"].startswith("lowest median validation MSE")
    assert read_golden(tmp_path / "golden.json") == Golden(NETWORK, TRAINING)


def test_a_design_that_mostly_diverges_is_not_chosen(tmp_path: Path) -> None:
    wild, half = again(tmp_path, 5, [0.01, None, None]), again(tmp_path, 8, [0.3, 0.4, None, None])
    assert chosen(tmp_path, wild, half)["trial"] == 8
    with pytest.raises(UserError, match=r"stability: of each of the trials 5 more than half"):
        chosen(tmp_path, wild)


def test_without_stability_the_first_and_with_a_given_design_that_is_golden(tmp_path: Path) -> None:
    rank_trials([trial(tmp_path, 4, 0.2)], tmp_path / "scan.csv", tmp_path / "top.json", top=1)
    assert chosen(tmp_path, tmp_path / "top.json")["trial"] == 4
    choose_golden(Golden(NETWORK, TRAINING), [], tmp_path / "golden.json")
    assert read_golden(tmp_path / "golden.json") == Golden(NETWORK, TRAINING)
