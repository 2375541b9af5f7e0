"""Reading what the figures and tables of an inverter show."""

import json
from pathlib import Path

import numpy as np
import pytest

from gbar.cli import main
from gbar.errors import UserError
from gbar.figures.invert.data import read_answers, read_coverage, read_cross, read_scores
from gbar.figures.invert.round_trip_data import read_refined, read_round_trip
from gbar.figures.invert.scan_data import narrow, read_designs, read_trials, top_table
from gbar.figures.invert.sizes_data import read_sizes
from gbar.report.inverters import accuracy_table, recordings_table, scan_table

LEVELS = [0.5, 0.9]


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    true = np.array([[-0.5, 0.5], [0.0, 0.25], [0.5, -0.5]], np.float32)
    arrays = {
        "id": np.array(["x", "y", "z"]),
        "parameters": np.array(["gkv_soma", "d"]),
        "units": np.array(["pS/um2", "1"]),
        "low": np.array([100.0, 0.5]),
        "high": np.array([2000.0, 5.0]),
        "unit_true": true,
        "unit_mean": true + np.float32(0.125),
        "unit_std": np.full((3, 2), 0.25, np.float32),
        "low90": true - 1,
        "high90": true + 1,
        "score": np.array([0.2, 0.4, 2.5], np.float32),
        "flagged": np.array([False, False, True]),
    }
    np.savez(tmp_path / "predictions.npz", **arrays)
    return tmp_path / "predictions.npz"


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    by_name = {"gkv_soma": 0.1, "d": 0.2}
    values = {
        "test_traces": 3,
        "mse": 0.025,
        **{key: by_name for key in ("rmse", "rms_percent", "r2", "spread_error_correlation")},
        "rmse_physical": {"gkv_soma": 95.0, "d": 0.45},
        "coverage_nominal": LEVELS,
        "coverage_observed": [0.5, 0.875],
        "coverage_observed_raw": [0.25, 0.6],
        "coverage_by_parameter": {"gkv_soma": [0.4, 0.85], "d": [0.6, 0.9]},
        "score_threshold": 1.5,
        "false_alarms_wanted": 0.05,
    }
    (tmp_path / "metrics.json").write_text(json.dumps(values))
    return tmp_path / "metrics.json"


@pytest.fixture
def cross(tmp_path: Path) -> Path:
    arrays = {
        "sweeps": np.array(["own", "izhi"]),
        "parameters": np.array(["gkv_soma", "d"]),
        "traces": np.array([3, 2]),
        "beyond": np.array([0.0, 0.75]),
        "flagged": np.array([0.1, 0.9]),
        "correlations": np.stack([np.eye(2), np.full((2, 2), np.nan)]),
    }
    for name, n in (("own", 3), ("izhi", 2)):
        arrays |= {f"unit_{name}": np.full((n, 2), n / 10, np.float32), f"score_{name}": np.full(n, n, np.float32)}
    np.savez(tmp_path / "cross.npz", **arrays)
    return tmp_path / "cross.npz"


def test_the_answers_are_read_with_the_ranges_of_their_parameters(predictions):
    answers = read_answers(predictions)
    assert [(one.name, one.unit, one.low, one.high) for one in answers.parameters] == [
        ("gkv_soma", "pS/um2", 100, 2000),
        ("d", "1", 0.5, 5),
    ]
    assert answers.rmse == pytest.approx([0.125, 0.125])


def test_coverage_is_read_level_by_parameter(metrics):
    coverage = read_coverage(metrics, ["gkv_soma", "d"])
    assert coverage.observed.tolist() == [[0.4, 0.6], [0.85, 0.9]]
    assert coverage.observed_raw is not None
    assert coverage.observed_raw.tolist() == [0.25, 0.6]


