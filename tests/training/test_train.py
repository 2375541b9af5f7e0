"""The training loop: it learns, repeats itself, survives being killed, and says how it ended."""

import errno
import math
import signal
import subprocess
import sys
import threading
from dataclasses import astuple, replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from gbar import nets
from gbar.errors import UserError
from gbar.training import checkpoint, history
from gbar.training.checkpoint import flatten
from gbar.training.history import write_history
from gbar.training.loop import Samples, TrainingOutcome, train
from gbar.training.optimiser import TrainingSettings, learning_rate_schedule

ARCHITECTURE = {"name": "dlstm3", "lstm_widths": [8, 8, 8], "dense_widths": [16, 16], "dropout": 0.1}
SETTINGS = TrainingSettings(epochs=12, batch_size=12, learning_rate=5e-3, schedule="cosine", seed=7)


def sines(n: int, seed: int) -> Samples:
    """Sines of n phases and amplitudes, 20 samples each."""
    x = np.random.default_rng(seed).uniform(0, 1, (n, 2)).astype(np.float32)
    return Samples(x, (x[:, :1] + 1) * np.sin(x[:, 1:] + np.linspace(0, 6, 20, dtype=np.float32)))


def run(settings: TrainingSettings = SETTINGS, **options: object) -> TrainingOutcome:
    """Train the small network on 100 sines, a number that 12 does not divide, and validate on 50."""
    model = options.pop("model", None) or nets.build(ARCHITECTURE, 2, 20, seed=1)
    return train(model, sines(100, 0), sines(50, 1), settings, log=lambda _: None, **options)


def parameters(outcome: TrainingOutcome) -> dict[str, np.ndarray]:
    return flatten(nnx.to_pure_dict(nnx.state(outcome.model)))


def losses(outcome: TrainingOutcome) -> list[tuple[float, float]]:
    return [(record.train_loss, record.validation_loss) for record in outcome.history]


@pytest.fixture(scope="module")
def undisturbed() -> TrainingOutcome:
    return run()


def assert_same(found: TrainingOutcome, expected: TrainingOutcome) -> None:
    assert losses(found) == losses(expected)
    assert found.best_epoch == expected.best_epoch
    for name, value in parameters(expected).items():
        np.testing.assert_array_equal(parameters(found)[name], value)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "nadam", "adamw", "sgd", "adadelta"])
def test_every_optimiser_learns(optimizer: str) -> None:
    rate = {"sgd": 0.05, "adadelta": 1.0}.get(optimizer, 5e-3)
    outcome = run(replace(SETTINGS, epochs=30, optimizer=optimizer, learning_rate=rate))
    assert outcome.status == "completed"
    assert outcome.best_validation_loss < 0.3 * outcome.history[0].validation_loss


def test_the_model_returned_is_that_of_the_lowest_validation_loss(undisturbed: TrainingOutcome) -> None:
    x, y = sines(50, 1)
    loss = float(jnp.mean((undisturbed.model(x) - y) ** 2))
    assert loss == pytest.approx(min(r.validation_loss for r in undisturbed.history), rel=1e-5)
    assert undisturbed.history[undisturbed.best_epoch - 1].validation_loss == undisturbed.best_validation_loss


def test_the_same_seed_gives_the_same_result_and_another_another(undisturbed: TrainingOutcome) -> None:
    assert_same(run(), undisturbed)
    assert losses(run(replace(SETTINGS, seed=8))) != losses(undisturbed)


class Visits(nnx.Module):
    """Counts how often it was shown each of 100 one-hot samples, if trained with `negative_sum` at a rate of 12."""

    def __init__(self) -> None:
        self.weights = nnx.Param(jnp.zeros(100))

    def __call__(self, x: jax.Array, *, rngs: nnx.Rngs | None) -> jax.Array:
        return x @ self.weights[...]


def negative_sum(model: Visits, x: jax.Array, y: jax.Array, *, rngs: nnx.Rngs | None) -> jax.Array:
    return -jnp.mean(model(x, rngs=rngs))


