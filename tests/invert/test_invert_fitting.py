"""Training of regressors on traces: held or streamed, several seeds together, any loss."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from flax import nnx
from killing import Killed, killing_at
from made_inverter import NETWORK, TRAINING, made_traces

from gbar import nets
from gbar.errors import UserError
from gbar.invert.refining import fitting
from gbar.invert.refining.fitting import Fitted, fit
from gbar.invert.traces import Traces, open_traces, parts, scaled
from gbar.training.history import EpochRecord
from gbar.training.optimiser import TrainingSettings

pytestmark = pytest.mark.slow

FEW = TRAINING.model_copy(update={"epochs": 4})


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Traces:
    return open_traces(made_traces(tmp_path_factory.mktemp("fitting")))


def fitted(traces: Traces, *seeds: int, training: object = FEW, **options: object) -> list[Fitted]:
    train, validation, _ = parts(traces, 0)
    return fit(traces, train, validation, NETWORK, training, seeds, **{"checkpoints": None, "log": str} | options)


def predicted(traces: Traces, one: Fitted, rows: np.ndarray) -> np.ndarray:
    network = nets.build(NETWORK.model_dump(mode="json"), traces.samples, 2, seed=99)
    state = nnx.state(network)
    nnx.replace_by_pure_dict(state, one.state)
    nnx.update(network, state)
    return np.asarray(network(scaled(traces.read(rows), traces.settings.clip_mV)))


@pytest.fixture
def streamed(monkeypatch: pytest.MonkeyPatch, traces: Traces) -> list[int]:
    """Make every data set too large to be held; the chunks that are read are noted."""
    read = []

    class Watched:
        def __getitem__(self, rows: slice) -> np.ndarray:
            read.append(rows.start)
            return held[rows]

    held = traces._trace
    monkeypatch.setattr(fitting, "HELD_BYTES", 0)
    monkeypatch.setattr(fitting, "SEGMENT_BYTES", 100 * 2 * traces.samples)
    monkeypatch.setitem(traces.__dict__, "_trace", Watched())
    return read


@pytest.mark.parametrize("loss", ["mse", "mae"])
def test_a_design_learns_and_tells_its_squared_error_whatever_its_loss(traces: Traces, loss: str) -> None:
    training = TRAINING.model_copy(update={"epochs": 25, "loss": loss})
    (one,) = fitted(traces, 3, training=training)
    validation = parts(traces, 0)[1]
    error = predicted(traces, one, validation) - traces.unit[validation]
    assert one.validation_mse == pytest.approx(np.mean(error**2), rel=1e-4)
    measure = error**2 if loss == "mse" else np.abs(error)
    assert one.validation_loss == pytest.approx(np.mean(measure), rel=1e-4)
    assert one.validation_mse < 0.2  # knowing nothing gives 1/3
    assert (one.status, one.epochs, one.seed, len(one.history)) == ("completed", 25, 3, 25)
    assert one.minutes == pytest.approx(sum(record.seconds for record in one.history) / 60)


def test_seeds_together_are_as_alone_and_differ(traces: Traces, streamed: list[int]) -> None:
    together = fitted(traces, 1, 2)
    assert together[0].validation_loss != together[1].validation_loss
    (alone,) = fitted(traces, 2)
    assert together[1].validation_loss == pytest.approx(alone.validation_loss, rel=1e-4)
    np.testing.assert_allclose(
        predicted(traces, together[1], np.arange(50)), predicted(traces, alone, np.arange(50)), atol=1e-4
    )


def test_a_data_set_too_large_to_be_held_is_read_in_every_epoch(traces: Traces, streamed: list[int]) -> None:
    (one,) = fitted(traces, 1)
    assert one.history[-1].validation_loss < one.history[0].validation_loss
    assert len(streamed) > 4 * len(set(streamed))
    assert set(streamed) == set(range(0, len(traces), 128))


def test_inputs_are_standardised_by_the_training_traces(traces: Traces) -> None:
    train = parts(traces, 0)[0]
    x = scaled(traces.read(train), traces.settings.clip_mV)
    (one,) = fitted(traces, 1, training=FEW.model_copy(update={"epochs": 1}))
    assert (float(one.state["mean"]), float(one.state["std"])) == pytest.approx((x.mean(), x.std()), rel=1e-5)


def test_an_unpromising_network_is_ended_with_the_reason(traces: Traces) -> None:
    def stop(history: Sequence[EpochRecord]) -> str | None:
        return f"{history[-1].validation_loss:.3g} is too much" if len(history) == 2 else None

    (one,) = fitted(traces, 1, stop=stop)
    assert (one.status, one.epochs) == ("unpromising", 2)
    assert one.reason == f"{one.history[1].validation_loss:.3g} is too much"


def test_a_run_that_was_cut_off_goes_on_to_the_same_network(
    traces: Traces, streamed: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "TrainingSettings", partial(TrainingSettings, checkpoint_every_s=0.0))
    with pytest.raises(Killed):
        fitted(traces, 1, 2, checkpoints=tmp_path, log=killing_at("epoch 4/4"))
    lines: list[str] = []
    resumed = fitted(traces, 1, 2, checkpoints=tmp_path, log=lines.append)
    assert lines[0] == "resumed after epoch 3 of 4"
    for found, expected in zip(resumed, fitted(traces, 1, 2), strict=True):
        np.testing.assert_array_equal(
            predicted(traces, found, np.arange(50)), predicted(traces, expected, np.arange(50))
        )


def test_too_few_traces_are_named_with_the_batch_size(traces: Traces) -> None:
    with pytest.raises(UserError, match=r"training samples: 10 are fewer than batch_size \(32\)"):
        fit(traces, np.arange(10), np.arange(10), NETWORK, FEW, [0], None, str)
