"""Design tables and the identities of their rows."""

import numpy as np
import pytest

from gbar.config.explain import checked
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.sweeps.design import design_table

FIVE = ["INa", "IKur", "IKr", "IK1", "ICaL"]
LEVELS = [round(0.2 * k, 1) for k in range(11)]


def sweep(design: dict, **other: object) -> SweepSection:
    return checked(SweepSection, {"cell": {"name": "akwaboah2021"}, "design": design} | other)


def ids(design: dict, **other: object) -> list[str]:
    return design_table(sweep(design, **other)).ids


def test_a_parameter_that_is_in_no_subset_stays_as_the_cell_has_it():
    table = design_table(sweep({"kind": "subsets", "vary": ["IKr", "Ko"], "levels": [4.0]}))
    assert table.values.tolist() == [[4, 5.4], [1, 4], [4, 4]]


def test_the_published_design_has_341_combinations_of_which_311_are_distinct():
    table = design_table(sweep({"kind": "subsets", "vary": FIVE, "levels": LEVELS}))
    assert table.combinations == 341
    assert len(table.ids) == len(set(table.ids)) == len(np.unique(table.values, axis=0)) == 311


def test_members_of_a_subset_share_one_level():
    values = design_table(sweep({"kind": "subsets", "vary": FIVE, "levels": LEVELS})).values
    for row in values:
        assert len(set(row) - {1.0}) <= 1


def test_one_at_a_time_is_the_control_and_each_quantity_alone():
    table = design_table(sweep({"kind": "one_at_a_time", "vary": ["INa", "Ko"], "levels": {"INa": [0, 1], "Ko": [8]}}))
    assert table.values.tolist() == [[1.0, 5.4], [0.0, 5.4], [1.0, 8.0]]
    assert table.combinations == 4


def test_a_grid_is_every_combination():
    table = design_table(sweep({"kind": "grid", "vary": FIVE, "levels": [0, 1, 2]}))
    assert len(table.ids) == 3**5
    assert len(design_table(sweep({"kind": "grid", "vary": FIVE, "levels": LEVELS})).ids) == 161_051


@pytest.mark.parametrize("kind", ["uniform", "sobol"])
def test_a_longer_random_design_begins_with_the_shorter(kind: str):
    design = {"kind": kind, "vary": FIVE, "range": [0, 2], "seed": 3}
    short, long = ids(design | {"rows": 24}), ids(design | {"rows": 48})
    assert long[:24] == short
    assert len(set(long)) == 48


@pytest.mark.parametrize("kind", ["uniform", "sobol"])
def test_random_rows_fill_their_range_evenly(kind: str):
    design = {"kind": kind, "vary": ["INa", "IKr"], "range": {"INa": [0, 2], "IKr": [0.5, 0.6]}, "rows": 1024}
    values = design_table(sweep(design)).values
    assert values.min(axis=0) == pytest.approx([0.0, 0.5], abs=0.01)
    assert values.max(axis=0) == pytest.approx([2.0, 0.6], abs=0.01)
    assert values.mean(axis=0) == pytest.approx([1.0, 0.55], abs=0.06)


def test_another_seed_gives_other_rows():
    design = {"kind": "sobol", "vary": FIVE, "range": [0, 2], "rows": 8}
    assert not set(ids(design | {"seed": 1})) & set(ids(design | {"seed": 2}))


def test_appending_a_level_or_adding_a_current_keeps_the_ids_that_were_there():
    published = ids({"kind": "subsets", "vary": FIVE, "levels": LEVELS})
    assert set(published) < set(ids({"kind": "subsets", "vary": FIVE, "levels": [*LEVELS, 2.2]}))
    assert set(published) < set(ids({"kind": "subsets", "vary": [*FIVE, "Ito"], "levels": LEVELS}))


def test_an_id_follows_from_the_meaning_of_a_row_not_from_the_kind_of_its_design(tmp_path):
    csv = tmp_path / "mine.csv"
    csv.write_text("IKr,INa\n0.4,1\n1,0.6\n")
    from_table = ids({"kind": "table", "path": str(csv)})
    from_levels = ids({"kind": "one_at_a_time", "vary": ["INa", "IKr"], "levels": {"INa": [0.6], "IKr": [0.4]}})
    assert set(from_table) < set(from_levels)


@pytest.mark.parametrize(
    "other",
    [
        {"cell": {"name": "akwaboah2021", "variant": "python"}},
        {"cell": {"name": "akwaboah2021", "parameters": {"Ko": 8}}},
        {"protocol": {"duration_ms": 100}},
        {"protocol": {"save_every_ms": 1}},
        {"solver": {"rtol": 1e-7}},
        {"solver": {"method": "rush_larsen"}},
    ],
)
def test_an_id_changes_with_all_that_bears_on_a_trace(other: dict):
    design = {"kind": "grid", "vary": ["INa"], "levels": [0.5]}
    assert ids(design, **other) != ids(design)


