"""Which candidates are accepted, why the others are not, and what is told where none is."""

from pathlib import Path

import pytest

from gbar.config.calibrate import CalibrateSection
from gbar.config.explain import checked
from gbar.config.study import load_study
from gbar.drugs.calibrate import calibrate
from gbar.errors import UserError
from gbar.records.files import read_csv, write_csv
from gbar.records.metrics import read_metrics

HEADER = ["id", "IKr", "status", "class", "beats", "apd90_ms", "peak_mV"]
ROWS = [
    ["a", 0.8, "ok", "regular", "cardiac", 300.0, 30.0],
    ["b", 0.5, "ok", "regular", "cardiac", 500.0, 5.0],
    ["c", 1.2, "ok", "regular", "cardiac", 250.0, 40.0],
    ["d", 1.4, "silent", "silent", "cardiac", "", ""],
    ["e", 0.4, "ok", "no repolarisation", "cardiac", "", 20.0],
]


def run(folder: Path, tables: dict[str, list], **section) -> tuple[list[list[str]], list[list[str]], dict]:
    """Return the lines of members and of rejections, and the metrics."""
    paths = {}
    for sweep, rows in tables.items():
        paths[sweep] = folder / f"{sweep}.csv"
        write_csv(paths[sweep], HEADER, rows)
    settings = checked(CalibrateSection, {"sweep": "slow"} | section)
    calibrate(paths, settings, folder / "accepted.csv", folder / "rejections.csv", folder / "metrics.json")
    return (
        read_csv(folder / "accepted.csv")[1],
        read_csv(folder / "rejections.csv")[1],
        read_metrics(folder / "metrics.json", sealed=True),
    )


def test_members_have_every_biomarker_in_its_range_and_each_rejection_has_its_reasons(tmp_path: Path):
    ranges = {"apd90_ms": [180, 440], "peak_mV": [10, 55]}
    members, rejections, metrics = run(tmp_path, {"slow": ROWS}, ranges=ranges)
    assert members == [["a", "0.8"], ["c", "1.2"]]
    assert rejections == [
        ["b", "slow", "apd90_ms", "500.0", "180", "440", "above"],
        ["b", "slow", "peak_mV", "5.0", "10", "55", "below"],
        ["d", "slow", "status", "silent", "", "", "silent"],
        ["e", "slow", "apd90_ms", "", "180", "440", "undefined"],
    ]
    assert (metrics["candidates"], metrics["accepted"], metrics["members"]) == (5, 2, 2)
    assert metrics["rejected_by"] == {"slow.status": 1, "slow.apd90_ms": 2, "slow.peak_mV": 1}


def test_members_can_be_the_first_so_many(tmp_path: Path):
    members, _, metrics = run(tmp_path, {"slow": ROWS}, ranges={"apd90_ms": [180, 440]}, members=1)
    assert members == [["a", "0.8"]]
    assert (metrics["accepted"], metrics["members"]) == (2, 1)


def test_under_another_protocol_candidates_are_found_by_their_values_whatever_their_order(tmp_path: Path):
    fast = [[f"fast_{row[0]}", *row[1:5], 200.0 if row[0] == "c" else 270.0, 30.0] for row in reversed(ROWS)]
    members, rejections, _ = run(
        tmp_path,
        {"slow": ROWS, "fast": fast},
        ranges={"apd90_ms": [180, 440]},
        protocols={"fast": {"apd90_ms": [220, 300]}},
    )
    assert members == [["a", "0.8"]]
    assert ["c", "fast", "apd90_ms", "200.0", "220", "300", "below"] in rejections


def test_the_shipped_table_tells_what_of_it_was_not_measured(tmp_path: Path):
    members, _, metrics = run(tmp_path, {"slow": ROWS}, ranges="passini2017")
    assert [one for one, _ in members] == ["a", "c"]
    assert metrics["ranges"]["slow"] == {"apd90_ms": [180, 440], "peak_mV": [10, 55]}
    assert "Cai_duration90_ms" in metrics["not_measured"]["slow"]


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        (
            {"apd90_ms": [100, 200], "peak_mV": [10, 55]},
            r"ranges of slow: none of 5 candidates is accepted; nobody meets apd90_ms \[100, 200\]",
        ),
        (
            {"apd90_ms": [280, 600], "peak_mV": [35, 55]},
            r"each range is met by some, peak_mV by the fewest \(1\), \[35, 55\]",
        ),
        ({"apd9_ms": [100, 200]}, r"ranges of slow: 'apd9_ms' is unknown; .*slow.csv has apd90_ms, peak_mV"),
        ({"apd90_ms": [440, 180]}, r"ranges of slow: apd90_ms: \[440, 180\] must rise; nobody could meet it"),
    ],
)
def test_ranges_that_nobody_meets_or_nobody_measured_are_told_in_one_sentence(
    tmp_path: Path, ranges: dict, message: str
):
    with pytest.raises(UserError, match=message) as found:
        run(tmp_path, {"slow": ROWS}, ranges=ranges)
    assert "\n" not in str(found.value)
    assert not (tmp_path / "accepted.csv").exists()


def test_where_nobody_beats_that_is_told(tmp_path: Path):
    with pytest.raises(UserError, match="nobody meets apd90_ms"):
        run(tmp_path, {"slow": [ROWS[3]]}, ranges={"apd90_ms": [180, 440]})


def study(**changes) -> None:
    """Check a study of a population under drugs."""
    protocol = {"duration_ms": 1000, "save_every_ms": 1}
    cell = {"name": "ohara2011", "variant": "original"}
    candidates = {"kind": "population", "vary": ["IKr"], "range": [0.5, 1.5], "rows": 4}
    sweeps = {
        "slow": {"cell": cell, "design": candidates, "protocol": protocol},
        "fast": {"cell": cell, "design": candidates | changes.pop("fast", {}), "protocol": protocol},
        "under": {
            "cell": cell | changes.pop("cell", {}),
            "design": {"kind": "drug", "population": "people"} | changes.pop("design", {}),
            "protocol": protocol,
        },
    }
    people = {"sweep": "slow", "ranges": {"apd90_ms": [180, 440]}, "protocols": {"fast": "passini2017"}}
    load_study({"sweeps": sweeps, "calibrate": {"people": people | changes.pop("people", {})}} | changes)


def test_a_study_of_a_population_under_drugs_is_accepted():
    study()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"people": {"sweep": "none"}}, r"calibrate.people.sweep: 'none' is not allowed; it must be one of slow, fast"),
        ({"people": {"sweep": "under"}}, r"calibrate.people.sweep: 'under' is not allowed"),
        ({"fast": {"rows": 5}}, r"calibrate.people.protocols.fast: .* cell and design must be those of slow"),
        (
            {"design": {"population": "crowd"}},
            r"sweeps.under.design.population: 'crowd' is not allowed; .* one of people",
        ),
        ({"cell": {"variant": "original_epi"}}, r"sweeps.under.cell: must be that of sweep slow"),
        ({"people": {"ranges": "britton"}}, r"ranges: 'britton' is not allowed; it must be 'passini2017'"),
    ],
)
def test_populations_that_do_not_fit_their_sweeps_are_refused(changes: dict, message: str):
    with pytest.raises(UserError, match=message):
        study(**changes)
