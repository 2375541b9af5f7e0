"""The power law of accuracy against training size, and training sizes that hold one another."""

import json
from pathlib import Path

import numpy as np
import pytest
from made_inverter import made_golden

from gbar.errors import UserError
from gbar.invert.designs.power_law import fit_power_law
from gbar.invert.designs.sizes import subset, train_size
from gbar.invert.traces import open_traces, parts
from gbar.records.metrics import read_metrics

pytestmark = pytest.mark.slow


def test_the_published_points_follow_a_power_of_minus_0_41() -> None:
    # Accuracy against size of the published Mainen study, as in its talk: 0.056 at 100,000 traces and so on.
    sizes, mse = np.array([100e3, 200e3, 400e3, 800e3]), [0.056, 0.040, 0.030, 0.024]
    found = fit_power_law(sizes, mse)
    assert found.exponent == pytest.approx(-0.41, abs=0.005)
    np.testing.assert_allclose(found(sizes), mse, rtol=0.035)


def test_an_exact_law_is_found_without_error() -> None:
    sizes = np.array([500, 1000, 2000, 8000])
    found = fit_power_law(sizes, 0.03 * (sizes / 100_000) ** -0.5)
    assert (found.coefficient, found.exponent) == (pytest.approx(0.03), pytest.approx(-0.5))
    assert found.exponent_error == pytest.approx(0, abs=1e-12)


def test_standard_errors_are_the_scatter_of_repeated_fits() -> None:
    stream, sizes = np.random.default_rng(0), np.repeat([1e3, 2e3, 4e3, 8e3], 3)
    fits = [
        fit_power_law(sizes, 0.1 * (sizes / 1e5) ** -0.4 * np.exp(0.1 * stream.standard_normal(12)))
        for _ in range(2000)
    ]
    exponents, coefficients = (np.array([getattr(one, name) for one in fits]) for name in ("exponent", "coefficient"))
    # Of 2,000 fits a standard deviation is known to 1.6 %; the errors' own mean square to about as much.
    assert np.sqrt(np.mean([one.exponent_error**2 for one in fits])) == pytest.approx(exponents.std(), rel=0.07)
    relative = [one.coefficient_error / one.coefficient for one in fits]
    assert np.sqrt(np.mean(np.square(relative))) == pytest.approx(np.log(coefficients).std(), rel=0.07)


def test_two_points_have_no_error() -> None:
    found = fit_power_law([1e3, 2e3], [0.2, 0.1])
    assert found.exponent == pytest.approx(-1)
    assert np.isnan([found.exponent_error, found.coefficient_error]).all()


@pytest.mark.parametrize(
    ("sizes", "mse", "message"),
    [
        ([1e3, 1e3], [0.1, 0.2], r"sizes: .* at least two different"),
        ([1e3, 2e3], [0.1, 0.0], r"mse: .* positive"),
        ([1e3, 2e3], [0.1, float("nan")], r"mse: .* positive"),
    ],
)
def test_points_without_a_law_are_refused(sizes: list[float], mse: list[float], message: str) -> None:
    with pytest.raises(UserError, match=message):
        fit_power_law(sizes, mse)


def test_a_smaller_size_is_part_of_every_larger_one_and_of_all_folds(study: Path) -> None:
    data = open_traces(study / "traces.zarr")
    rows = np.concatenate([data.rows(0), data.rows(1), data.rows(2)])
    small, large = subset(data, rows, 60), subset(data, rows, 200)
    assert (len(small), len(large)) == (60, 200)
    assert set(small) < set(large) < set(rows)
    # Dealt by other lots than the folds: each fold gives about a third, within 4 standard deviations.
    counts = np.bincount(data.fold[large], minlength=3)
    assert np.abs(counts - 200 / 3).max() < 4 * np.sqrt(200 * 2 / 9)
    with pytest.raises(UserError, match=r"sizes\.traces: 541 .* at most 540"):
        subset(data, rows, 541)


def test_a_training_size_writes_the_errors_of_one_network(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "metrics.json"
    train_size(study / "traces.zarr", made_golden(tmp_path, epochs=2), 96, 1, tmp_path / "c", out, lambda _: None)
    found = read_metrics(out)
    assert (found["traces"], found["offset"], found["epochs"]) == (96, 1, 2)
    assert 0 < found["test_mse"] < 1
    assert found["rms_percent"].keys() == {"a", "d"}
    assert len(parts(open_traces(study / "traces.zarr"), 1)[0]) == 180
    json.loads(out.read_text(), parse_constant=pytest.fail)
