"""Files of altered cells."""

import json
from pathlib import Path

import pytest

from gbar import cells
from gbar.cells.altered import Altered, GateTable, read_altered, write_altered
from gbar.errors import UserError

CELL = cells.get("tentusscher2004", "epi")
TABLE = GateTable(V_mV=(-100.0, 0.0, 100.0), x_inf=(1.0, 0.5, 0.0), tau_ms=(1.0, 3.0, 2.0))
ALTERED = Altered(cell=CELL.name, variant="epi", scales={"gKr": 0.5}, gates={"f": TABLE})


def test_what_is_written_is_read(tmp_path: Path):
    write_altered(tmp_path / "cell.json", ALTERED)
    assert read_altered(tmp_path / "cell.json") == ALTERED


def test_a_cell_takes_the_tables_of_the_file():
    (curve,) = ALTERED.applied_to(CELL).tuning.curves
    assert (curve.gate, curve.lowest_mV, curve.step_mV) == ("f", -100.0, 100.0)
    assert (curve.x_inf, curve.tau_ms) == (TABLE.x_inf, TABLE.tau_ms)
    assert ALTERED.model_copy(update={"gates": {}}).applied_to(CELL) == CELL


def test_another_variant_is_refused():
    with pytest.raises(UserError, match="is about tentusscher2004 epi, not tentusscher2004 M"):
        ALTERED.applied_to(cells.get("tentusscher2004", "M"))


def test_a_file_that_was_changed_is_refused_unless_its_digest_was_removed(tmp_path: Path):
    path = tmp_path / "cell.json"
    write_altered(path, ALTERED)
    values = json.loads(path.read_text())
    values["scales"]["gKr"] = 0.4
    path.write_text(json.dumps(values))
    with pytest.raises(UserError, match="digest differs"):
        read_altered(path)
    del values["digest"]
    path.write_text(json.dumps(values))
    assert read_altered(path).scales == {"gKr": 0.4}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "format: "),
        ({"cell": "frog"}, "cell: 'frog' is not allowed"),
        ({"variant": "frog"}, "variant of tentusscher2004: 'frog' is not allowed"),
        ({"scales": {"gNo": 1}}, "scales: 'gNo' is not allowed; it must be one of gNa, "),
        ({"scales": {"gKr": -1}}, "scales.gKr: -1.0 is not allowed"),
        ({"scales": {"gKr": "much"}}, "scales.gKr: "),
        ({"gates": {"g": TABLE.model_dump()}}, "gates: 'g' is not allowed; it must be one of m, h, "),
        ({"gates": {"f": TABLE.model_dump() | {"x_inf": [1, 0]}}}, "gates.f: V_mV, x_inf and tau_ms must be of one"),
        ({"gates": {"f": TABLE.model_dump() | {"V_mV": [-100, 0, 90]}}}, "gates.f: V_mV must rise in equal steps"),
        ({"gates": {"f": TABLE.model_dump() | {"V_mV": [1, 0, -1]}}}, "gates.f: V_mV must rise in equal steps"),
        ({"gates": {"f": TABLE.model_dump() | {"tau_ms": [1, 0, 1]}}}, "gates.f.tau_ms.1: "),
        ({"gates": {"f": {}}}, "gates.f.V_mV: "),
        ({"cell": "akwaboah2021", "variant": "c", "scales": {}}, "gates: akwaboah2021 reads none from tables"),
        ({"rows": 3}, "unknown key 'rows'"),
    ],
)
def test_a_file_that_is_no_altered_cell_is_refused_in_one_line(tmp_path: Path, changes: dict, message: str):
    path = tmp_path / "cell.json"
    path.write_text(json.dumps(ALTERED.model_dump(mode="json") | changes))
    with pytest.raises(UserError) as error:
        read_altered(path)
    assert str(error.value).startswith(f"{path}: is no altered cell ({message}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"[1]", b"7", b"\xff", b"{" * 5, b"[" * 100_000],
    ids=["empty", "list", "number", "bytes", "cut off", "deep"],
)
def test_a_file_that_is_no_json_object_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "cell.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match="cannot be read as an altered cell"):
        read_altered(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(UserError, match="cannot be read as an altered cell"):
            read_altered(path)
