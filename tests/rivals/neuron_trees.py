"""Neurons of SWC and NMODL in NEURON: the tree by its own Import3d, the mechanisms by its own compiler.

What is set is told in NEURON's words, by region: `described` says them of a cell of gbar. The number of compartments of
each section is gbar's as well, so that the two solve the same system.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gbar.cells import Cell


@dataclass(frozen=True)
class Description:
    """A neuron and its run.

    Attributes:
        swc: file of the tree.
        mods: files of the mechanisms that NEURON does not bring.
        mechanisms: (region, name) of every mechanism.
        values: (region, variable of NEURON's, value); variables that are no section's are set for all.
        compartments: number in each section, by NEURON's name of it.
        current_nA: injected into the middle of the soma, sample by sample of `dt_ms`.
        dt_ms: step.
        celsius, v_init: as in NEURON.
        second_order: as NEURON's `secondorder`.
        tolerance: of CVODE, absolute; a fixed step when None.
    """

    swc: str
    mods: tuple[str, ...]
    mechanisms: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str, float], ...]
    compartments: dict[str, int]
    current_nA: np.ndarray
    dt_ms: float
    celsius: float
    v_init: float
    second_order: bool = False
    tolerance: float | None = None


def described(
    cell: Cell, swc: Path, mods: Sequence[Path], current_nA: np.ndarray, tolerance: float | None = None
) -> Description:
    """Return a cell of gbar in NEURON's words."""
    neuron, default = cell.tuning, cell.parameter_defaults
    values = []
    regions = [region for region, _ in neuron.regions]
    for setting in (neuron.capacitance, neuron.resistivity):
        for region, name in zip(regions, setting.parameters, strict=True):
            values.append((region, setting.field, default[name]))
    for one in neuron.mechanisms:
        for setting in one.settings:
            for region, name in zip(one.regions, setting.parameters, strict=True):
                values.append((region, f"{setting.field}_{one.suffix}", default[name]))
    for ion in neuron.ions:
        if ion.reversal:
            values.append((ion.region, f"e{ion.name}", default[ion.reversal]))
        for side, name in (("i", ion.inside), ("o", ion.outside)):
            if name:
                values.append(("", f"{ion.name}{side}0_{ion.name}_ion", default[name]))
    compartments: dict[str, int] = {}
    for piece in neuron.tree.compartments:
        compartments[piece.section] = compartments.get(piece.section, 0) + 1
    return Description(
        str(swc),
        tuple(map(str, mods)),
        tuple((region, one.suffix) for one in neuron.mechanisms for region in one.regions),
        tuple(values),
        compartments,
        current_nA,
        cell.dt_ms,
        default["celsius"],
        default["v_init"],
        neuron.second_order,
        tolerance,
    )


def soma_mV(told: Description) -> np.ndarray:
    """Return V in the middle of the soma at every sample of the current; in a process that has done nothing else."""
    os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
    from neuron import h

    if told.mods:
        with tempfile.TemporaryDirectory() as folder:
            h.nrn_load_dll(_compiled(Path(folder), told.mods))
    h.load_file("stdlib.hoc")
    h.load_file("import3d.hoc")
    reader = h.Import3d_SWC_read()
    reader.quiet = 1
    reader.input(told.swc)
    h.Import3d_GUI(reader, False).instantiate(None)
    sections = {_name(section): section for section in h.allsec()}
    assert sorted(sections) == sorted(told.compartments)
    for name, section in sections.items():
        section.nseg = told.compartments[name]
        for region, mechanism in told.mechanisms:
            if name.startswith(f"{region}["):
                section.insert(mechanism)
    for region, variable, value in told.values:
        _set(h, [one for name, one in sections.items() if name.startswith(f"{region}[")], variable, value)
    for mechanism in {name for _, name in told.mechanisms}:
        if hasattr(h, f"usetable_{mechanism}"):
            setattr(h, f"usetable_{mechanism}", 0)
    return _run(h, sections["soma[0]"] if "soma[0]" in sections else next(iter(sections.values())), told)


def _name(section: Any) -> str:
    name = section.name()
    return name if "[" in name else f"{name}[0]"


def _set(h: Any, sections: list[Any], variable: str, value: float) -> None:
    try:
        for section in sections:
            setattr(section, variable, value)
        done = bool(sections)
    except (AttributeError, LookupError):
        done = False
    if not done:
        setattr(h, variable, value)


def _run(h: Any, soma: Any, told: Description) -> np.ndarray:
    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur = 0.0, 1e9
    samples = len(told.current_nA)
    starts_ms = np.arange(samples) * told.dt_ms
    h.celsius, h.dt = told.celsius, told.dt_ms
    h.secondorder = 2 if told.second_order else 0
    solver = h.CVode()
    if told.tolerance is None:
        current, times = h.Vector(told.current_nA), h.Vector(starts_ms + told.dt_ms / 2)
        current.play(clamp._ref_amp, times, True)
        record = h.Vector().record(soma(0.5)._ref_v)
    else:
        solver.active(1)
        solver.atol(told.tolerance)
        changes = np.flatnonzero(np.diff(told.current_nA, prepend=np.nan))
        current, times = h.Vector(told.current_nA[changes]), h.Vector(starts_ms[changes])
        current.play(clamp._ref_amp, times)
        wanted = h.Vector(starts_ms)
        record = h.Vector().record(soma(0.5)._ref_v, wanted)
    h.finitialize(told.v_init)
    context = h.ParallelContext()
    context.set_maxstep(10)
    context.psolve((samples - 0.5) * told.dt_ms)
    return record.as_numpy()[:samples].copy()


def _compiled(folder: Path, mods: Sequence[str]) -> str:
    (folder / "sources").mkdir()
    for mod in mods:
        shutil.copy(mod, folder / "sources")
    nrnivmodl = Path(sys.executable).with_name("nrnivmodl")
    run = subprocess.run([nrnivmodl, "sources"], cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"nrnivmodl failed:\n{run.stdout}{run.stderr}")
    (found,) = folder.glob("*/libnrnmech.*")
    return str(found)
