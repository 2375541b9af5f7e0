"""What the figures of drugs show is what labels, biomarkers, scores and calibrations say."""

from pathlib import Path

import numpy as np
import pytest
from made_up import gathered

from gbar.config.calibrate import CalibrateSection
from gbar.config.drugs import DrugsSection
from gbar.config.explain import checked
from gbar.config.risk import RiskSection
from gbar.config.sweep import SweepSection
from gbar.drugs.assess import risk
from gbar.drugs.calibrate import calibrate
from gbar.drugs.labels import HEADER, labels
from gbar.errors import UserError
from gbar.figures.drugs.doses_data import read_doses
from gbar.figures.drugs.ladder_data import read_ladder
from gbar.figures.drugs.population_data import read_population
from gbar.figures.drugs.under_data import read_under
from gbar.figures.labels import measured
from gbar.records.files import write_csv
from gbar.records.metrics import write_metrics


class Tables:
    """labels.csv and biomarkers.csv, line by line."""

    def __init__(self, folder: Path):
        self.paths = folder / "labels.csv", folder / "biomarkers.csv"
        self.lines: list[list] = []
        self.values: list[list] = []

    def add(self, drug: str, dose: float | str, apd90_ms: float | str, course="regular", sample="", risk="", group=""):
        identity = f"row{len(self.lines)}"
        nM = 10 * dose if isinstance(dose, int | float) else 7
        self.lines.append([identity, drug, dose, nM, sample, "", risk, group, 0.01 * float(apd90_ms or 0)])
        status = course if course in ("silent", "diverged") else "ok"
        self.values.append([identity, 1.0, status, course, "cardiac", apd90_ms])

    def write(self) -> tuple[Path, Path]:
        write_csv(self.paths[0], HEADER, self.lines)
        write_csv(self.paths[1], ["id", "IKr", "status", "class", "beats", "apd90_ms"], self.values)
        return self.paths


def test_median_and_band_are_of_the_rows_that_repolarise_and_shares_of_those_that_were_solved(tmp_path: Path):
    tables = Tables(tmp_path)
    tables.add("control", 0, 280)
    abnormal = [(900, "afterdepolarisations"), ("", "no repolarisation"), ("", "no repolarisation")]
    others = [("", "diverged"), ("", "silent")]
    rows = [(300, "regular"), (310, "alternans"), (320, "regular"), *abnormal, *others]
    for sample, (apd90_ms, course) in enumerate(rows):
        tables.add("b", 4, apd90_ms, course, str(sample))
        tables.add("b", 1, 290 + sample, "regular", str(sample))
    tables.add("a", 1, 500, "regular", "0", "high")
    found = read_doses(*tables.write(), most=9)
    assert [(one.drug, one.risk) for one in found.curves] == [("a", "high"), ("b", "")]
    assert (found.is_Cmax, found.control_ms[0]) == (True, 280)
    assert np.isnan(found.control_ms[1:]).all()  # there is one row only
    b = found.curves[1]
    assert b.dose.tolist() == [1, 4]
    assert b.median.tolist() == [293.5, 310]
    assert (b.low[1], b.high[1]) == pytest.approx((300.5, 319.5))
    assert b.ead.tolist() == [0, 1 / 7]
    assert b.stuck.tolist() == [0, 2 / 7]
    assert found.title == "2 drugs: APD90, median and 95 % of 8 samples"


def test_doses_are_in_nM_where_a_therapeutic_concentration_is_not_known(tmp_path: Path):
    tables = Tables(tmp_path)
    tables.add("control", 0, 280)
    tables.add("a", "", 300)
    tables.add("b", 2, 310)
    found = read_doses(*tables.write(), most=9)
    assert not found.is_Cmax
    assert {one.drug: one.dose.tolist() for one in found.curves} == {"a": [7], "b": [20]}
    assert found.title == "2 drugs: APD90 of the best values"


def test_labels_without_a_drug_are_a_mistake(tmp_path: Path):
    tables = Tables(tmp_path)
    tables.add("control", 0, 280)
    with pytest.raises(UserError, match="there is no drug in it"):
        read_doses(*tables.write(), most=9)