def test_every_sample_is_seen_in_every_epoch() -> None:
    one_hot = np.eye(100, dtype=np.float32)
    settings = TrainingSettings(epochs=1, batch_size=12, optimizer="sgd", learning_rate=12.0)
    data = Samples(one_hot, one_hot[:, :1])
    outcome = train(Visits(), data, data, settings, loss=negative_sum, log=lambda _: None)
    visits = np.round(outcome.model.weights[...]).astype(int)
    assert visits.min() == 1
    assert visits.sum() == 108  # 9 batches of 12


def test_only_what_is_trainable_is_trained_and_the_given_model_is_left_as_it_was() -> None:
    model = nets.build(ARCHITECTURE, 2, 20, seed=1)
    before = flatten(nnx.to_pure_dict(nnx.state(model)))
    after = parameters(run(model=model, trainable=nnx.All(nnx.Param, nnx.PathContains("dense"))))
    for name, value in flatten(nnx.to_pure_dict(nnx.state(model))).items():
        np.testing.assert_array_equal(value, before[name])
        assert np.array_equal(after[name], value) == name.startswith("lstm/"), name


@pytest.mark.slow
def test_networks_of_one_shape_train_together_as_they_would_alone() -> None:
    settings = replace(SETTINGS, epochs=3)
    plain = {**ARCHITECTURE, "dropout": 0.0}
    members = [nets.build(plain, 2, 20, seed) for seed in (1, 2)]
    graph = nnx.graphdef(members[0])
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *(nnx.state(member) for member in members))

    def ensemble_loss(model: nnx.Module, x: jax.Array, y: jax.Array, *, rngs: nnx.Rngs | None) -> jax.Array:
        traces = jax.vmap(lambda state: nnx.merge(graph, state)(x))(nnx.state(model))
        return jnp.sum(jnp.mean((traces - y) ** 2, axis=(1, 2)))

    together = parameters(run(settings, model=nnx.merge(graph, stacked), loss=ensemble_loss))
    for i, member in enumerate(members):
        for name, value in parameters(run(settings, model=member)).items():
            np.testing.assert_allclose(together[name][i], value, atol=1e-5)


def train_with_a_pause_at_epoch_6(checkpoint_dir: str) -> None:
    """Train with a checkpoint after every epoch; run in a process that gets a signal in the pause."""
    history.REPORT_EVERY_S = 0.0
    told = threading.Event()

    def log(line: str) -> None:
        print(line, flush=True)
        if line.startswith("SIGTERM"):
            told.set()
        if line.startswith("epoch 6/"):
            told.wait(60)

    settings = replace(SETTINGS, checkpoint_every_s=0.0)
    model = nets.build(ARCHITECTURE, 2, 20, seed=1)
    train(model, sines(100, 0), sines(50, 1), settings, checkpoint_dir=Path(checkpoint_dir), log=log)


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "status", "resumed_after"), [("SIGKILL", -9, 5), ("SIGTERM", 1, 6)])
def test_a_run_killed_and_resumed_ends_as_the_undisturbed_one(
    tmp_path: Path, undisturbed: TrainingOutcome, sent: str, status: int, resumed_after: int
) -> None:
    call = f"import test_train; test_train.train_with_a_pause_at_epoch_6({str(tmp_path)!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", call],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch 6/"):
            process.send_signal(signal.Signals[sent])
    said = process.communicate()[1]
    assert process.returncode == status
    if sent == "SIGTERM":
        assert "stopped by SIGTERM after epoch 6 of 12; run again to go on" in said
    lines: list[str] = []
    model = nets.build(ARCHITECTURE, 2, 20, seed=1)
    resumed = train(model, sines(100, 0), sines(50, 1), SETTINGS, checkpoint_dir=tmp_path, log=lines.append)
    assert lines[0] == f"resumed after epoch {resumed_after} of 12"
    assert [record.epoch for record in resumed.history] == list(range(1, 13))
    assert_same(resumed, undisturbed)


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    """Checkpoints of epochs 11 and 12 of a run, as one killed after its last epoch leaves them."""
    run(replace(SETTINGS, checkpoint_every_s=0.0), checkpoint_dir=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "epoch-00000011.safetensors",
        "epoch-00000012.safetensors",
    ]
    return tmp_path


