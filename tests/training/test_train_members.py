"""Members trained together, samples that stream, and the rate that falls on a plateau."""

import time
import weakref
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from killing import Killed, killing_at
from test_train import SETTINGS, Visits, losses, negative_sum, parameters, sines

from gbar.training.history import EpochRecord, rate_scale
from gbar.training.loop import TrainingOutcome, mean_loss, train, train_members
from gbar.training.optimiser import TrainingSettings
from gbar.training.samples import Samples, Stream

SHORT = replace(SETTINGS, epochs=6, schedule="plateau", decay_rate=0.5, plateau_epochs=1, learning_rate=0.3)
SEEDS = (7, 8, 9)


class Small(nnx.Module):
    """A network that compiles fast, with dropout."""

    def __init__(self, seed: int):
        rngs = nnx.Rngs(seed)
        self.inner, self.outer = nnx.Linear(2, 16, rngs=rngs), nnx.Linear(16, 20, rngs=rngs)

    def __call__(self, x: jax.Array, *, rngs: nnx.Rngs | None = None) -> jax.Array:
        hidden = jnp.tanh(self.inner(x))
        if rngs is not None:
            hidden = hidden * jax.random.bernoulli(rngs.dropout(), 0.9, hidden.shape)
        return self.outer(hidden)


def stream(samples: Samples, rows_per_chunk: int = 7, per_segment: int = 36) -> Stream:
    rows = np.arange(len(samples.x))
    digest = np.frombuffer(np.asarray(samples.x).tobytes(), np.uint8)
    return Stream(lambda rows: samples.x[rows], rows, samples.y, rows_per_chunk, per_segment, digest)


def run(
    *seeds: int, streams: bool = True, settings: TrainingSettings = SHORT, **options: object
) -> list[TrainingOutcome]:
    """Train a small network once for each seed."""
    models = options.pop("models", None) or [Small(seed) for seed in seeds]
    training, validation = sines(100, 0), sines(50, 1)
    if streams:
        training, validation = stream(training), stream(validation)
    return train_members(models, seeds, training, validation, settings, **{"log": lambda _: None} | options)


@pytest.fixture(scope="module")
def undisturbed() -> list[TrainingOutcome]:
    return run(*SEEDS)


def assert_close(found: TrainingOutcome, expected: TrainingOutcome) -> None:
    assert (found.status, found.best_epoch) == (expected.status, expected.best_epoch)
    np.testing.assert_allclose(losses(found), losses(expected), rtol=1e-5)
    assert [r.learning_rate for r in found.history] == [r.learning_rate for r in expected.history]
    for name, value in parameters(expected).items():
        np.testing.assert_allclose(parameters(found)[name], value, atol=1e-5)


@pytest.mark.parametrize("streams", [True, False])
def test_a_member_learns_what_it_would_alone(undisturbed: list[TrainingOutcome], streams: bool) -> None:
    together = undisturbed if streams else run(*SEEDS, streams=False)
    assert len({losses(one)[0] for one in together}) == len(SEEDS)
    for seed, member in zip(SEEDS, together, strict=True):
        assert_close(member, run(seed, streams=streams)[0])


def test_the_rate_of_a_member_falls_on_its_own_plateau(undisturbed: list[TrainingOutcome]) -> None:
    rates = {tuple(record.learning_rate for record in member.history) for member in undisturbed}
    assert len(rates) > 1
    assert {rate[0] for rate in rates} == {0.3}
    assert min(rate[-1] for rate in rates) < 0.16


def test_a_member_that_has_ended_stays_at_its_best_while_the_others_go_on(undisturbed: list[TrainingOutcome]) -> None:
    worst = max(member.history[0].validation_loss for member in undisturbed)

    def stop(history: list[EpochRecord]) -> str | None:
        return "a bad start" if history[0].validation_loss == worst and len(history) == 2 else None

    members = run(*SEEDS, stop=stop)
    stopped = [one.history[0].validation_loss == worst for one in undisturbed]
    assert sum(stopped) == 1
    for member, is_stopped, free in zip(members, stopped, undisturbed, strict=True):
        if not is_stopped:
            assert_close(member, free)
            continue
        assert (member.status, member.reason, len(member.history)) == ("unpromising", "a bad start", 2)
        assert losses(member) == losses(free)[:2]
        assert member.best_validation_loss == min(record.validation_loss for record in free.history[:2])
        assert mean_loss(member.model, sines(50, 1), 12) == pytest.approx(member.best_validation_loss, rel=1e-5)


