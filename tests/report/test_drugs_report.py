"""What the report says of drugs, classes of risk and populations, and how their files are checked."""

from pathlib import Path

import pytest

from gbar.config.calibrate import CalibrateSection
from gbar.config.explain import checked
from gbar.config.risk import RiskSection
from gbar.drugs.assess import risk
from gbar.drugs.calibrate import calibrate
from gbar.drugs.labels import HEADER
from gbar.drugs.shares import shares
from gbar.errors import UserError
from gbar.records.files import write_csv
from gbar.records.metrics import read_metrics, write_metrics
from gbar.report.drugs import drugs_part
from gbar.report.populations import populations_part
from gbar.report.risk import risk_part
from gbar.report.verify_drugs import verify_drugs

# Of each drug its class, and of its two doses two samples each: APD90 and class of the row.
REGULAR, EAD, STUCK = "regular", "afterdepolarisations", "no repolarisation"
DRUGS = {
    "control": ("", [[(280, REGULAR)]]),
    "verapamil": ("low", [[(285, REGULAR), (290, REGULAR)], [(290, REGULAR), (300, REGULAR)]]),
    "ranolazine": ("low", [[(300, REGULAR), (310, REGULAR)], [(310, REGULAR), (320, EAD)]]),
    "cisapride": ("intermediate", [[(340, REGULAR), (350, REGULAR)], [(350, REGULAR), (360, REGULAR)]]),
    "mine": ("intermediate", [[(345, REGULAR), (355, REGULAR)], [(350, REGULAR), ("", "diverged")]]),
    "dofetilide": ("high", [[(500, EAD), (420, REGULAR)], [("", STUCK), ("", STUCK)]]),
    "quinidine": ("high", [[(330, REGULAR), (335, REGULAR)], [(338, REGULAR), (341, REGULAR)]]),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The results of a sweep of drugs, and of its classes of risk."""
    sweep, judged = tmp_path / "sweeps/safety", tmp_path / "risk/cipa"
    labels, rows = [], []
    for drug, (truth, doses) in DRUGS.items():
        for place, samples in enumerate(doses):
            for sample, (apd90_ms, course) in enumerate(samples):
                identity, dose = f"{drug}{place}{sample}", 0 if drug == "control" else (1, 4)[place]
                named = [identity, drug, dose, 10 * dose, "" if drug == "control" else sample, ""]
                labels.append([*named, truth, "", 0.001 * float(apd90_ms or 400)])
                rows.append([identity, 1.0, "ok" if course != "diverged" else course, course, "cardiac", apd90_ms])
    write_csv(sweep / "labels.csv", HEADER, labels)
    write_csv(sweep / "biomarkers.csv", ["id", "IKr", "status", "class", "beats", "apd90_ms"], rows)
    shares(sweep / "labels.csv", sweep / "biomarkers.csv", sweep / "shares.csv")
    settings = RiskSection(sweep="safety", marker="apd90_ms", change=True, doses_Cmax=(1.0,), draws=20)
    tables = sweep / "labels.csv", sweep / "biomarkers.csv"
    risk(*tables, settings, judged / "metrics.json", judged / "drugs.csv")
    return tmp_path


def test_a_sweep_is_told_with_its_drugs_doses_samples_and_abnormal_rows(folder: Path):
    part = drugs_part({"safety": folder / "sweeps/safety/shares.csv"})
    assert part.sentences[0] == (
        "Sweep safety: 6 drugs (verapamil, ranolazine, cisapride, mine, dofetilide, quinidine) at 1 × Cmax, 4 × Cmax; "
        "2 samples of what is uncertain about each; 25 rows. 4 are abnormal, 1 not solved."
    )
    (table,) = part.tables
    assert table.header == ["drug", "1 × Cmax", "4 × Cmax"]
    assert table.rows == [["ranolazine", "0", "50.0"], ["dofetilide", "50.0", "100"]]
    assert table.caption.endswith("; 4 of 6 drugs without any are left out")


def test_classes_are_told_by_the_marker_and_bnet_with_intervals_and_what_was_published(folder: Path):
    part = risk_part({"cipa": folder / "risk/cipa/metrics.json"})
    metrics = read_metrics(folder / "risk/cipa/metrics.json")["markers"]
    right = {marker: (one["all"]["right"], one["leave_one_out"]["right"]) for marker, one in metrics.items()}
    (whole, left_out), (bnet, bnet_left_out) = right["apd90_ms"], right["Bnet"]
    assert part.opening == [
        f"Risk cipa: change of APD90 puts {whole} of 6 drugs right, {left_out} by leave-one-out; "
        f"Bnet puts {bnet} of 6 drugs right, {bnet_left_out} by leave-one-out."
    ]
    assert "Published of 5 of the drugs of cipa: " in part.sentences[0]
    statistics, ratios, by_apd90, by_bnet, of_drugs = part.tables
    assert [row[0] for row in statistics.rows] == [
        "change of APD90, all drugs",
        "Bnet, all drugs",
        "published, all drugs",
        "change of APD90, leave-one-out",
        "Bnet, leave-one-out",
        "published, leave-one-out",
    ]
    one = metrics["apd90_ms"]["all"]["statistics"]["auc_high"]
    cell = statistics.rows[0][statistics.header.index("AUC, high against rest")]
    assert cell.startswith(f"{one['value']:.3f} [{one['over_samples'][0]:.3f} to ")
    assert [len(row) for row in ratios.rows] == [5] * 4
    assert ratios.rows[0][1].startswith("∞ [")  # no drug of low risk is called dangerous
    confusion = metrics["apd90_ms"]["all"]["confusion"]
    assert [row[1:4] for row in by_apd90.rows] == [[str(n) for n in line] for line in confusion]
    assert by_bnet.caption.endswith("by Bnet")
    drugs = {row[0]: dict(zip(of_drugs.header, row, strict=True)) for row in of_drugs.rows}
    assert drugs["verapamil"]["change of APD90 (ms)"] == "7.50 [5.12 to 9.88]"
    assert drugs["quinidine"]["by change of APD90, all drugs"].endswith(" ✗")
    assert drugs["dofetilide"]["by change of APD90, all drugs"] == "high"
    assert drugs["mine"]["published, all drugs"] == "–"


def test_a_population_is_told_with_its_ranges_their_source_and_the_reasons(tmp_path: Path):
    header = ["id", "IKr", "status", "class", "beats", "apd90_ms", "mdp_mV"]
    rows = [
        ["a", 0.8, "ok", "regular", "cardiac", 300, -86],
        ["b", 0.5, "ok", "regular", "cardiac", 500, -86],
        ["c", 1.2, "ok", "regular", "cardiac", 150, -70],
        ["d", 1.4, "silent", "silent", "cardiac", "", ""],
        ["e", 0.9, "ok", "regular", "cardiac", 290, -86],
    ]
    write_csv(tmp_path / "biomarkers.csv", header, rows)
    section = checked(CalibrateSection, {"sweep": "candidates", "ranges": "passini2017", "members": 1})
    made = [tmp_path / name for name in ("accepted.csv", "rejections.csv", "metrics.json")]
    calibrate({"candidates": tmp_path / "biomarkers.csv"}, section, *made)
    part = populations_part({"people": made[2]}, {"people": section})
    assert part.opening == [
        "Population people: 2 of 5 candidates are accepted; its members are the first 1 of them; the most, 2, are "
        "rejected by APD90."
    ]
    (table,) = part.tables
    unsure = "Passini et al. 2017, as remembered: not compared with the paper"
    assert table.rows[:3] == [
        ["APD90", "candidates", "180 to 440 ms", unsure, "2", "1", "1", "0"],
        ["MDP", "candidates", "−95 to −80 mV", unsure, "1", "0", "1", "0"],
        ["a beat", "candidates", "solved, and beating", "–", "1", "–", "–", "–"],
    ]
    assert ["Cai duration 90", "candidates", "not measured in the sweep", unsure, "–", "–", "–", "–"] in table.rows


def test_metrics_that_lack_something_are_named(folder: Path):
    write_metrics(folder / "risk/cipa/metrics.json", {"markers": {}, "classes": []})
    with pytest.raises(UserError, match=r"metrics\.json: lacks 'published'; class the drugs again"):
        risk_part({"cipa": folder / "risk/cipa/metrics.json"})


def wrong(folder: Path) -> list[str]:
    return [f"{one.path.relative_to(folder)}: {one.said}" for one in verify_drugs(folder) if not one.ok]


def test_labels_shares_and_classes_are_as_written(folder: Path):
    assert wrong(folder) == []
    assert [one.path.name for one in verify_drugs(folder)] == ["labels.csv", "shares.csv", "metrics.json", "drugs.csv"]


def test_shares_that_are_not_those_of_the_rows_and_edited_classes_are_wrong(folder: Path):
    for file, old, new in (
        ("sweeps/safety/shares.csv", "0.5", "0.4"),
        ("risk/cipa/drugs.csv", "dofetilide,high", "dofetilide,low"),
    ):
        (folder / file).write_text((folder / file).read_text().replace(old, new, 1))
    assert wrong(folder) == [
        "sweeps/safety/shares.csv: is not as it was written; delete it and run Snakemake again",
        "risk/cipa/drugs.csv: is not as it was written (its digest differs); delete it and run Snakemake again",
    ]


def test_a_label_of_a_row_that_there_is_not_is_wrong(folder: Path):
    path = folder / "sweeps/safety/labels.csv"
    path.write_text(path.read_text().replace("dofetilide00,", "elsewhere,", 1))
    (told,) = wrong(folder)
    assert "lacks the row elsewhere" in told
    (folder / "sweeps/safety/shares.csv").unlink()
    path.write_text(path.read_text().replace("elsewhere,", "dofetilide00,", 1))
    assert wrong(folder) == ["sweeps/safety/shares.csv: is missing; run Snakemake again"]
