"""What jobs ask for follows from their work, and is more than the work was seen to take."""

from pathlib import Path

import pytest
import yaml

from gbar import nets
from gbar.config.study import load_study
from gbar.config.sweep import SweepSection
from gbar.jobs import resources
from gbar.sweeps import store

ROOT = Path(__file__).parents[2]
STUDY = load_study(yaml.safe_load((ROOT / "config.yaml").read_text()))
SWEEP, EMULATE = STUDY.sweeps["hipsc"], STUDY.emulate
ROWS = 311  # distinct settings of the default study


def sweep(cell: str, duration_ms: float, **solver: object) -> SweepSection:
    design = {"kind": "table", "path": "rows.csv"}
    protocol = {"duration_ms": duration_ms, "save_every_ms": 0.1}
    return SweepSection.model_validate(
        {"cell": {"name": cell}, "design": design, "protocol": protocol, "solver": solver}
    )


# Milliseconds that a simulated second of a row took in a full batch on one core.
@pytest.mark.parametrize(
    ("cell", "method", "measured_ms"),
    [
        ("akwaboah2021", "rosenbrock", 1.2),
        ("akwaboah2021", "rush_larsen", 152),
        ("tentusscher2004", "rush_larsen", 5.4),
        ("hodgkinhuxley1952", "rush_larsen", 3.2),
        ("mainen1996", "backward_euler", 12),
        ("ballsticks", "backward_euler", 3),
        ("izhikevich2003", "backward_euler", 0.5),
    ],
)
def test_solving_is_given_what_it_took_and_no_more_than_ten_times_that(cell: str, method: str, measured_ms: float):
    rows, seconds = 640, 1000
    need = resources.of_block(sweep(cell, 1000 * seconds, method=method), rows)
    taken = (need.seconds - resources.START_S) / (rows * seconds)
    assert measured_ms <= 1000 * taken <= 10 * measured_ms


def test_an_attempt_asks_for_as_much_again():
    need = resources.of_block(SWEEP, 100_000)
    assert need.runtime_min() > resources.LEAST_MIN
    assert [need.runtime_min(k) for k in (1, 2, 3)] == [k * need.runtime_min() for k in (1, 2, 3)]
    assert [need.mem_mb(k) for k in (1, 2, 3)] == [k * need.mem_mb() for k in (1, 2, 3)]


def test_a_job_is_never_given_less_than_schedulers_handle_well():
    assert resources.of_page().runtime_min() == resources.LEAST_MIN


def test_memory_holds_the_traces_of_a_block_three_times():
    grown = resources.of_block(SWEEP, 3000).mb - resources.of_block(SWEEP, 2000).mb
    assert grown == pytest.approx(3 * 1000 * 100_000 * 4 / 1e6)


def test_a_block_smaller_than_a_batch_takes_as_long_as_the_batch():
    assert resources.of_block(SWEEP, 1).seconds == resources.of_block(SWEEP, resources.LANES).seconds


def test_a_tighter_tolerance_and_a_shorter_step_take_longer():
    loose, tight = (resources.of_block(sweep("akwaboah2021", 1e6, rtol=rtol), 64) for rtol in (1e-5, 1e-8))
    assert (tight.seconds - resources.START_S) / (loose.seconds - resources.START_S) == pytest.approx(10)
    long, short = (
        resources.of_block(sweep("tentusscher2004", 1e6, method="rush_larsen", dt_ms=dt_ms), 64)
        for dt_ms in (0.02, 0.01)
    )
    assert (short.seconds - resources.START_S) / (long.seconds - resources.START_S) == pytest.approx(2)


def test_training_grows_with_epochs_and_windows():
    model = EMULATE.models["dlstm3"]
    twice = model.model_copy(update={"training": model.training.model_copy(update={"epochs": 120})})
    once = resources.of_training(SWEEP, EMULATE, model, ROWS).seconds - resources.START_S
    assert resources.of_training(SWEEP, EMULATE, twice, ROWS).seconds - resources.START_S == pytest.approx(2 * once)
    assert resources.of_training(SWEEP, EMULATE, model, 2 * ROWS).seconds - resources.START_S == pytest.approx(
        2 * once, rel=1e-3
    )
    # The default study's took 40 s and 732 MB.
    assert 40 < resources.of_training(SWEEP, EMULATE, model, ROWS).seconds < 400
    assert resources.of_training(SWEEP, EMULATE, model, ROWS).mb > 732


def test_a_model_that_learns_from_fewer_settings_is_given_less():
    model = EMULATE.models["dlstm3"]
    few = model.model_copy(update={"settings": 31})
    assert (
        resources.of_training(SWEEP, EMULATE, few, ROWS).seconds
        < resources.of_training(SWEEP, EMULATE, model, ROWS).seconds / 2
    )


@pytest.mark.parametrize("name", ["dlstm2", "dlstm3"])
def test_the_weights_of_a_deep_network_are_counted_right(name: str):
    model = EMULATE.models[name]
    weights, passes = resources._weights(SWEEP, EMULATE, model)
    assert weights == passes == nets.count_parameters(model.network.model_dump(), n_inputs=5, n_outputs=4900)


def test_the_shards_are_those_of_the_store():
    assert resources.SHARD_ROWS == store.ROWS_PER_SHARD