def test_the_own_scores_are_those_of_all_test_traces_and_others_come_from_cross(predictions, metrics, cross):
    own, others, threshold, wanted = read_scores(predictions, metrics, cross)
    assert (threshold, wanted) == (1.5, 0.05)
    assert own.score == pytest.approx([0.2, 0.4, 2.5])
    assert own.flagged == pytest.approx(1 / 3)
    assert [(one.name, one.score.tolist(), one.flagged) for one in others] == [("izhi", [2, 2], 0.9)]
    assert read_scores(predictions, metrics)[1] == []


def test_the_answers_to_every_simulator_are_read_the_own_first(cross):
    answers, names = read_cross(cross)
    assert names == ["gkv_soma", "d"]
    assert [(one.name, one.own, len(one.mean), one.flagged, one.beyond) for one in answers] == [
        ("own", True, 3, 0.1, 0.0),
        ("izhi", False, 2, 0.9, 0.75),
    ]


def test_a_file_without_what_is_shown_is_refused(predictions, metrics, tmp_path):
    metrics.write_text("{}")
    with pytest.raises(UserError, match=r"metrics.json: lacks 'coverage_by_parameter'"):
        read_coverage(metrics, ["d"])
    with pytest.raises(UserError, match=r"predictions.npz: lacks .*sweeps"):
        read_cross(predictions)
    (tmp_path / "no.npz").write_text("no")
    with pytest.raises(UserError, match=r"no.npz: cannot be read as an NPZ file"):
        read_cross(tmp_path / "no.npz")


SCAN = (
    "rank,trial,status,validation_mse,validation_loss,epochs,minutes,parameters,flat_size,layers,"
    "repeat,filters,kernel,pool,dense,dropout,last,optimizer,batch_size,decay_rate,loss\n"
    '1,12,stopped_early,0.04,0.16,55,12.5,106430,1460,42,2,"[18, 25, 32, 39, 46]",6,4,"[80, 63, 46]",'
    "0.02,tanh,adam,16,0.1432,mae\n"
    '2,3,diverged,,,4,1.5,900,20,9,1,"[2, 4]",3,3,"[8, 4]",0.05,linear,nadam,128,0.04,mse\n'
)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    (tmp_path / "scan.csv").write_text(SCAN)
    return tmp_path / "scan.csv"


def test_the_trials_of_a_scan_are_read_in_order_of_rank(scan):
    first, second = read_trials(scan)
    assert (first.trial, first.status, first.validation_mse, first.minutes) == (12, "stopped_early", 0.04, 12.5)
    assert first.hyperparameters["optimizer"] == "adam"
    assert np.isnan(second.validation_mse)
    scan.write_text("rank,trial\n1,2\n")
    with pytest.raises(UserError, match="column 'status' is missing"):
        read_trials(scan)


def test_the_best_of_a_scan_are_told_with_their_hyper_parameters_short_in_the_figure(scan):
    header, rows = top_table(read_trials(scan))
    told = dict(zip(header, rows[0], strict=True))
    assert (told["trial"], told["MSE"], told["loss"], told["early\nstop"]) == ("12", "0.0400", "0.160", "yes")
    assert (told["filters"], told["dense"], told["fac-\ntor"]) == ("18, 25, 32, 39, 46", "80, 63, 46", "0.14")
    short = dict(zip(header, narrow(header, rows)[0], strict=True))
    assert (short["filters"], short["dense"]) == ("18, 25 … 46", "80, 63, 46")
    table = scan_table("izhi", scan)
    assert table.caption == "Inverter izhi: the best of 2 trials, by validation MSE"
    assert {"kernel", "factor", "early stop", "param. (k)"} <= set(table.header)
    assert len(table.rows) == 1  # of the trials that came to an end


@pytest.fixture
def stability(tmp_path: Path) -> dict[str, Path]:
    for trial in (3, 12):
        members = [{"seed": 0, "status": "completed", "validation_mse": 0.05}]
        members.append({"seed": 1, "status": "diverged", "validation_mse": None})
        (tmp_path / f"{trial}.json").write_text(json.dumps({"trial": trial, "members": members}))
    (tmp_path / "golden.json").write_text(json.dumps({"trial": 12}))
    return {name: tmp_path / f"{name}.json" for name in ("3", "12", "golden")}


