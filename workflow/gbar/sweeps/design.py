"""Design tables: the settings of a sweep, one row each, with identities that outlive edits of the design.

A row's `id` is a hash of what the row means: cell, variant, whatever differs from the cell's own conductances and
parameters, protocol and solver. Appending a level, adding a current or doubling a random design therefore keeps
the ids of the rows that were there.
"""

import hashlib
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gbar import stimuli
from gbar.cells import Cell
from gbar.config.base import canonical
from gbar.config.design import (
    DrugDesign,
    GridDesign,
    OneAtATimeDesign,
    PopulationDesign,
    SobolDesign,
    SubsetsDesign,
    TableDesign,
    UniformDesign,
)
from gbar.config.sweep import STIMULUS, SweepSection
from gbar.drugs.drug import Drug
from gbar.drugs.rows import chosen_drugs
from gbar.drugs.table import cipa
from gbar.errors import UserError, wrong
from gbar.records.files import regular
from gbar.records.user_tables import Line, UserTable, read_user_table
from gbar.sweeps.drug_design import rows_of_drugs
from gbar.sweeps.random_rows import population_rows, sobol_rows, uniform_rows

ID_BYTES = 10  # 80 bits: two of a million rows share an id with a chance of 4e-13
ROWS_IN_WORDS = 65_536  # rows whose text is held at once: a million of ten parameters is a gigabyte


@dataclass(frozen=True)
class DesignTable:
    """The distinct settings of a sweep.

    Attributes:
        quantities: names of the varied currents (their scaling) and parameters (their value), length n.
        values: one row a setting, shape (rows, n).
        ids: identity of each row.
        combinations: settings counted with their repetitions, as a design's paper counts them.
    """

    quantities: tuple[str, ...]
    values: np.ndarray
    ids: list[str]
    combinations: int


def design_table(
    sweep: SweepSection, drugs: Mapping[str, Drug] | None = None, members: str | Path | None = None
) -> DesignTable:
    """Return the settings of a sweep in the order of its design, each once.

    Args:
        sweep: its section of the configuration.
        drugs: those that a design of drugs can name; the 28 of the CiPA initiative when left out.
        members: table of the members of its population.

    Raises:
        UserError: a design CSV that cannot be used, drugs that cannot be named, or a design without rows.
    """
    design = sweep.design
    lines: list[int] = []
    match design:
        case SubsetsDesign():
            names, values = list(design.vary), _subsets(design, sweep.own_values())
        case OneAtATimeDesign():
            names, values = list(design.vary), _one_at_a_time(design, sweep.own_values())
        case GridDesign():
            names, values = list(design.vary), _grid(design)
        case UniformDesign():
            names, values = list(design.vary), uniform_rows(design)
        case SobolDesign():
            names, values = list(design.vary), sobol_rows(design)
        case PopulationDesign():
            names, values = list(design.vary), population_rows(design, sweep.own_values())
        case TableDesign():
            names, values, lines = _table(design, sweep)
        case DrugDesign():
            rows = rows_of_drugs(sweep, drugs, members)
            names, values = rows.quantities, rows.values
    values = values + 0.0  # -0.0 and 0.0 are one setting
    ids = row_ids(sweep, names, values)
    first = {identity: row for row, identity in reversed(list(enumerate(ids)))}
    keep = sorted(first.values())
    if isinstance(design, TableDesign) and len(keep) < len(ids):
        repeated = next(row for row, identity in enumerate(ids) if first[identity] != row)
        raise UserError(
            f"{design.path} line {lines[repeated]}: the same setting as line {lines[first[ids[repeated]]]}; "
            "every row must be a setting of its own"
        )
    return DesignTable(tuple(names), values[keep], [ids[row] for row in keep], len(ids))


