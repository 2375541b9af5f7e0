"""The part of the report on filters from a noisy current to a voltage below threshold."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gbar.config.subthreshold import SubthresholdSection
from gbar.errors import UserError
from gbar.records.metrics import read_metrics
from gbar.report.tables import Part, Table, count, duration, number

REFERENCE = (
    "Hagen E. Convolutional neural network of Hodgkin-Huxley dynamics. Notebooks HodkinHuxleyDataGeneration and "
    "HodkinHuxleyConvNet, version 2d5eb8d, 2019. github.com/espenhgn/MLexperiments"
)
# The output of that notebook: after 100 epochs on 9,500 paths of 1 s, validated on 500. It has no number of the test.
PUBLISHED_MSE_MV2 = 0.112
PUBLISHED = {
    "parameters": 219,
    "epochs": 100,
    "paths": 9500,
    "validation_mse_mV2": 0.1119,
    "validation_loss_mV2": 0.9075,
}
# Of metrics.json: key, heading, how it is written. What a row lacks is a dash.
COLUMNS = (
    ("parameters", "weights", count),
    ("validation_mse_mV2", "validation MSE, paths of {} s (mV²)", number),
    ("test_mse_mV2", "test MSE, paths of {} s (mV²)", number),
    ("test_worst_mV", "largest error on the test (mV)", number),
    ("validation_loss_mV2", "validation loss, any penalty in it (mV²)", number),
    ("paths", "training paths", count),
    ("epochs", "epochs", count),
    ("training_s", "training time", duration),
)
NEEDED = ("parameters", "validation_mse_mV2", "test_mse_mV2")

Metrics = Mapping[str, Any]


def filters_part(
    section: SubthresholdSection, filters: Mapping[str, str | Path], baselines: Mapping[str, str | Path]
) -> Part:
    """Return what the report says of the filters, the linear ones and what was published.

    Args:
        section: the study's section of the configuration.
        filters: metrics.json of each training, by its name.
        baselines: metrics.json of each linear filter, by its name.

    Raises:
        UserError: a file cannot be read or lacks a value.
    """
    trained = {name: _read(path) for name, path in filters.items()}
    linear = {name: _read(path) for name, path in baselines.items()}
    best = min(trained, key=lambda name: trained[name]["validation_mse_mV2"])
    opening = (
        f"Filters of a subthreshold voltage: {best} has a validation error of "
        f"{number(trained[best]['validation_mse_mV2'])} mV² and {number(trained[best]['test_mse_mV2'])} mV² on the "
        f"longer test paths, with {count(trained[best]['parameters'])} weights; "
        f"the published network reached {number(PUBLISHED_MSE_MV2)} mV² on validation."
    )
    return Part(
        anchor="filters",
        heading="Subthreshold filters",
        opening=[opening],
        sentences=[
            "Filters turn a noisy current into the voltage of a Hodgkin-Huxley neuron that it does not make spike.",
            *_linear(linear),
            *_repeated(section, trained),
        ],
        tables=[_table(section, trained, linear)],
    )


def _read(path: str | Path) -> Metrics:
    metrics = read_metrics(path)
    if missing := [key for key in NEEDED if metrics.get(key) is None]:
        raise UserError(f"{path}: lacks {missing[0]!r}; evaluate the filter again")
    return metrics


def _linear(linear: Mapping[str, Metrics]) -> list[str]:
    """Say what a network is to be held against."""
    published = (
        f"The published network (Hagen 2019) ended its one training, from initial weights without a seed, at a "
        f"validation error of {number(PUBLISHED_MSE_MV2)} mV²."
    )
    if not linear:
        return [published]
    reached = "; ".join(
        f"{name} (lags {values['lags']['first']} to {values['lags']['last']}) "
        f"{number(values['validation_mse_mV2'])} mV²"
        for name, values in linear.items()
    )
    constant = number(next(iter(linear.values()))["constant_mse_mV2"])
    return [f"{published} Linear filters by least squares reach on these paths: {reached}; a constant, {constant} mV²."]


def _repeated(section: SubthresholdSection, trained: Mapping[str, Metrics]) -> list[str]:
    """Give the mean and the range of each model that was trained with several seeds."""
    sentences = []
    for model in section.models:
        errors = [trained[name]["validation_mse_mV2"] for name in section.trainings_of(model)]
        if len(errors) > 1:
            sentences.append(
                f"{model}, trained with {len(errors)} seeds, has a validation error of "
                f"{number(sum(errors) / len(errors))} mV² in the mean, {number(min(errors))} to "
                f"{number(max(errors))} mV²."
            )
    return sentences


def _table(section: SubthresholdSection, trained: Mapping[str, Metrics], linear: Mapping[str, Metrics]) -> Table:
    currents = section.currents
    # Paths are sampled every ms.
    lengths = {"validation_mse_mV2": currents.samples / 1000, "test_mse_mV2": currents.test_samples / 1000}
    header = [heading.format(f"{lengths[key]:g}") if key in lengths else heading for key, heading, _ in COLUMNS]
    sources = [*trained.items(), ("Hagen 2019", PUBLISHED), *linear.items()]
    rows = [[name, *(write(values.get(key)) for key, _, write in COLUMNS)] for name, values in sources]
    return Table("Errors of the filters, linear ones last", ["filter", *header], rows)
