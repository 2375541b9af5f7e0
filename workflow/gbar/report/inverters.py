"""The tables of the inverters: accuracy of each parameter, the best of a scan, answers to recordings."""

from collections.abc import Mapping
from pathlib import Path

from gbar.errors import UserError
from gbar.figures.invert.data import read_arrays
from gbar.figures.invert.parameters import unit_text, with_unit
from gbar.figures.invert.scan_data import read_trials, top_table
from gbar.records.metrics import read_metrics
from gbar.report.tables import DASH, Part, Table, count, number

# Of metrics.json: key, heading; each maps the parameters' names to numbers.
ACCURACY = (
    ("rmse", "RMSE of the unit parameter"),
    ("rms_percent", "standard deviation of its residual (%)"),
    ("r2", "R²"),
    ("spread_error_correlation", "rank correlation of spread and error"),
)
QUOTED = 0.9
WHAT = (
    "Networks that tell a cell's parameters from its trace, judged on traces of cells that none of them has learned "
    "from. A unit parameter runs from −1 to 1 over the range of the design; one who knows nothing has an error of 0.58 "
    "in it."
)


def inverters_part(tables: list[Table]) -> Part:
    """Return what the report says of the inverters, with their tables."""
    return Part("inverters", "Inverters", [], [WHAT], tables)


def accuracy_table(name: str, metrics: str | Path, predictions: str | Path) -> Table:
    """Return the errors of each parameter on the test traces, and those of all together in the last row.

    Args:
        name: the inverter.
        metrics: its metrics.json.
        predictions: its predictions.npz, which knows the units.

    Raises:
        UserError: a file cannot be read, or lacks something.
    """
    values = read_metrics(metrics)
    names, units = (array.tolist() for array in read_arrays(predictions, "parameters", "units"))
    try:
        place = values["coverage_nominal"].index(QUOTED)
        rows = [
            [
                parameter,
                f"{number(values['rmse_physical'][parameter])} {unit_text(unit)}".rstrip(),
                *(number(values[key][parameter]) for key, _ in ACCURACY),
                number(100 * values["coverage_by_parameter"][parameter][place]),
            ]
            for parameter, unit in zip(names, units, strict=True)
        ]
        covered, mse = 100 * values["coverage_observed"][place], values["mse"]
        caption = (
            f"Inverter {name}: accuracy on {values['test_traces']} test traces; MSE of the unit parameters {mse:.3g}"
        )
    except (KeyError, ValueError) as error:
        raise UserError(f"{metrics}: lacks {error}; judge the inverter again") from None
    rows.append(["all", DASH, number(mse**0.5), *[DASH] * (len(ACCURACY) - 1), number(covered)])
    header = [
        "parameter",
        "RMSE",
        *(heading for _, heading in ACCURACY),
        f"covered by the {100 * QUOTED:.0f} % interval (%)",
    ]
    return Table(caption, header, rows)


def scan_table(name: str, scan: str | Path) -> Table:
    """Return the ten best trials of the scan of an inverter, with all hyper-parameters.

    Raises:
        UserError: the table of the scan cannot be read.
    """
    trials = read_trials(scan)
    header, rows = top_table(trials)
    unbroken = [heading.replace("-\n", "").replace("\n", " ") for heading in header]
    return Table(f"Inverter {name}: the best of {len(trials)} trials, by validation MSE", unbroken, rows)


# Of the answer to a recording: key, heading, how it is written.
ANSWERED = (
    ("rmse_mV", "RMSE of the trace simulated again (mV)", number),
    ("spikes", "spikes", count),
    ("spikes_predicted", "spikes simulated again", count),
    ("isi_distance", "ISI distance", number),
)


def recordings_table(name: str, answers: Mapping[str, str | Path]) -> Table:
    """Return what an inverter says of recordings: parameters with half of their 68 % interval, verdict, round trip.

    Args:
        name: the inverter.
        answers: the answer to each recording, .json, by the recording's name.

    Raises:
        UserError: an answer cannot be read, or lacks something.
    """
    header, rows = [], []
    for recording, path in answers.items():
        values = read_metrics(path)
        try:
            parameters = values["parameters"]
            header = ["recording", "verdict", *(with_unit(one["name"], one["unit"]) for one in parameters)]
            inferred = [f"{number(one['value'])} ± {number(one['error'], 2)}" for one in parameters]
            rows.append([recording, values["verdict"], *inferred, *(write(values[key]) for key, _, write in ANSWERED)])
        except (KeyError, TypeError) as error:
            raise UserError(f"{path}: is no answer to a recording ({error!r}); ask the inverter again") from None
    caption = f"Inverter {name}: recorded cells; value ± half of the interval that holds 68 % on simulated traces"
    return Table(caption, [*header, *(heading for _, heading, _ in ANSWERED)], rows)