def design_key(sweep: SweepSection, drugs: Mapping[str, Drug] | None = None, members: str | Path | None = None) -> str:
    """Return a digest of everything the design table follows from, the content of the user's files included.

    The arguments are those of `design_table`.
    """
    meaning = canonical(sweep.model_dump(mode="json", exclude={"voltage"}))
    digest = hashlib.blake2b(meaning.encode(), digest_size=16)
    stimulus = sweep.protocol.stimulus
    files = {"design.path": sweep.design.path if isinstance(sweep.design, TableDesign) else None}
    files["cell.morphology"] = sweep.cell.morphology
    files["stimulus.path"] = getattr(stimulus, "path", None)
    if sweep.cell.name is None:
        digest.update(sweep.cell.cell().name.encode())  # which holds a digest of its files
    files["design.population"] = None if members is None else str(members)
    if isinstance(sweep.design, DrugDesign):
        chosen = chosen_drugs(sweep.design, cipa() if drugs is None else drugs)
        digest.update(repr(chosen).encode())
    for key, path in files.items():
        if path is not None:
            digest.update(_content(key, path))
    return digest.hexdigest()


def _content(key: str, path: str) -> bytes:
    try:
        return regular(path).read_bytes()
    except OSError as error:
        place = "" if Path(path).is_absolute() else f"; it was looked for in {Path.cwd()}"
        raise UserError(f"{key}: {path!r} cannot be read ({error.strerror}){place}") from None


def solver_meaning(sweep: SweepSection) -> dict[str, float | str | None]:
    """Return the solver settings that bear on a trace: those of the method in use."""
    solver = sweep.solver.settings().of_cell(sweep.cell.cell())
    meaning: dict[str, float | str | None] = {"method": solver.method}
    if solver.method == "rosenbrock":
        meaning |= {"rtol": solver.rtol, "max_step_ms": solver.max_step_ms}
    else:
        meaning |= {"dt_ms": solver.dt_ms}
    return meaning if solver.precision == "float64" else meaning | {"precision": solver.precision}


def row_ids(sweep: SweepSection, names: list[str], values: np.ndarray) -> list[str]:
    """Return the identity of each row of values, shape (rows, names)."""
    own = sweep.own_values()
    common = hashlib.blake2b(canonical(_common_meaning(sweep)).encode(), digest_size=ID_BYTES)
    fixed = {name: value for name, value in sweep.cell.fixed.items() if name not in names}
    order = sorted([*(name for name in names if not name.startswith(STIMULUS)), *fixed])
    ids = []
    said = _said(names, order, values, own, fixed)
    for meaning, stimulus in zip(said, _stimulus_meanings(sweep, names, values), strict=True):
        digest = common.copy()
        digest.update(",".join(filter(None, meaning)).encode() + stimulus)
        ids.append(digest.hexdigest())
    return ids


def _said(
    names: list[str], order: list[str], values: np.ndarray, own: Mapping[str, float], fixed: Mapping[str, float]
) -> Iterator[tuple[str, ...]]:
    """Yield what each row says of the quantities in `order`, nothing where a value is the cell's own."""
    column = {name: place for place, name in enumerate(names)}
    for start in range(0, len(values), ROWS_IN_WORDS):
        part = values[start : start + ROWS_IN_WORDS]
        # Column by column: a million rows are done in seconds.
        words = [
            [
                f"{name}={value!r}" if value != own[name] else ""
                for value in (part[:, column[name]].tolist() if name in column else [fixed[name]] * len(part))
            ]
            for name in order
        ]
        yield from zip(*words, strict=True) if words else itertools.repeat((), len(part))


def _common_meaning(sweep: SweepSection) -> dict[str, Any]:
    """Return what all rows of a sweep have in common but for the stimulus."""
    cell = sweep.cell.cell()
    meaning = {
        "cell": cell.name,
        "variant": cell.variant,
        "protocol": sweep.protocol.model_dump(mode="json", exclude={"stimulus"}),
        "solver": solver_meaning(sweep),
    }
    if sweep.outputs:
        meaning["outputs"] = sweep.outputs
    if sweep.cell.morphology is not None:
        content = _content("cell.morphology", sweep.cell.morphology)
        meaning["morphology"] = hashlib.blake2b(content, digest_size=ID_BYTES).hexdigest()
    return meaning