def test_members_learn_the_same_all_at_once_as_on_a_gpu(
    undisturbed: list[TrainingOutcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    worst = max(member.history[0].validation_loss for member in undisturbed)

    def stop(history: list[EpochRecord]) -> str | None:
        return "not the worst" if len(history) == 2 and history[0].validation_loss < worst else None

    asked = []
    monkeypatch.setattr(jax, "default_backend", lambda: asked.append("gpu") or "gpu")
    members = run(*SEEDS, stop=stop)
    assert asked
    assert sorted(len(member.history) for member in members) == [2, 2, 6]
    for member, in_turn in zip(members, undisturbed, strict=True):
        np.testing.assert_allclose(losses(member), losses(in_turn)[: len(member.history)], rtol=1e-5)
        assert mean_loss(member.model, sines(50, 1), 12) == pytest.approx(member.best_validation_loss, rel=1e-5)


def test_a_member_that_diverges_leaves_the_others_alone(undisturbed: list[TrainingOutcome]) -> None:
    models = [Small(seed) for seed in SEEDS]
    nnx.update(models[1], jax.tree.map(lambda leaf: leaf * jnp.nan, nnx.state(models[1])))
    members = run(*SEEDS, models=models)
    assert [member.status for member in members] == ["completed", "diverged", "completed"]
    assert (len(members[1].history), members[1].best_epoch) == (1, 0)
    for k in (0, 2):
        assert_close(members[k], undisturbed[k])


def test_members_on_a_stream_go_on_from_a_checkpoint_to_the_same_result(
    tmp_path: Path, undisturbed: list[TrainingOutcome]
) -> None:
    settings = replace(SHORT, checkpoint_every_s=0.0)
    with pytest.raises(Killed):
        run(*SEEDS, settings=settings, checkpoint_dir=tmp_path, log=killing_at("epoch 6/6"))
    lines: list[str] = []
    resumed = run(*SEEDS, settings=settings, checkpoint_dir=tmp_path, log=lines.append)
    assert lines[0] == "resumed after epoch 5 of 6"
    for found, expected in zip(resumed, undisturbed, strict=True):
        assert losses(found) == losses(expected)
        for name, value in parameters(expected).items():
            np.testing.assert_array_equal(parameters(found)[name], value)


def test_a_checkpoint_of_other_seeds_is_not_taken_up(tmp_path: Path) -> None:
    settings = replace(SHORT, epochs=1, checkpoint_every_s=0.0)
    run(7, settings=settings, checkpoint_dir=tmp_path)
    lines: list[str] = []
    models = [Small(7)]
    run(8, settings=settings, models=models, checkpoint_dir=tmp_path, log=lines.append)
    assert "belongs to a run with another network" in lines[0]


def test_every_sample_of_a_stream_is_seen_in_every_epoch() -> None:
    one_hot = np.eye(100, dtype=np.float32)
    settings = TrainingSettings(epochs=1, batch_size=12, optimizer="sgd", learning_rate=12.0)
    samples = Samples(one_hot, one_hot[:, :1])
    outcome = train(Visits(), stream(samples), samples, settings, loss=negative_sum, log=lambda _: None)
    visits = np.round(outcome.model.weights[...]).astype(int)
    assert visits.min() == 1
    assert visits.sum() == 108  # 3 segments of 3 batches of 12
    assert outcome.best_validation_loss == pytest.approx(-visits.mean())


def test_segments_hold_all_samples_in_another_order_in_every_epoch_and_are_read_in_chunks() -> None:
    x = np.arange(100.0)
    source = stream(Samples(x[:, None], x))
    orders = []
    for epoch in (0, 1):
        segments = list(source.shuffled(epoch, 12))
        assert {len(segment.x) for segment in segments} == {36}
        orders.append(np.concatenate([segment.y for segment in segments]))
        np.testing.assert_array_equal(np.unique(orders[-1]), x)
        np.testing.assert_array_equal(orders[-1], np.concatenate([segment.x[:, 0] for segment in segments]))
        assert np.count_nonzero(np.diff(orders[-1][:100] // 7)) == 14  # 15 chunks, each whole
    assert (orders[0] != orders[1]).any()
    np.testing.assert_array_equal(np.concatenate([segment.y for segment in source.in_order()]), x)


def test_no_more_than_two_segments_of_a_stream_are_held() -> None:
    held: set[int] = set()
    most = 0
    samples = sines(100, 0)
    patient_until = (
        time.monotonic() + 60
    )  # where three are really held; XLA needs a moment, of a busy machine a longer one

    def read(rows: np.ndarray) -> np.ndarray:
        nonlocal most
        while len(held) > 1 and time.monotonic() < patient_until:
            jax.device_put(0)  # XLA lets go of what a program has used a moment after its results are there
        segment = samples.x[rows]
        held.add(id(segment))
        weakref.finalize(segment, held.discard, id(segment))
        most = max(most, len(held))
        return segment

    source = replace(stream(samples, per_segment=12), read=read)
    train(Small(1), source, source, replace(SHORT, epochs=2), log=lambda _: None)
    assert most == 2


def test_the_rate_falls_after_so_many_epochs_without_a_better_validation_loss() -> None:
    settings = TrainingSettings(schedule="plateau", decay_rate=0.1, plateau_epochs=2, final_fraction=0.005)
    validation = [5.0, 4.0, 4.0, 3.0, 3.5, 3.0, 3.2, 3.1, 2.0, 2.5, 2.5, 2.5, 2.5, 1.0]
    history = [EpochRecord(k + 1, 1.0, loss, 1e-3, 1.0) for k, loss in enumerate(validation)]
    scales = [rate_scale(history[:k], settings) for k in range(len(history) + 1)]
    assert scales == pytest.approx([1, 1, 1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.005, 0.005, 0.005, 0.005])
    assert rate_scale(history, replace(settings, schedule="constant")) == 1


def test_on_a_plateau_the_steps_shrink_with_the_rate() -> None:
    def loss(model: Visits, x: jax.Array, y: jax.Array, *, rngs: nnx.Rngs | None) -> jax.Array:
        return jnp.float32(1.0) if rngs is None else negative_sum(model, x, y, rngs=rngs)

    one_hot = np.eye(100, dtype=np.float32)
    settings = TrainingSettings(
        epochs=6,
        batch_size=100,
        optimizer="sgd",
        learning_rate=100.0,
        schedule="plateau",
        decay_rate=0.25,
        plateau_epochs=2,
    )
    samples = Samples(one_hot, one_hot[:, :1])
    outcome = train(Visits(), samples, samples, settings, loss=loss, log=lambda _: None)
    assert [record.train_loss for record in outcome.history] == pytest.approx([0, -1, -2, -3, -3.25, -3.5])
    assert [record.learning_rate for record in outcome.history] == pytest.approx([100, 100, 100, 25, 25, 6.25])
