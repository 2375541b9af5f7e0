import dataclasses

import numpy as np
import pytest

from gbar import cells
from gbar.solve import SolverSettings, kept, rosenbrock, solve_rows

CELL = cells.get("hodgkinhuxley1952")
X = np.array([1.0, 2.0])


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
    kept._surroundings.cache_clear()
    yield tmp_path / kept.FOLDER
    kept._surroundings.cache_clear()


@pytest.fixture(name="traced")
def _traced():
    return []


@pytest.fixture(name="doubled")
def _doubled(traced):
    """The function that a process keeps, as each new process makes it."""

    def of(cell=CELL, *options):
        def function(x):
            traced.append(x.shape)
            return {"doubled": 2 * x}

        return kept.kept(function, cell, *options)

    return of


def test_what_one_process_has_traced_no_other_traces_again(doubled, traced, folder):
    first, second = doubled(), doubled()
    np.testing.assert_array_equal(first(X)["doubled"], [2.0, 4.0])
    assert len(list(folder.iterdir())) == len(traced) == 1
    np.testing.assert_array_equal(second(X)["doubled"], [2.0, 4.0])
    np.testing.assert_array_equal(second(2 * X)["doubled"], [4.0, 8.0])
    assert len(traced) == 1


def test_other_shapes_types_options_and_cells_are_other_programs(doubled, traced):
    doubled()(X)
    for count, (run, x) in enumerate(
        [
            (doubled(), np.ones(3)),
            (doubled(), X.astype(np.int32)),
            (doubled(CELL, 256), X),
            (doubled(cells.get("akwaboah2021")), X),
            (doubled(dataclasses.replace(CELL, states=CELL.states[::-1])), X),
        ],
        start=2,
    ):
        run(x)
        assert len(traced) == count


@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda _: b"", lambda content: content[::-1]])
def test_a_damaged_program_is_traced_again_and_mended(doubled, traced, folder, damage):
    doubled()(X)
    (file,) = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    np.testing.assert_array_equal(doubled()(X)["doubled"], [2.0, 4.0])
    doubled()(X)
    assert len(traced) == 2


@pytest.mark.parametrize(
    ("module", "name", "other"),
    [
        (kept, "versions", lambda: {"jax": "0.0.1"}),
        (kept.jax, "default_backend", lambda: "another"),
        (kept, "library_digest", lambda: "of an edited library"),
    ],
)
def test_what_was_traced_for_another_version_device_or_library_is_not_taken(
    doubled, traced, monkeypatch, module, name, other
):
    doubled()(X)
    monkeypatch.setattr(module, name, other)
    kept._surroundings.cache_clear()
    doubled()(X)
    assert len(traced) == 2


def test_edited_equations_outside_of_the_library_are_another_program(doubled, traced, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "equations_of_mine.py"
    mine = dataclasses.replace(CELL, equations=module.stem)
    for count, text in enumerate(["a = 1\n", "a = 2\n"], start=1):
        module.write_text(text)
        doubled(mine)(X)
        assert len(traced) == count
    doubled(mine)(X)
    assert len(traced) == 2


def test_without_a_cache_that_can_be_written_a_program_is_traced_in_each_process(
    doubled, traced, tmp_path, monkeypatch
):
    (tmp_path / "file").touch()
    for count, folder in enumerate(["", str(tmp_path / "file"), "gs://bucket"], start=1):
        monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", folder)
        np.testing.assert_array_equal(doubled()(X)["doubled"], [2.0, 4.0])
        assert len(traced) == count
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_rows_solved_by_a_kept_program_are_the_same_to_the_bit(monkeypatch):
    def solved():
        rosenbrock.advance.cache_clear()
        return solve_rows(CELL, {"gNa": np.array([1.0, 1.1])}, {}, 20.0, 0.1, SolverSettings(lanes=16))

    first = solved()
    monkeypatch.setattr(type(CELL), "rates", None)  # which tracing would call
    again = solved()
    np.testing.assert_array_equal(again.traces["V"], first.traces["V"])
    np.testing.assert_array_equal(again.final_state, first.final_state)
