"""Neurons that were put together, kept beside the compiled cells of other files, under a digest of all their files."""

import functools
import hashlib
import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from gbar.cable.tree import Cut, Piece
from gbar.cells.cell import Cell, Current, Parameter, State, Stimulation
from gbar.cells.imported.cache import SHOWN, VARIANT, folder, in_cache, plain, tuples
from gbar.cells.neurons.assembling import Assembled, assembled
from gbar.cells.neurons.neuron import Ion, Mechanism, Neuron, Setting
from gbar.cells.neurons.nmodl.generating import module_text
from gbar.cells.neurons.placing import Placed, path_of
from gbar.cells.neurons.told import Told
from gbar.errors import UserError
from gbar.records.digest import file_digest
from gbar.records.files import regular, write_text

DT_MS = 0.025  # NEURON's own
EQUATIONS = "gbar.cells.neurons.step"
REFERENCE = "neuron of the files"
MODULES = "gbar.cells.imported.modules"


def cell_of(told: Told) -> Cell:
    """Return the neuron of some files, put together now unless it is in the cache.

    Raises:
        UserError: files or values that make no neuron.
    """
    name = f"{plain(Path(told.morphology).stem)}@{digest(told)[:SHOWN]}"
    if not _table(name).exists():
        _make(told, name)
    return named(name)


def named(name: str) -> Cell:
    """Return a neuron that was put together on this machine.

    Raises:
        UserError: it was not, or not by this version.
    """
    return in_cache(name, lambda: _loaded(_table(name)))


def exists(name: str) -> bool:
    """Return whether a name is that of a neuron put together here."""
    return _table(name).exists()


def names() -> list[str]:
    """Return the neurons that were put together on this machine."""
    return sorted(path.name.removesuffix(_ending()) for path in folder().glob(f"*{_ending()}"))


def table(cell: Cell) -> dict[str, Any]:
    """Return what was understood of a neuron: `findings`, `files` with their digests, `modules` of mechanisms."""
    return json.loads(_table(cell.name).read_text(encoding="utf-8"))


def texts_of(cell: Cell) -> dict[str, str]:
    """Return the modules of the equations of a neuron by the names of its mechanisms."""
    return {
        one.suffix: (folder() / f"{one.module.rpartition('.')[2]}.py").read_text(encoding="utf-8")
        for one in cell.tuning.mechanisms
    }


def digest(told: Told) -> str:
    """Return a digest of what is said of a neuron and of the content of its files.

    Raises:
        UserError: a file cannot be read.
    """
    meaning = {
        "morphology": _content(Path(told.morphology)),
        "mechanisms": [[region, [_content(path_of(one)) for one in names]] for region, names in told.mechanisms],
        "parameters": dict(told.parameters),
        "rule": asdict(told.rule),
        "second_order": told.second_order,
    }
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()