def test_the_designs_trained_again_are_read_with_what_the_scan_had_found(scan, stability):
    first, second = read_designs([stability["3"], stability["12"]], stability["golden"], scan)
    assert (first.rank, first.golden, first.scan_mse, list(first.status)) == (1, True, 0.04, ["completed", "diverged"])
    assert first.validation_mse[0] == 0.05
    assert np.isnan(first.validation_mse[1])
    assert (second.rank, second.golden) == (2, False)
    stability["12"].write_text("{}")
    with pytest.raises(UserError, match=r"12.json: is not of a design of .*scan.csv trained again"):
        read_designs([stability["12"]], stability["golden"], scan)


def test_the_trainings_of_all_sizes_are_read_without_those_that_diverged(tmp_path):
    paths = []
    for k, (traces, mse) in enumerate([(1000, 0.2), (4000, 0.1), (4000, None)]):
        paths.append(tmp_path / f"{k}.json")
        percent = {"a": 3.0, "d": None if mse is None else 20.0}
        found = {"traces": traces, "test_mse": mse, "minutes": 2.0 + k, "rms_percent": percent}
        paths[-1].write_text(json.dumps(found))
    sizes = read_sizes(paths)
    assert sizes.parameters == {"a", "d"}
    assert (sizes.traces.tolist(), sizes.minutes.tolist()) == ([1000, 4000], [2, 3])
    assert sizes.law is not None
    assert sizes.law.exponent == pytest.approx(-0.5)
    assert read_sizes(paths[:1]).law is None
    paths[0].write_text(json.dumps(found | {"rms_percent": {"a": 3.0}}))
    with pytest.raises(UserError, match=r"0.json and others: the trainings infer different parameters"):
        read_sizes(paths)
    paths[0].write_text("{}")
    with pytest.raises(UserError, match=r"0.json: lacks 'traces'"):
        read_sizes(paths)


@pytest.fixture
def round_trip(tmp_path: Path) -> tuple[Path, Path]:
    table, examples = tmp_path / "roundtrip.csv", tmp_path / "roundtrip.npz"
    lines = ["id,rmse_mV,spikes,spikes_predicted,spike_timing_ms,isi_distance"]
    lines += ["p,9,5,6,1,0.2", "q,3,7,7,0.5,0.1", "r,nan,4,0,nan,nan"]
    table.write_text("\n".join(lines) + "\n")
    ids = np.array(["p", "q", "r"])
    np.savez(examples, id=ids, time_ms=np.arange(4.0), V_mV=np.zeros((3, 4)), V_predicted_mV=np.ones((3, 4)))
    return table, examples


def test_the_examples_of_the_round_trip_run_from_the_least_to_the_greatest_error(round_trip):
    table, examples = round_trip
    cells, shown = read_round_trip(table, examples)
    assert np.isnan(cells.rmse_mV).tolist() == [False, False, True]
    assert [one.label for one in shown] == [
        "rank 1 of 3: RMSE 3 mV, spikes 7, predicted 7",
        "rank 2 of 3: RMSE 9 mV, spikes 5, predicted 6",
    ]
    table.write_text("\n".join(table.read_text().splitlines()[:2]) + "\n")
    with pytest.raises(UserError, match=r"cell 'q' is not in .*roundtrip.csv"):
        read_round_trip(table, examples)


@pytest.fixture
def refined(tmp_path: Path) -> Path:
    (tmp_path / "refined.csv").write_text(
        "id,accepted,error_before,error_after,trace_before,trace_after,seconds\np,1,0.2,0.1,4,1,2.5\nq,0,0.3,0.3,2,2,2.5\n"
    )
    return tmp_path / "refined.csv"


