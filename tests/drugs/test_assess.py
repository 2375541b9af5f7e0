"""Scores and classes of drugs from tables, against published medians and by hand."""

from pathlib import Path

import numpy as np
import pytest

from gbar.config.drugs import DrugsSection
from gbar.config.explain import checked
from gbar.config.risk import RiskSection
from gbar.config.sweep import SweepSection
from gbar.drugs.assess import risk
from gbar.drugs.labels import HEADER, labels
from gbar.drugs.risk import OrdinalModel
from gbar.drugs.scores import scores
from gbar.errors import UserError
from gbar.records.files import read_csv, write_csv
from gbar.records.metrics import read_metrics

# Median qNet, C/F, of 2,000 samples at 1 to 4 x Cmax, and of their mean (Han et al. 2020, manual patch clamp; the
# authors' result files): risk of the drug, and the class that the published model gives it by majority.
PUBLISHED = {
    "azimilide": ("high", "high", (0.052610, 0.047005, 0.043436, 0.040913), 0.046008),
    "bepridil": ("high", "high", (0.054016, 0.046999, 0.043514, 0.042120), 0.046672),
    "clarithromycin": ("intermediate", "intermediate", (0.066999, 0.065112, 0.063496, 0.062051), 0.064417),
    "ranolazine": ("low", "low", (0.074605, 0.076793, 0.077628, 0.077750), 0.076713),
    "risperidone": ("intermediate", "intermediate", (0.068512, 0.067630, 0.066814, 0.066072), 0.067281),
    "tamoxifen": ("low", "low", (0.069484, 0.069057, 0.068429, 0.067617), 0.068649),
    "terfenadine": ("intermediate", "intermediate", (0.064142, 0.062071, 0.060941, 0.060259), 0.061837),
    "verapamil": ("low", "low", (0.071028, 0.070886, 0.070721, 0.070654), 0.070793),
}
# Coefficients of the published model of all 28 drugs.
MODEL = OrdinalModel(np.array([20.01200, 15.66543]), -292.5395)


class Tables:
    """labels.csv and biomarkers.csv, line by line."""

    def __init__(self, folder: Path):
        self.labels, self.biomarkers = folder / "labels.csv", folder / "biomarkers.csv"
        self.lines: list[list] = []
        self.values: list[list] = []

    def add(self, drug: str, dose: float, value: float | str, status="ok", sample="", member="", risk="", bnet=0.0):
        identity = f"row{len(self.lines)}"
        self.lines.append([identity, drug, dose, 10 * dose, sample, member, risk, "", bnet])
        self.values.append([identity, 1.0, status, "regular", "cardiac", value])

    def write(self) -> tuple[Path, Path]:
        write_csv(self.labels, HEADER, self.lines)
        write_csv(self.biomarkers, ["id", "IKr", "status", "class", "beats", "qNet_C_per_F"], self.values)
        return self.labels, self.biomarkers


@pytest.fixture
def published(tmp_path: Path) -> tuple[Path, Path]:
    """Tables of the published medians."""
    tables = Tables(tmp_path)
    tables.add("control", 0, 0.0697)
    for drug, (truth, _, qnet, _) in PUBLISHED.items():
        for dose, value in enumerate(qnet, start=1):
            tables.add(drug, dose, value, risk=truth, bnet={"low": 0, "intermediate": 1, "high": 2}[truth])
    return tables.write()


def test_the_mean_over_doses_is_the_published_score_and_its_class_the_published_one(published: tuple[Path, Path]):
    found = scores(*published, RiskSection(sweep="a"))
    assert found.drug.tolist() == list(PUBLISHED)
    assert found.value == pytest.approx([score for *_, score in PUBLISHED.values()], rel=1e-3)
    named = [("low", "intermediate", "high")[k] for k in MODEL.classes(found.value)]
    assert named == [of_majority for _, of_majority, *_ in PUBLISHED.values()]


def test_drugs_that_the_marker_parts_are_all_right_with_the_published_classes_beside(
    published: tuple[Path, Path], tmp_path: Path
):
    risk(*published, RiskSection(sweep="a", draws=50), tmp_path / "risk.json", tmp_path / "drugs.csv")
    found = read_metrics(tmp_path / "risk.json")
    of_all = found["markers"]["qNet_C_per_F"]["all"]
    assert (of_all["right"], of_all["drugs"], of_all["confusion"]) == (8, 8, [[3, 0, 0], [0, 3, 0], [0, 0, 2]])
    assert {name: one["value"] for name, one in of_all["statistics"].items()} == {
        "auc_low": 1,
        "auc_high": 1,
        "lr_plus_low": "infinite",
        "lr_plus_high": "infinite",
        "lr_minus_low": 0,
        "lr_minus_high": 0,
        "pairwise": 1,
        "mean_error": 0,
    }
    assert found["markers"]["Bnet"]["all"]["right"] == 8
    assert found["published"]["drugs"] == 8
    header, lines = read_csv(tmp_path / "drugs.csv")
    assert [line[0] for line in lines] == list(PUBLISHED)
    assert [line[header.index("published_all")] for line in lines] == [one for _, one, *_ in PUBLISHED.values()]
    assert [line[header.index("qNet_C_per_F_all")] for line in lines] == [one for one, *_ in PUBLISHED.values()]


