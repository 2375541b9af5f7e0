"""A stimulus from a file of the user's."""

from pathlib import Path

import pytest
from stimulus_sections import HEART, built, pieces, section

from gbar import stimuli
from gbar.errors import UserError


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "current.csv") -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return write


def test_a_value_holds_from_its_time_on_in_the_unit_of_the_cell(write):
    path = write("time_ms,value\n0,0\n5,-3.5\n6,-3.5\n7.25,0\n")
    assert pieces(built("csv", 10.0, HEART, path=path)) == [(0.0, 0.0), (5.0, -3.5), (7.25, 0.0)]
    assert pieces(built("csv", 10.0, HEART, path=path, gain=2))[1] == (5.0, -7.0)


def test_columns_may_come_in_any_order_among_others(write):
    assert pieces(built("csv", 10.0, path=write("note,value,time_ms\na,1,0\nb,2,5\n"))) == [(0.0, 1.0), (5.0, 2.0)]


def test_a_clamp_holds_the_potentials_of_the_file(write):
    stimulus = built("csv", 10.0, HEART, path=write("time_ms,value\n0,-80\n5,20\n"), clamp=True)
    assert stimulus.clamp
    assert pieces(stimulus) == [(0.0, -80.0), (5.0, 20.0)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "{path}: the table is empty; its first line must name the columns"),
        (
            "time,value\n0,1\n",
            "{path}: the column 'time_ms' is missing; the header has time, value, a stimulus needs time_ms and value",
        ),
        (
            "time_ms,pA\n0,1\n",
            "{path}: the column 'value' is missing; the header has time_ms, pA, a stimulus needs time_ms and value",
        ),
        ("time_ms,value\n", "{path}: the stimulus is empty; it must have at least one row below the header"),
        ("time_ms,value\n0,1\n1\n", "{path} line 3: 1 cells; the header has 2 columns"),
        (
            "time_ms,value\n0,1\n1,much\n",
            "{path} line 3, column value: 'much' is not allowed; it must be a finite number",
        ),
        ("time_ms,value\n0,1\n,1\n", "{path} line 3, column time_ms: '' is not allowed; it must be a finite number"),
        ("time_ms,value\n0,nan\n", "{path} line 2, column value: 'nan' is not allowed; it must be a finite number"),
        (
            "time_ms,value\n0,1\ninf,1\n",
            "{path} line 3, column time_ms: 'inf' is not allowed; it must be a finite number",
        ),
        ("time_ms,value\n1,1\n2,1\n", "{path} line 2: the first time_ms is 1; it must be 0"),
        ("time_ms,value\n-1,1\n2,1\n", "{path} line 2: the first time_ms is -1; it must be 0"),
        (
            "time_ms,value\n0,1\n5,1\n5,2\n",
            "{path} line 4: time_ms 5 does not come after 5, the time of the line before; times must rise",
        ),
        (
            "time_ms,value\n0,1\n5,1\n4.5,2\n",
            "{path} line 4: time_ms 4.5 does not come after 5, the time of the line before; times must rise",
        ),
        (
            "time_ms,value\n0,1\n10,2\n",
            "{path} line 3: time_ms 10, the stimulus is longer than the run; duration_ms must be above that, not 10",
        ),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(write, text: str, message: str):
    path = write(text)
    with pytest.raises(UserError) as raised:
        stimuli.check(section("csv", path=path), HEART, 10.0)
    assert str(raised.value) == message.format(path=path)


@pytest.mark.parametrize("text", ["time_ms;value\n0;1,5\n2,5;2\n", "value\ttime_ms\t\n1.5\t0\t\n\t\t\n2\t2.5\t\n"])
def test_a_file_of_a_spreadsheet_means_the_same(write, text: str):
    plain, other = write("time_ms,value\n0,1.5\n2.5,2\n", "plain.csv"), write(text, "other.csv")
    assert stimuli.meaning(section("csv", path=plain), HEART) == stimuli.meaning(section("csv", path=other), HEART)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time_ms,value\n\n0,1\n\n5_4,2\n", "line 5, column time_ms: '5_4' is not allowed; it must be a finite number"),
        ("time_ms,value\n\n\n1,1\n", "line 4: the first time_ms is 1; it must be 0"),
        ("time_ms;value\n0;1\n;\n2;1\n1,5;1\n", "line 5: time_ms 1.5 does not come after 2"),
        ("time_ms,value\n\n0,1\n\n10,2\n", "line 5: time_ms 10, the stimulus is longer than the run"),
    ],
)
def test_lines_are_counted_as_they_stand_in_the_file(write, text: str, message: str):
    with pytest.raises(UserError, match=message):
        stimuli.check(section("csv", path=write(text)), HEART, 10.0)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(UserError, match=r"nowhere\.csv: cannot be read as a CSV table"):
        built("csv", 10.0, path="nowhere.csv")


def test_a_file_means_the_function_it_describes(write):
    plain = write("time_ms,value\n0,1\n5,2\n", "plain.csv")
    same = write("value,time_ms\n1.00,0\n1.0,2\n2e0,5.0\n", "same.csv")
    other = write("time_ms,value\n0,1\n5,2.5\n", "other.csv")
    of_plain, of_same, of_other = (stimuli.meaning(section("csv", path=path), HEART) for path in (plain, same, other))
    assert of_plain == of_same
    assert of_plain is not None
    assert set(of_plain) == {"kind", "gain", "digest"}
    assert of_other != of_plain
    assert stimuli.meaning(section("csv", path=plain, gain=2), HEART) != of_plain
    assert stimuli.meaning(section("csv", path=plain, clamp=True), HEART) not in (None, of_plain)