def _content(path: Path) -> str:
    try:
        return hashlib.sha256(regular(path).read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(f"cell: {str(path)!r} cannot be read ({error.strerror})") from None


@functools.cache
def _generator() -> str:
    """Return a digest of the code that makes neurons of files."""
    found = hashlib.blake2b(digest_size=6)
    here = Path(__file__).parent
    for path in sorted([*here.rglob("*.py"), *here.rglob("*.mod"), *(here.parent / "imported").glob("*.py")]):
        found.update(path.read_bytes())
    return found.hexdigest()


def _ending() -> str:
    return f".{_generator()}.neuron.json"


def _table(name: str) -> Path:
    return folder() / f"{plain(name.partition('@')[0])}@{name.partition('@')[2]}{_ending()}"


def _make(told: Told, name: str) -> None:
    print(f"gbar: compiling {told.morphology}: reading its tree and mechanisms", file=sys.stderr, flush=True)
    _, mechanisms = assembled(told)
    modules = {one.sha256: f"m_{one.sha256[:SHOWN]}_{_generator()}" for one in mechanisms}
    for one in mechanisms:
        write_text(folder() / f"{modules[one.sha256]}.py", module_text(one.meant))
    made, _ = assembled(told, {sha: f"{MODULES}.{module}" for sha, module in modules.items()})
    files = {Path(told.morphology).name: file_digest(Path(told.morphology))}
    files |= {one.path.name: one.sha256 for one in mechanisms}
    told_of = {"files": files, "findings": _findings(made, mechanisms)}
    write_text(_table(name), json.dumps(asdict(made) | told_of, indent=1))


def _findings(made: Assembled, mechanisms: tuple[Placed, ...]) -> list[str]:
    """Return what was understood, in sentences."""
    count = {region: sum(one.group == region for one in made.cuts) for region in made.regions}
    pieces = {region: sum(len(one.pieces) for one in made.cuts if one.group == region) for region in made.regions}
    areas = {
        region: sum(piece.area_um2 for one in made.cuts if one.group == region for piece in one.pieces)
        for region in made.regions
    }
    found = [
        f"{region}: {count[region]} section{'s' if count[region] > 1 else ''}, {pieces[region]} "
        f"compartment{'s' if pieces[region] > 1 else ''}, {areas[region]:.6g} um2, with "
        + (", ".join(one.suffix for one in mechanisms if region in one.regions) or "no mechanism")
        for region in made.regions
    ]
    for one in mechanisms:
        states = ", ".join(one.meant.states) or "no states"
        currents = [name for name in one.meant.currents if not name.startswith("<")]
        found.append(f"{one.suffix} ({one.path.name}): {', '.join(currents) or 'no current'}; {states}")
    for ion in made.ions:
        if f"e{ion.name}" in {name for one in mechanisms if ion.region in one.regions for name in one.meant.reads}:
            how = f"is {ion.reversal}" if ion.reversal else f"follows from {ion.inside} and {ion.outside}"
            found.append(f"e{ion.name} of {ion.region} {how}")
    return found


@functools.lru_cache(maxsize=16)
def _loaded(table: Path) -> Cell:
    made = json.loads(table.read_text(encoding="utf-8"))
    modules = importlib.import_module(MODULES)
    if str(folder()) not in modules.__path__:
        modules.__path__.append(str(folder()))
    neuron = _assembled(made).neuron()
    for one in neuron.mechanisms:
        if not (folder() / f"{one.module.rpartition('.')[2]}.py").exists():
            raise OSError(f"{one.module} is not there")
    shown = ", ".join(f"{file} (SHA-256 {sha})" for file, sha in made["files"].items())
    name = table.name.removesuffix(_ending())
    regions = ", ".join(region for region, _ in neuron.regions)
    return Cell(
        name=name,
        variant=VARIANT,
        variants=(VARIANT,),
        title=f"Neuron of {len(neuron.tree.compartments)} compartments ({regions}) from {name.partition('@')[0]}",
        reference=f"{REFERENCE} {shown}",
        states=_states(neuron, {one["name"]: one["default"] for one in made["parameters"]}),
        parameters=tuple(Parameter(**tuples(one)) for one in made["parameters"]),
        currents=tuple(Current(**tuples(one)) for one in made["currents"]),
        tuning=neuron,
        equations=EQUATIONS,
        methods=("backward_euler",),
        dt_ms=DT_MS,
        stimulus=Stimulation("nA", gain=1.0),
        tissue="neuron",
        folds=True,
    )


def _assembled(made: dict[str, Any]) -> Assembled:
    def setting(one: dict[str, Any]) -> Setting:
        return Setting(one["field"], tuple(one["parameters"]), tuple(tuple(names) for names in one["scales"]))

    def mechanism(one: dict[str, Any]) -> Mechanism:
        pairs = {key: tuple(map(tuple, one[key])) for key in ("states", "reads", "currents")}
        plain = {key: tuple(one[key]) for key in ("regions", "writes")}
        return Mechanism(one["suffix"], one["module"], settings=tuple(map(setting, one["settings"])), **pairs, **plain)

    return Assembled(
        cuts=tuple(Cut(**{**one, "pieces": tuple(Piece(**piece) for piece in one["pieces"])}) for one in made["cuts"]),
        mechanisms=tuple(map(mechanism, made["mechanisms"])),
        ions=tuple(Ion(**one) for one in made["ions"]),
        capacitance=setting(made["capacitance"]),
        resistivity=setting(made["resistivity"]),
        parameters=(),
        currents=(),
        regions=tuple(made["regions"]),
        second_order=made["second_order"],
    )


def _states(neuron: Neuron, default: dict[str, float]) -> tuple[State, ...]:
    """Return every state; the soma's V is "V", others are named variable.section.compartment."""
    tree = neuron.tree
    node = [f"{piece.section}.{piece.number}" for piece in tree.compartments]
    node += [f"junction{number}" for number in range(tree.junctions)]
    found = [
        State("V" if k == tree.soma else f"V.{place}", default["v_init"], "mV", "voltage")
        for k, place in enumerate(node)
    ]
    inside = {f"{ion.name}i": ion.inside for ion in neuron.ions}
    for one in neuron.mechanisms:
        at = np.concatenate([np.arange(run.start, run.stop) for run in neuron.nodes_of(one.regions)])
        for state, _ in one.states:
            if state in one.writes:
                # One concentration is told of when a simulation ends: that of the soma.
                start = default.get(inside.get(state, ""), 0.0)
                found += [
                    State(
                        state if k == tree.soma else f"{state}.{node[k]}",
                        start,
                        "mM",
                        "concentration" if k == tree.soma else "buffer",
                    )
                    for k in at
                ]
            else:
                found += [State(f"{one.suffix}_{state}.{node[k]}", 0.0, "1", "gate") for k in at]
    return tuple(found)