@pytest.fixture(scope="module")
def cipa_by_bnet(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What is told of the 28 drugs of the CiPA initiative by Bnet alone, which no beat is simulated for."""
    folder = tmp_path_factory.mktemp("bnet")
    design = {"kind": "drug", "samples": 20, "seed": 1}
    sweep = {"cell": {"name": "ohara2011"}, "design": design, "protocol": {"duration_ms": 1000, "save_every_ms": 1}}
    labels(checked(SweepSection, sweep), DrugsSection(), folder / "labels.csv")
    settings = RiskSection(sweep="a", marker="Bnet", draws=100)
    risk(folder / "labels.csv", "not read", settings, folder / "risk.json", folder / "drugs.csv")
    return read_metrics(folder / "risk.json")


def test_bnet_classes_the_28_drugs_in_three_ways_and_the_published_result_is_beside(cipa_by_bnet: dict):
    found = cipa_by_bnet["markers"]["Bnet"]
    assert {run: found[run]["drugs"] for run in found} == {"all": 28, "leave_one_out": 28, "validation": 16}
    assert found["leave_one_out"]["right"] <= found["all"]["right"]
    assert np.sum(found["all"]["confusion"], axis=1).tolist() == [9, 11, 8]
    # Han et al. 2020: mean error 0.1854, 24 of 28 right; leave-one-out 23.
    published = cipa_by_bnet["published"]
    assert (published["all"]["right"], published["leave_one_out"]["right"]) == (24, 23)
    assert published["all"]["mean_error"] == pytest.approx(0.1854, abs=5e-5)


def test_each_interval_holds_its_value_and_more_where_drugs_are_drawn_too(cipa_by_bnet: dict):
    for name in ("auc_low", "auc_high", "pairwise"):
        one = cipa_by_bnet["markers"]["Bnet"]["all"]["statistics"][name]
        assert one["over_drugs"][0] <= one["over_samples"][0] <= one["over_samples"][1] <= one["over_drugs"][1]
        assert one["over_drugs"][0] <= one["value"] <= one["over_drugs"][1]


def test_doses_that_did_not_beat_are_left_out_of_the_mean(tmp_path: Path):
    tables = Tables(tmp_path)
    tables.add("control", 0, 1.0)
    for dose, value, status in ((1, 5.0, "ok"), (2, 7.0, "ok"), (3, 100.0, "silent"), (4, "", "ok")):
        tables.add("a", dose, value, status)
    assert scores(*tables.write(), RiskSection(sweep="a")).value.tolist() == [6]


def test_a_change_is_from_the_control_of_the_same_member(tmp_path: Path):
    tables = Tables(tmp_path)
    for member, value in (("m", 1.0), ("n", 3.0)):
        tables.add("control", 0, value, member=member)
    for member, value in (("m", 5.0), ("n", 6.0)):
        tables.add("a", 1, value, member=member)
    settings = RiskSection(sweep="a", change=True, doses_Cmax=(1.0,))
    assert scores(*tables.write(), settings).value.tolist() == [3.5]  # of 4 and 3


def test_drugs_of_two_classes_are_told_apart_and_one_without_a_class_is_predicted_but_not_judged(tmp_path: Path):
    tables = Tables(tmp_path)
    drugs = [("a", "low", 3.0), ("b", "low", 2.0), ("c", "high", 2.5), ("d", "high", 1.0), ("new", "", 0.5)]
    for drug, truth, value in (("control", "", 4.0), *drugs):
        tables.add(drug, 0 if drug == "control" else 1, value, risk=truth, bnet=-value)
    settings = RiskSection(sweep="a", doses_Cmax=(1.0,), draws=10)
    risk(*tables.write(), settings, tmp_path / "risk.json", tmp_path / "drugs.csv")
    found = read_metrics(tmp_path / "risk.json")["markers"]["qNet_C_per_F"]["all"]
    assert found["drugs"] == 4
    assert found["statistics"]["auc_high"]["value"] == found["statistics"]["auc_low"]["value"] == 0.75
    header, lines = read_csv(tmp_path / "drugs.csv")
    assert dict(zip(header, lines[-1], strict=True))["qNet_C_per_F_all"] == "high"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"marker": "qNet"}, r"marker: 'qNet' is unknown; .*biomarkers.csv has qNet_C_per_F; or Bnet, abnormal"),
        ({"doses_Cmax": (1.0, 8.0)}, r"doses_Cmax: azimilide was not simulated at 8 times its therapeutic conc"),
    ],
)
def test_what_is_not_there_is_told(published: tuple[Path, Path], tmp_path: Path, settings: dict, message: str):
    with pytest.raises(UserError, match=message):
        risk(*published, RiskSection(sweep="a", **settings), tmp_path / "risk.json", tmp_path / "drugs.csv")


def test_drugs_of_a_single_class_are_refused(tmp_path: Path):
    tables = Tables(tmp_path)
    for drug in ("control", "a", "b"):
        tables.add(drug, int(drug != "control"), 1.0, risk="high" * (drug != "control"))
    held, settings = tables.write(), RiskSection(sweep="a", doses_Cmax=(1.0,))
    with pytest.raises(UserError, match="drugs of two classes of risk at least are needed"):
        risk(*held, settings, tmp_path / "risk.json", tmp_path / "drugs.csv")


def test_a_drug_that_never_beats_is_told(tmp_path: Path):
    tables = Tables(tmp_path)
    tables.add("control", 0, 1.0)
    tables.add("a", 1, 1.0, "diverged")
    with pytest.raises(UserError, match="marker: no dose of a has a qNet_C_per_F"):
        scores(*tables.write(), RiskSection(sweep="a", doses_Cmax=(1.0,)))
