"""Designs of a random scan: reproducible, within their ranges, and as often valid as the published ones."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from gbar.config.invert import DrawsSection, InverterTrainingSection, RegressorSection
from gbar.errors import UserError
from gbar.invert.designs import draws
from gbar.invert.designs.draws import draw

SCAN = DrawsSection()
Drawn = list[tuple[RegressorSection, InverterTrainingSection]]


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return [draw(SCAN, trial, 9000, 10) for trial in range(1500)]


def test_a_draw_depends_on_seed_and_trial_alone(drawn: Drawn) -> None:
    assert draw(SCAN, 7, 9000, 10) == drawn[7]
    assert draw(SCAN.model_copy(update={"seed": 1}), 7, 9000, 10) != drawn[7]
    assert len({str(one) for one in drawn}) == len(drawn)


@pytest.mark.parametrize(
    ("key", "allowed"),
    [
        ("repeat", range(1, 4)),
        ("kernel", range(3, 8)),
        ("pool", range(3, 8)),
        ("dropout", (0.01, 0.02, 0.05)),
        ("last", ("tanh", "linear")),
    ],
)
def test_a_network_takes_every_value_of_its_range_and_no_other(drawn: Drawn, key: str, allowed: Iterable[Any]) -> None:
    assert {getattr(network, key) for network, _ in drawn} == set(allowed)


@pytest.mark.parametrize(
    ("of", "allowed"),
    [
        (lambda network: len(network.filters), range(2, 8)),
        (lambda network: network.filters[0], range(2, 21)),
        (lambda network: network.filters[1] - network.filters[0], range(8)),
        (lambda network: len(network.dense), range(2, 8)),
        (lambda network: network.dense[-1], range(10, 51)),
        (lambda network: network.dense[-2] - network.dense[-1], range(20)),
    ],
)
def test_widths_take_every_value_of_their_range(
    drawn: Drawn, of: Callable[[RegressorSection], int], allowed: range
) -> None:
    assert {of(network) for network, _ in drawn} == set(allowed)


def test_widths_change_by_equal_steps_and_fit(drawn: Drawn) -> None:
    for network, _ in drawn:
        for widths in (network.filters, network.dense):
            assert len({later - earlier for earlier, later in pairwise(widths)}) == 1
        assert 0 < network.flat_size(9000) <= 20_000


def test_a_training_takes_every_value_of_its_range(drawn: Drawn) -> None:
    trainings = [training for _, training in drawn]
    assert {training.optimizer for training in trainings} == {"adam", "nadam", "adadelta"}
    assert {training.batch_size for training in trainings} == {16, 32, 64, 128}
    assert {training.loss for training in trainings} == {"mse", "mae"}
    roots = np.sqrt([training.decay_rate for training in trainings])
    assert roots.min() == pytest.approx(0.2, abs=0.01)
    assert roots.max() == pytest.approx(0.8, abs=0.01)
    assert {(one.epochs, one.patience, one.schedule) for one in trainings} == {(80, 12, "plateau")}


@pytest.mark.parametrize(("samples", "share"), [(9000, 0.64), (14_500, 0.68)])
def test_as_many_draws_are_valid_as_published(samples: int, share: float) -> None:
    # The shares were found by an independent implementation: every convolution and pooling leaves a sample.
    stream = np.random.default_rng(0)
    valid = [draws._network(SCAN, 10, stream).flat_size(samples) > 0 for _ in range(3000)]
    assert np.mean(valid) == pytest.approx(share, abs=0.02)  # 2.3 standard errors


def test_ranges_without_a_network_are_named() -> None:
    with pytest.raises(UserError, match=r"scan: none of 10000 draws leaves 1 to 20000 numbers of 20 samples"):
        draw(SCAN.model_copy(update={"blocks": (5, 7)}), 0, 20, 10)