def judged(folder: Path, values: list[tuple[str, str, float]]) -> tuple[Path, Path]:
    """metrics.json and drugs.csv of drugs of a class and an APD90 each, at one dose."""
    tables = Tables(folder)
    tables.add("control", 0, 280)
    for name, truth, apd90_ms in values:
        tables.add(name, 1, apd90_ms, risk=truth, group="training")
    settings = RiskSection(sweep="a", marker="apd90_ms", doses_Cmax=(1.0,), draws=5)
    risk(*tables.write(), settings, folder / "metrics.json", folder / "drugs.csv")
    return folder / "metrics.json", folder / "drugs.csv"


APART = [("a", "low", 300.0), ("b", "low", 310.0), ("c", "intermediate", 350.0), ("d", "high", 420.0)]


def test_the_ladder_begins_with_the_most_dangerous_drugs_and_ends_with_those_of_unknown_class(tmp_path: Path):
    found = read_ladder(*judged(tmp_path, [*APART, ("e", "high", 400.0), ("new", "", 330.0)]))
    assert [rung.drug for rung in found.rungs] == ["d", "e", "c", "b", "a", "new"]
    assert [rung.group for rung in found.rungs] == ["training"] * 6
    marker, bnet = found.sides
    assert marker.median.tolist() == [420, 400, 350, 310, 300, 330]
    assert marker.label == "APD90 (ms),\nmean at 1 × Cmax"
    assert bnet.title == "Bnet: 5 of 5 right"
    assert found.title == "5 drugs of known risk, 1 of unknown"


def test_where_the_marker_parts_the_classes_the_cuts_are_midway(tmp_path: Path):
    marker, _ = read_ladder(*judged(tmp_path, APART)).sides
    assert marker.cuts.tolist() == [330, 385]
    assert list(marker.classes) == ["low", "intermediate", "high"]


def test_a_class_that_is_nowhere_the_most_probable_has_no_region(tmp_path: Path):
    mixed = [("c", "intermediate", 300.0), ("f", "intermediate", 430.0)]
    low = [(f"l{k}", "low", 290.0 + 8 * k) for k in range(6)]
    high = [(f"h{k}", "high", 330.0 + 20 * k) for k in range(6)]
    marker, _ = read_ladder(*judged(tmp_path, [*mixed, *low, *high])).sides
    assert list(marker.classes) == ["low", "high"]
    predicted = dict(zip(marker.median, marker.predicted, strict=True))
    assert {one < marker.cuts[0] for one, given in predicted.items() if given == "low"} == {True}
    assert {one > marker.cuts[0] for one, given in predicted.items() if given == "high"} == {True}


def test_a_ladder_of_metrics_that_lack_something_is_refused(tmp_path: Path):
    _, drugs = judged(tmp_path, APART)
    write_metrics(tmp_path / "other.json", {"markers": {}})
    with pytest.raises(UserError, match=r"other\.json, .* make them again"):
        read_ladder(tmp_path / "other.json", drugs)


COLUMNS = ["id", "IKr", "status", "class", "beats", "apd90_ms", "dvdt_max_V_s"]
SLOW = [
    ["a", 0.8, "ok", "regular", "cardiac", 300.0, 200.0],
    ["b", 0.5, "ok", "regular", "cardiac", 500.0, 210.0],
    ["c", 1.2, "ok", "regular", "cardiac", 250.0, 220.0],
    ["d", 1.4, "silent", "silent", "cardiac", "", ""],
]
FAST = [[f"f{line[0]}", *line[1:5], 0.8 * line[5] if line[5] else "", line[6]] for line in SLOW[::-1]]


def test_a_population_is_told_under_each_protocol_in_the_values_of_the_same_candidates(tmp_path: Path):
    paths = {name: tmp_path / f"{name}.csv" for name in ("slow", "fast")}
    for name, rows in (("slow", SLOW), ("fast", FAST)):
        write_csv(paths[name], COLUMNS, rows)
    ranges = {
        "ranges": {"apd90_ms": [180, 440], "dvdt_max_V_s": [150, 1000]},
        "protocols": {"fast": {"apd90_ms": [1, 230]}},
    }
    settings = checked(CalibrateSection, {"sweep": "slow"} | ranges)
    made = [tmp_path / name for name in ("accepted.csv", "rejections.csv", "metrics.json")]
    calibrate(paths, settings, *made)
    found = read_population(made[2], made[1], list(paths.values()))
    told = [(one.name, one.protocol, one.unit, one.low, one.high, one.rejected) for one in found.biomarkers]
    assert told == [
        ("APD90", "slow", "ms", 180, 440, 1),
        ("dV/dt max", "slow", "V/s", 150, 1000, 0),
        ("APD90", "fast", "ms", 1, 230, 2),
    ]
    slow, _, fast = found.biomarkers
    assert (slow.candidates.tolist(), slow.accepted.tolist()) == ([300, 500, 250], [250])
    assert (fast.candidates.tolist(), fast.accepted.tolist()) == ([240, 400, 200], [200])
    assert found.title == (
        "1 of 4 candidates are accepted; APD90 under fast rejects the most, 2; 2 without a beat, or not solved"
    )
    with pytest.raises(UserError, match=r"does not fit .*slow\.csv"):
        read_population(made[2], made[1], [paths["slow"]])


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("apd90_ms", ("APD90", "ms")),
        ("mdp_mV", ("MDP", "mV")),
        ("dvdt_max_V_s", ("dV/dt max", "V/s")),
        ("Cai_duration90_ms", ("Cai duration 90", "ms")),
        ("qNet_C_per_F", ("qNet", "C/F")),
        ("rate_per_min", ("rate", "1/min")),
        ("Bnet", ("Bnet", "")),
    ],
)
def test_columns_of_biomarkers_are_written_as_papers_do(column: str, written: tuple[str, str]):
    assert measured(column) == written