def _stimulus_meanings(sweep: SweepSection, names: list[str], values: np.ndarray) -> Iterator[bytes]:
    """Yield what each row's stimulus adds to its identity: nothing where it is the cell's own."""
    cell = sweep.cell.cell()
    section = sweep.protocol.stimulus_of(cell)
    varied = {
        name.removeprefix(STIMULUS): values[:, column] for column, name in enumerate(names) if name.startswith(STIMULUS)
    }
    sweep.check_varied(names)
    stimuli.check(section, cell.stimulus, sweep.protocol.duration_ms, varied)
    if varied:
        meanings = iter(stimuli.row_meanings(section, cell.stimulus, varied))
    else:
        meanings = itertools.repeat(stimuli.meaning(section, cell.stimulus), len(values))
    for meaning in meanings:
        yield b"" if meaning is None else b";stimulus=" + canonical(meaning).encode()


def _subsets(design: SubsetsDesign, own: Mapping[str, float]) -> np.ndarray:
    """Every non-empty subset of the quantities by every level; the rest stay as they are (published: 31 x 11 = 341)."""
    members = np.array(
        [
            [place in subset for place in range(len(design.vary))]
            for size in range(1, len(design.vary) + 1)
            for subset in itertools.combinations(range(len(design.vary)), size)
        ]
    )
    levels = np.array(design.levels, dtype=float)
    rest = np.array([own[name] for name in design.vary])
    return np.where(members[:, None, :], levels[None, :, None], rest).reshape(-1, len(design.vary))


def _one_at_a_time(design: OneAtATimeDesign, own: dict[str, float]) -> np.ndarray:
    control = [own[name] for name in design.vary]
    rows = [control]
    for place, name in enumerate(design.vary):
        rows += [[*control[:place], level, *control[place + 1 :]] for level in design.levels_of(name)]
    return np.array(rows, dtype=float)


def _grid(design: GridDesign) -> np.ndarray:
    axes = [np.array(design.levels_of(name), dtype=float) for name in design.vary]
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)


def _table(design: TableDesign, sweep: SweepSection) -> tuple[list[str], np.ndarray, list[int]]:
    """Return names and values of a design CSV, and the lines of the file that they stand in."""
    table = read_user_table(design.path)
    allowed = sweep.own_values()
    cell = sweep.cell.cell()
    names = [cell.called(name) for name in design.vary or table.header]
    header = [cell.called(name) for name in table.header]
    for name in names:
        if header.count(name) > 1:
            raise UserError(f"{design.path}: the column {name!r} stands twice; every column must have its own name")
        if name not in header:
            raise UserError(f"{design.path}: the column {name!r} is missing; the header has {', '.join(table.header)}")
        if name not in allowed:
            others = "" if design.vary else "; where the table has others, name those of the design in `vary`"
            raise UserError(f"{design.path}: the column {name!r} is unknown; allowed are {', '.join(allowed)}{others}")
    if not table.rows:
        raise UserError(f"{design.path}: the design is empty; it must have at least one row below the header")
    values = np.empty((len(table.rows), len(names)))
    for place, row in enumerate(table.rows):
        for column, name in enumerate(names):
            values[place, column] = _table_number(table, row, table.header[header.index(name)], cell)
    return names, values, [row.number for row in table.rows]


def _table_number(table: UserTable, row: Line, name: str, cell: Cell) -> float:
    key, value = f"{table.path} line {row.number}, column {name}", table.number(row, name)
    text = row.cells[table.header.index(name)]
    if math.isnan(value) and text.lower() != "nan":
        raise wrong(key, text, "a finite number")
    if name.startswith(STIMULUS):
        if not math.isfinite(value):
            raise wrong(key, value, "a finite number")
    else:
        cell.check_value(key, cell.called(name), value)
    return value