@pytest.mark.parametrize("damage", ["torn", "one byte", "empty"])
def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(
    interrupted: Path, undisturbed: TrainingOutcome, damage: str
) -> None:
    newest = interrupted / "epoch-00000012.safetensors"
    content = bytearray(newest.read_bytes())
    if damage == "one byte":
        content[-5] ^= 1
    newest.write_bytes(content[: {"torn": len(content) // 2, "one byte": None, "empty": 0}[damage]])
    lines: list[str] = []
    model = nets.build(ARCHITECTURE, 2, 20, seed=1)
    outcome = train(model, sines(100, 0), sines(50, 1), SETTINGS, checkpoint_dir=interrupted, log=lines.append)
    assert lines[0].startswith("checkpoint epoch-00000012.safetensors is not used")
    assert lines[1] == "resumed after epoch 11 of 12"
    assert_same(outcome, undisturbed)


def test_a_full_disk_costs_the_checkpoint_but_not_the_training(
    tmp_path: Path, undisturbed: TrainingOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    lines: list[str] = []
    settings = replace(SETTINGS, checkpoint_every_s=0.0)
    model = nets.build(ARCHITECTURE, 2, 20, seed=1)
    outcome = train(model, sines(100, 0), sines(50, 1), settings, checkpoint_dir=tmp_path, log=lines.append)
    assert_same(outcome, undisturbed)
    said = [line for line in lines if line.startswith("no checkpoint of epoch 3, training goes on: ")]
    assert len(said) == 1
    assert "the disk is full (No space left on device); make room" in said[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("change", ["settings", "data", "initial parameters", "identity"])
def test_a_checkpoint_of_another_run_is_not_taken_up(interrupted: Path, change: str) -> None:
    settings = replace(SETTINGS, learning_rate=4e-3) if change == "settings" else SETTINGS
    model = nets.build(ARCHITECTURE, 2, 20, seed=2 if change == "initial parameters" else 1)
    data = sines(100, 5 if change == "data" else 0)
    lines: list[str] = []
    train(
        model,
        data,
        sines(50, 1),
        settings,
        identity={"loss": "other"} if change == "identity" else None,
        checkpoint_dir=interrupted,
        log=lines.append,
    )
    assert "belongs to a run with another network, other settings or other data" in lines[0]
    assert not any(line.startswith("resumed") for line in lines)


def test_a_run_that_diverges_is_recorded_with_its_best_parameters() -> None:
    def exploding(model: nnx.Module, x: jax.Array, y: jax.Array, *, rngs: nnx.Rngs | None) -> jax.Array:
        error = jnp.mean((model(x, rngs=rngs) - y) ** 2)
        return jnp.where(error < 0.3, jnp.nan, error)

    outcome = run(replace(SETTINGS, epochs=200), loss=exploding)
    assert outcome.status == "diverged"
    assert len(outcome.history) < 200
    assert math.isnan(outcome.history[-1].train_loss) or math.isnan(outcome.history[-1].validation_loss)
    assert math.isfinite(outcome.best_validation_loss)
    assert all(np.isfinite(value).all() for value in parameters(outcome).values())


def test_patience_ends_a_run_that_no_longer_improves() -> None:
    outcome = run(replace(SETTINGS, epochs=50, learning_rate=1e-30, schedule="constant", patience=4))
    assert outcome.status == "stopped_early"
    assert (len(outcome.history), outcome.best_epoch) == (5, 1)


def test_running_statistics_are_updated_in_training_and_used_in_validation() -> None:
    class Normalised(nnx.Module):
        def __init__(self) -> None:
            self.norm = nnx.BatchNorm(2, momentum=0.5, rngs=nnx.Rngs(0))
            self.out = nnx.Linear(2, 20, rngs=nnx.Rngs(0))

        def __call__(self, x: jax.Array, *, rngs: nnx.Rngs | None) -> jax.Array:
            return self.out(self.norm(x, use_running_average=rngs is None))

    mean = run(model=Normalised()).model.norm.mean[...]
    np.testing.assert_allclose(mean, sines(100, 0).x.mean(axis=0), atol=0.15)


@pytest.mark.parametrize(
    ("change", "rates"),
    [
        ({"schedule": "constant"}, [0.1, 0.1, 0.1]),
        ({"schedule": "cosine", "final_fraction": 0.2}, [0.1, 0.06, 0.02]),
        ({"schedule": "exponential", "decay_rate": 0.5, "decay_epochs": 5}, [0.1, 0.05, 0.025]),
        ({"schedule": "warmup_cosine", "warmup_epochs": 5}, [0.0, 0.1, 0.0]),
    ],
)
def test_a_schedule_runs_through_its_rates(change: dict[str, object], rates: list[float]) -> None:
    schedule = learning_rate_schedule(TrainingSettings(epochs=10, learning_rate=0.1, **change), 9)
    assert [float(schedule(step)) for step in (0, 45, 90)] == pytest.approx(rates, abs=1e-6)


def test_history_has_one_row_an_epoch(tmp_path: Path, undisturbed: TrainingOutcome) -> None:
    write_history(tmp_path / "history.csv", undisturbed.history)
    header, *rows = (tmp_path / "history.csv").read_text().splitlines()
    assert header == "epoch,train_loss,validation_loss,learning_rate,seconds"
    assert [tuple(float(cell) for cell in row.split(",")) for row in rows] == [
        astuple(record) for record in undisturbed.history
    ]


def test_progress_is_reported_with_the_time_left_but_not_every_epoch() -> None:
    lines: list[str] = []
    model = nets.build(ARCHITECTURE, 2, 20)
    train(model, sines(100, 0), sines(50, 1), SETTINGS, log=lines.append)
    assert lines[0].startswith("epoch 1/12  train ")
    assert "ETA" in lines[0]
    assert lines[-2].startswith("epoch 12/12")
    assert lines[-1].startswith("completed after 12 epochs; lowest validation loss")
    assert len(lines) < 12


def test_too_few_samples_are_named_with_the_batch_size() -> None:
    model = nets.build(ARCHITECTURE, 2, 20)
    with pytest.raises(UserError, match=r"training samples: 5 are fewer than batch_size \(12\)"):
        train(model, sines(5, 0), sines(5, 1), SETTINGS)
    with pytest.raises(UserError, match="validation samples: there are none"):
        train(model, sines(50, 0), sines(0, 1), SETTINGS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": "lbfgs"}, "optimizer: 'lbfgs' .* adam, rmsprop, nadam, adamw, sgd, adadelta"),
        ({"schedule": "step"}, "schedule: 'step'"),
        ({"epochs": 0}, "epochs: 0 .* positive"),
        ({"epochs": 1.5}, "epochs: 1.5 .* whole number"),
        ({"learning_rate": "1e-3"}, "learning_rate: '1e-3' .* finite number"),
        ({"learning_rate": math.nan}, "learning_rate: nan .* finite number"),
        ({"patience": -1}, "patience: -1"),
        ({"plateau_epochs": 0}, "plateau_epochs: 0 .* positive"),
        ({"schedule": "plateau", "decay_rate": 1.5}, "decay_rate: 1.5 .* below 1 with the schedule plateau"),
        ({"schedule": "warmup_cosine", "warmup_epochs": 100}, r"warmup_epochs: 100 .* epochs \(100\)"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        TrainingSettings(**change)
