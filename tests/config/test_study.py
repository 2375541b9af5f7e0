"""The configuration: what is refused, how it is said, and that its meaning is canonical."""

import contextlib
import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gbar.config.simulation import SolverSection
from gbar.config.study import load_study, schema
from gbar.errors import UserError
from gbar.solve import SolverSettings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def default() -> dict:
    return yaml.safe_load((ROOT / "config.yaml").read_text())


def changed(values: dict, dotted: str, value: object) -> dict:
    values = copy.deepcopy(values)
    *path, last = dotted.split(".")
    section = values
    for key in path:
        section = section[key]
    section[last] = value
    return values


DESIGN = "sweeps.hipsc.design"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("modles", 1, "unknown key 'modles'; allowed are results, sweeps"),
        ("emulate.modles", {}, "emulate: unknown key 'modles'; did you mean 'models'?"),
        ("results", "a b; rm -rf", "results: 'a b; rm -rf' is not allowed"),
        ("sweeps", {}, "sweeps: {} is not allowed; it must have at least 1"),
        ("sweeps.hipsc", 5, "sweeps.hipsc: 5 is not allowed"),
        ("sweeps.Big", {}, "sweeps.Big"),
        ("sweeps.hipsc.cell.name", "akwaboah", "'akwaboah' is not allowed; it must be one of akwaboah2021"),
        ("sweeps.hipsc.cell.variant", "d", "'d' is not allowed; it must be one of c, python, corrected"),
        ("sweeps.hipsc.cell.parameters", {"K": 1}, "'K' is unknown; allowed are Nao, Ko"),
        (f"{DESIGN}.kind", "sobl", f"{DESIGN}.kind: 'sobl' is not allowed; it must be one of 'subsets'"),
        (f"{DESIGN}.kind", None, f"{DESIGN}.kind: None is not allowed; it must be one of 'subsets'"),
        (f"{DESIGN}.vary", ["INA"], "'INA' is unknown; allowed are INa, Ito"),
        (f"{DESIGN}.vary", ["INa", "INa"], "vary: 'INa' is there twice"),
        (f"{DESIGN}.vary", [], f"{DESIGN}.vary: [] is not allowed; it must have at least 1"),
        (f"{DESIGN}.levels", [], f"{DESIGN}.levels: [] is not allowed; it must have at least 1"),
        (
            f"{DESIGN}.levels",
            [1.0, float("nan")],
            f"{DESIGN}.levels[1]: nan is not allowed; it must be a finite number",
        ),
        (f"{DESIGN}.levels", [1.0, "high"], f"{DESIGN}.levels[1]: 'high' is not allowed; it must be a valid number"),
        (f"{DESIGN}.levels", [1.0, -0.2], "design: INa: -0.2 is not allowed; it must be a finite number of at least 0"),
        (f"{DESIGN}.levels", [1.0, 1], "1.0 is there twice"),
        ("sweeps.hipsc.protocol.duration_ms", -5, "duration_ms: -5 is not allowed; it must be greater than 0"),
        ("sweeps.hipsc.protocol.duration_ms", "long", "duration_ms: 'long' is not allowed; it must be a valid number"),
        ("sweeps.hipsc.protocol.duration_ms", True, "duration_ms: must be a number, not yes/no"),
        ("sweeps.hipsc.protocol.duration_ms", 500, "600 ms, longer than the simulation"),
        ("sweeps.hipsc.rows_per_job", 0, "rows_per_job: 0 is not allowed; it must be greater than or equal to 1"),
        ("sweeps.hipsc.rows_per_job", 1.5, "rows_per_job: 1.5 is not allowed; it must be a valid integer"),
        ("results", "workflow/studies", "results: 'workflow/studies' is not allowed; it must be a folder outside of"),
        ("results", "tests", "results: 'tests' is not allowed; it must be a folder outside of"),
        ("results", f"{ROOT}/docs/mine", "/docs, which is gbar's own"),
        ("emulate.sweep", "other", "emulate.sweep: 'other' is not allowed; it must be one of hipsc"),
        ("emulate.models.dlstm2.network.lstm_widths", [8], "lstm_widths: [8] is not allowed; dlstm2 takes 2"),
        ("emulate.models.dlstm2.training.epochs", 0, "epochs: 0 is not allowed"),
        ("emulate.split.test", 1.0, "test: 1.0 is not allowed; it must be less than 1"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_is_allowed(
    default: dict, key: str, value: object, message: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(ROOT)
    with pytest.raises(UserError) as raised:
        load_study(changed(default, key, value))
    assert message in str(raised.value)


def test_fewer_rows_than_folds_are_told_before_they_are_solved(default: dict):
    values = changed(changed(default, "invert.izhikevich.traces.held_out", 0.97), "invert.izhikevich.traces.folds", 100)
    with pytest.raises(UserError) as raised:
        load_study(values)
    assert "traces.folds: 100 is not allowed; of the 2000 rows of sweep izhikevich 60 are not held" in str(raised.value)


def test_a_results_folder_of_one_s_own_is_taken_whatever_it_is_called(default: dict, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("results", "workflow", "docs/mine", str(tmp_path / "tests")):
        assert load_study(default | {"results": folder}).results == folder


def keys_of(value: object, above: tuple = ()) -> Iterator[tuple]:
    """Yield the path of every key of a configuration, and of the first entry of every list."""
    inside = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*above, key)
        yield from keys_of(one, (*above, key))


@pytest.mark.parametrize(
    "odd", [5, -1, float("inf"), "odd", True, None, [], [[]], [None], ["odd", "odd"], {}, {"odd": 1}, {"name": "odd"}]
)
def test_whatever_stands_at_a_key_is_taken_or_refused_but_never_breaks_the_program(default: dict, odd: object):
    for *path, last in list(keys_of(default)):
        values = copy.deepcopy(default)
        section = values
        for key in path:
            section = section[key]
        section[last] = odd
        with contextlib.suppress(UserError):
            load_study(values)


def test_a_list_with_a_wrong_entry_is_not_called_too_short(default: dict):
    with pytest.raises(UserError) as raised:
        load_study(changed(default, "gating.closed_loop_ms", [-5]))
    assert str(raised.value) == (
        "configuration: gating.closed_loop_ms[0]: -5 is not allowed; it must be greater than 0"
    )


def test_several_mistakes_are_said_at_once(default: dict):
    wrong = changed(changed(default, "sweeps.hipsc.rows_per_job", 0), "emulate.split.test", 2)
    with pytest.raises(UserError) as raised:
        load_study(wrong)
    assert "rows_per_job" in str(raised.value)
    assert "emulate.split.test" in str(raised.value)


def test_the_same_meaning_has_the_same_canonical_text(default: dict):
    other = changed(default, "sweeps.hipsc.protocol", {"save_every_ms": "5e-2", "duration_ms": 5000.0})
    other["sweeps"]["hipsc"] = dict(reversed(other["sweeps"]["hipsc"].items()))
    other["sweeps"]["hipsc"]["solver"] = {"dt_ms": 0.0005}
    assert load_study(other).canonical() == load_study(default).canonical()


def test_a_study_laid_over_another_drops_a_key_with_null(default: dict):
    sobol = {"kind": "sobol", "vary": ["INa"], "levels": None, "range": [0, 2], "rows": 8}
    assert load_study(changed(default, DESIGN, sobol)).sweeps["hipsc"].design.kind == "sobol"


def test_the_solver_has_the_same_defaults_in_the_configuration_and_in_the_library():
    section, library = SolverSection().model_dump(), SolverSettings()
    assert section == {key: getattr(library, key) for key in section}


def test_the_schema_beside_the_rules_is_that_of_the_models():
    assert (ROOT / "workflow/schemas/config.schema.json").read_text() == schema()