def test_what_a_refinement_gained_is_read(refined):
    found = read_refined(refined)
    assert found.accepted.tolist() == [True, False]
    assert (found.error_before[0], found.trace_after[0], found.seconds[0]) == (0.2, 1, 2.5)


@pytest.fixture
def recording(tmp_path: Path) -> tuple[Path, Path]:
    about = {"value": -61.0, "error": 1.5, "low": -64.0, "high": -58.0, "range": [-80.0, -50.0]}
    values = {"recording": "cell.abf", "sweep": 0, "start_ms": 10.0, "verdict": "in range", "isi_distance": 0.1}
    (tmp_path / "answer.json").write_text(json.dumps(values | {"parameters": [{"name": "c", "unit": "mV"} | about]}))
    arrays = {"time_ms": np.arange(4.0), "V_mV": np.zeros(4)}
    arrays |= {"time_predicted_ms": np.arange(2.0), "V_predicted_mV": np.ones(2)}
    np.savez(tmp_path / "answer.npz", **arrays, spikes_ms=np.array([1.0]), spikes_predicted_ms=np.array([1.5]))
    return tmp_path / "answer.json", tmp_path / "answer.npz"


def test_every_figure_of_an_inverter_is_written_by_its_verb(
    tmp_path, predictions, metrics, cross, scan, stability, round_trip, refined, recording
):
    table, examples = round_trip
    designs = ["--stability", stability["3"], stability["12"], "--golden", stability["golden"], "--scan", scan]
    figures = {
        "invert_scan": ["--table", scan],
        "invert_stability": designs,
        "invert_predictions": ["--predictions", predictions],
        "invert_residuals": ["--predictions", predictions],
        "invert_coverage": ["--predictions", predictions, "--metrics", metrics],
        "invert_range": ["--predictions", predictions, "--metrics", metrics, "--cross", cross],
        "invert_cross": ["--cross", cross],
        "invert_round_trip": ["--table", table, "--examples", examples],
        "invert_refine": ["--table", refined],
        "invert_recording": ["--answer", recording[0], "--traces", recording[1]],
    }
    for name, options in figures.items():
        out = tmp_path / f"{name}.svg"
        assert main(["figure", name, *map(str, options), "--out", str(out)]) in (None, 0), name
        assert out.stat().st_size > 5000


def test_the_accuracy_of_each_parameter_has_its_unit_and_the_last_row_is_all(metrics, predictions):
    table = accuracy_table("mainen", metrics, predictions)
    assert [row[:3] for row in table.rows] == [
        ["gkv_soma", "95.0 pS/µm²", "0.100"],
        ["d", "0.450", "0.200"],
        ["all", "–", "0.158"],
    ]
    assert [row[-1] for row in table.rows] == ["85.0", "90.0", "87.5"]
    assert "3 test traces; MSE of the unit parameters 0.025" in table.caption
    assert all(len(row) == len(table.header) for row in table.rows)


def test_the_answers_to_recordings_are_told_with_errors_verdict_and_round_trip(tmp_path):
    parameters = [{"name": "c", "unit": "mV", "value": -61.234, "error": 1.52}]
    parameters.append({"name": "d", "unit": "1", "value": 2.0, "error": 0.25})
    values = {"parameters": parameters, "verdict": "doubtful", "rmse_mV": 7.5, "spikes": 12, "spikes_predicted": 11}
    (tmp_path / "cell.json").write_text(json.dumps(values | {"isi_distance": None}))
    table = recordings_table("izhi", {"cell": tmp_path / "cell.json"})
    assert table.header[:4] == ["recording", "verdict", "c (mV)", "d"]
    assert table.rows == [["cell", "doubtful", "−61.2 ± 1.5", "2.00 ± 0.25", "7.50", "12", "11", "–"]]
    (tmp_path / "cell.json").write_text("{}")
    with pytest.raises(UserError, match=r"cell.json: is no answer to a recording"):
        recordings_table("izhi", {"cell": tmp_path / "cell.json"})