SWEEP = {
    "cell": {"name": "akwaboah2021"},
    "design": {"kind": "drug", "drugs": ["dofetilide", "verapamil"], "doses_Cmax": [1, 10], "samples": 3},
    "protocol": {"duration_ms": 2000, "save_every_ms": 1},
}
TIME_MS = np.arange(2000.0)


def beating(width_ms: float) -> np.ndarray:
    """Plateaus of that width, one each 600 ms, mV."""
    phase = np.mod(TIME_MS - 40, 600)
    return np.where((phase < width_ms) & (TIME_MS >= 40), 20 - 0.05 * phase, -75.0)


@pytest.fixture
def under(tmp_path: Path) -> Path:
    """A sweep: the control and, of two drugs, two doses of three samples each; two rows of the second are stuck."""
    widths = [100, 130, 110, 120, 160, 140, 150, 90, 80, 70]
    V = np.array([*map(beating, widths), *(np.where(TIME_MS < 700, beating(90), 10.0) for _ in range(2)), beating(95)])
    folder = gathered(tmp_path / "under", SWEEP, V)
    labels(checked(SweepSection, SWEEP), DrugsSection(), folder / "labels.csv")
    return folder


def widths_ms(V_mV: np.ndarray, time_ms: np.ndarray) -> list[int]:
    """How long each trace is above 0 before the next beat begins."""
    return [int((one[(time_ms > -5) & (time_ms < 500)] > 0).sum()) for one in V_mV]


def test_of_the_samples_of_a_dose_the_trace_of_the_median_apd90_is_shown(under: Path):
    shown = read_under(under / "store.zarr", under / "labels.csv", under / "biomarkers.csv", most=12)
    assert [(one.drug, one.risk, one.dose.tolist()) for one in shown.drugs] == [
        ("dofetilide", "high", [1, 10]),
        ("verapamil", "low", [1, 10]),
    ]
    assert widths_ms(shown.control_mV[None], shown.time_ms) == pytest.approx([100], abs=2)
    assert widths_ms(shown.drugs[0].V_mV, shown.time_ms) == pytest.approx([120, 150], abs=2)
    assert shown.title == "akwaboah2021, variant c: 2 drugs, the rows of median APD90"


def test_rows_that_do_not_repolarise_rank_the_longest_and_are_abnormal(under: Path):
    verapamil = read_under(under / "store.zarr", under / "labels.csv", under / "biomarkers.csv", most=12).drugs[1]
    assert verapamil.is_abnormal.tolist() == [False, True]


def test_of_too_many_drugs_some_are_shown_and_the_title_says_so(under: Path):
    shown = read_under(under / "store.zarr", under / "labels.csv", under / "biomarkers.csv", most=1)
    assert [one.drug for one in shown.drugs] == ["dofetilide"]
    assert "1 of 2 drugs" in shown.title


def test_labels_of_other_rows_are_refused(under: Path):
    lines = (under / "labels.csv").read_text().splitlines()
    identity = lines[1].partition(",")[0]
    for table in ("labels.csv", "biomarkers.csv"):
        (under / table).write_text((under / table).read_text().replace(identity, "0" * 20))
    with pytest.raises(UserError, match="the row 00000000000000000000 is not in"):
        read_under(under / "store.zarr", under / "labels.csv", under / "biomarkers.csv", most=12)