@pytest.mark.parametrize(
    "other",
    [
        {"cell": {"name": "akwaboah2021", "variant": "c"}},
        {"cell": {"name": "akwaboah2021", "parameters": {"Ko": 5.4}}},
        {"solver": {"dt_ms": 0.001}},
        {"rows_per_job": 3},
    ],
)
def test_an_id_stays_with_what_does_not(other: dict):
    design = {"kind": "grid", "vary": ["INa"], "levels": [0.5]}
    assert ids(design, **other) == ids(design)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("INa,IKr\n", "design is empty"),
        ("INa,IKr\n1\n", "line 2: 1 cells"),
        ("INa,IFoo\n1,1\n", "'IFoo' is unknown"),
        ("INa,IKr\n1,nan\n", "line 2, column IKr: nan"),
        ("INa,IKr\n1,high\n", "line 2, column IKr: 'high'"),
        ("INa,IKr\n1,-0.1\n", "line 2, column IKr: -0.1"),
        ("INa,IKr\n1,0.4\n0.5,1\n1.0,0.40\n", "line 4: the same setting as line 2"),
        ("INa,Ko\n0,5,5,4\n", "line 2: 4 cells; the header has 2 columns; numbers take a decimal point where commas"),
        ('INa,Ko\n"0,5",5.4\n', "line 2, column INa: '0,5' is not allowed; it must be a finite number"),
        ("INa;Ko\n1.000,5;5,4\n", "line 2, column INa: '1.000,5' is not allowed"),
        ("INa,Ko\n1,5_4\n", "line 2, column Ko: '5_4' is not allowed; it must be a finite number"),
        ("INa,IKr\n\n1,1\n\n\n1,high\n", "line 6, column IKr: 'high'"),
        ("INa,IKr\n\n1,1\n\n\n1,1\n", "line 6: the same setting as line 3"),
        ("INa,note\n1,mine\n", "the column 'note' is unknown; .* name those of the design in `vary`"),
        ("INa,,IKr\n1,2,3\n", "line 1: column 2 has no name"),
        ("INa,IKr\n1,2,3\n", "line 2: 3 cells; the header has 2 columns"),
    ],
)
def test_what_cannot_be_used_of_a_design_table_or_a_spreadsheet_garbles_is_named_with_its_line_in_the_file(
    tmp_path, text: str, message: str
):
    csv = tmp_path / "mine.csv"
    csv.write_text(text)
    with pytest.raises(UserError, match=message):
        ids({"kind": "table", "path": str(csv)})


@pytest.mark.parametrize(
    "text",
    [
        "INa;Ko\n0,5;5,4\n1;8\n",
        "INa;Ko;;\r\n0,5;5,4;;\r\n;;;\r\n1;8;;\r\n;;;\r\n",
        "sep=;\nINa;Ko\n0.5;5.4\n1;8\n",
        "INa\tKo\n0,5\t5,4\n1\t8\n",
        "INa,Ko,\n0.5,5.4,\n\n1,8,\n",
        "\ufeffINa , Ko\n 0.5 , 5.4\n1,8\n",
    ],
    ids=["semicolons", "empty cells", "sep=", "tabs", "commas", "spaces and a byte order mark"],
)
def test_tables_of_spreadsheets_mean_what_the_plain_one_means(tmp_path, text: str):
    plain, csv = tmp_path / "plain.csv", tmp_path / "mine.csv"
    plain.write_text("INa,Ko\n0.5,5.4\n1,8\n")
    csv.write_text(text, newline="")
    assert ids({"kind": "table", "path": str(csv)}) == ids({"kind": "table", "path": str(plain)})


def test_a_single_column_may_have_decimal_commas(tmp_path):
    csv = tmp_path / "mine.csv"
    csv.write_text("INa\n0,5\n1,25\n")
    assert design_table(sweep({"kind": "table", "path": str(csv)})).values.tolist() == [[0.5], [1.25]]


def test_other_columns_are_left_alone_where_vary_names_those_of_the_design(tmp_path):
    csv = tmp_path / "mine.csv"
    csv.write_text("note;INa;cell\nfirst, and best;0,5;\nsecond;1;x\n")
    table = design_table(sweep({"kind": "table", "path": str(csv), "vary": ["INa"]}))
    assert table.values.tolist() == [[0.5], [1.0]]


def test_a_table_in_another_encoding_is_told_to_be_saved_in_utf_8(tmp_path):
    csv = tmp_path / "mine.csv"
    csv.write_text("INa;µ\n1;1\n", encoding="cp1252")
    with pytest.raises(UserError, match="save it as CSV in UTF-8"):
        ids({"kind": "table", "path": str(csv), "vary": ["INa"]})


def test_a_missing_design_table_is_named_with_the_folder_it_was_looked_for_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as raised:
        ids({"kind": "table", "path": "mine/nowhere.csv"})
    assert str(raised.value).startswith("mine/nowhere.csv: cannot be read")
    assert str(raised.value).endswith(f"; it was looked for in {tmp_path}")


def test_a_missing_column_of_a_design_table_is_named(tmp_path):
    csv = tmp_path / "mine.csv"
    csv.write_text("INa\n1\n")
    with pytest.raises(UserError, match="'IKr' is missing; the header has INa"):
        ids({"kind": "table", "path": str(csv), "vary": ["INa", "IKr"]})


def test_a_missing_design_table_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.csv"):
        ids({"kind": "table", "path": str(tmp_path / "nowhere.csv")})
