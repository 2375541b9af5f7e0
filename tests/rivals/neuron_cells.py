"""The cable cells and the Izhikevich neuron in NEURON: mechanisms/*.mod and the tables here, written for it alone.

A simulation is set up once, with one or more copies of the cell, and the rows run through it: set the parameters,
`finitialize`, `psolve`. NEURON's fixed step is backward Euler for the tree and `cnexp` for the gates. The stimulus is
played into the clamps: its sample k acts in the step that begins at sample k of the record.

NEURON brings a Sundials of its own: Myokit cannot be used in the same process.
"""

import atexit
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

MECHANISMS = Path(__file__).with_name("mechanisms")


def missing() -> str | None:
    """Return why NEURON cannot be used here, None where it can."""
    if find_spec("neuron") is None:
        return "NEURON is not installed: `make rivals`"
    if shutil.which(os.environ.get("CXX", "c++")) is None or shutil.which("make") is None:
        return "NEURON's mechanisms need make and a C++ compiler"
    return None


@cache
def simulator() -> Any:
    """Return NEURON's `h` with our mechanisms, which are compiled once in a process."""
    os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
    from neuron import h

    with tempfile.TemporaryDirectory() as folder:
        h.nrn_load_dll(str(_compiled(Path(folder), "libnrnmech.*")))
    return h


@cache
def coreneuron() -> Any:
    """Return NEURON's switch for CoreNEURON, its engine that computes a mechanism of many cells as vectors.

    While its `enable` is true, `psolve` runs there. The Izhikevich neuron needs hooks that CoreNEURON has not.
    """
    simulator()
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["CORENEURONLIB"] = str(_compiled(Path(folder), "libcorenrnmech.*", "-coreneuron", without="izhi"))
    from neuron import coreneuron

    return coreneuron


def _compiled(folder: Path, library: str, *options: str, without: str = "") -> Path:
    """Compile the mechanisms in a folder, as fast as the compiler can; return the library."""
    sources = [source for source in MECHANISMS.iterdir() if source.stem != without]
    (folder / "sources").mkdir()
    for source in sources:
        shutil.copy(source, folder / "sources")
    nrnivmodl = Path(sys.executable).with_name("nrnivmodl")
    command = [nrnivmodl, *options, "-incflags", "-Ofast -march=native", "sources"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"nrnivmodl failed:\n{run.stdout}{run.stderr}")
    (found,) = folder.glob(f"*/{library}")
    return found


class CableCell:
    """A tree of sections with a clamp in the middle of the soma.

    Attributes:
        parameters: what sets each parameter, by name; values in the units of the specification's tables.
        celsius: temperature, degrees.
        start_mV: V at the start.
        clamp_from_ms: before this time the clamp is off, whatever the stimulus.
    """

    parameters: Mapping[str, Callable[[float], None]]
    celsius: float
    start_mV: float
    clamp_from_ms = 0.0

    def __init__(self) -> None:
        self.soma = simulator().Section(name="soma")

    def section(self, name: str, length_um: float, diameter_um: float, parent: Any, compartments: int = 1) -> Any:
        """Return a new section, its start joined to the segment `parent`."""
        section = simulator().Section(name=name)
        section.L, section.diam, section.nseg = length_um, diameter_um, compartments
        section.connect(parent, 0)
        return section


class CableSimulation:
    """Some copies of a cell in one NEURON simulation, under the same stimulus."""

    def __init__(
        self, build: Callable[[], CableCell], current_nA: np.ndarray, dt_ms: float = 0.02, copies: int = 1
    ) -> None:
        """Set the simulation up.

        Args:
            build: the cell's class.
            current_nA: the stimulus; sample k acts from k to k + 1 steps.
            dt_ms: step.
            copies: rows that run at once.
        """
        h = simulator()
        self._cells = [build() for _ in range(copies)]
        cell = self._cells[0]
        h.celsius, h.dt = cell.celsius, dt_ms
        starts_ms = np.arange(len(current_nA)) * dt_ms
        current = h.Vector(np.where(starts_ms >= cell.clamp_from_ms - dt_ms / 4, current_nA, 0.0))
        middles = h.Vector(starts_ms + dt_ms / 2)  # where the fixed step reads what is played
        self._kept, self._records = [current, middles], []
        for copy in self._cells:
            clamp = h.IClamp(copy.soma(0.5))
            clamp.delay, clamp.dur = 0.0, 1e9
            current.play(clamp._ref_amp, middles, True)
            self._kept.append(clamp)
            self._records.append(h.Vector().record(copy.soma(0.5)._ref_v))
        self._samples, self._dt_ms = len(current_nA), dt_ms

    def run(self, rows: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return V in the soma in mV, (rows, samples), as many samples as the stimulus has; V[:, 0] is the start."""
        h = simulator()
        solver = h.ParallelContext()
        solver.set_maxstep(10)
        traces = np.empty((len(next(iter(rows.values()))), self._samples))
        for first in range(0, len(traces), len(self._cells)):
            block = traces[first : first + len(self._cells)]
            for cell, row in zip(self._cells, range(first, first + len(block)), strict=False):
                for name, values in rows.items():
                    cell.parameters[name](float(values[row]))
            h.finitialize(self._cells[0].start_mV)
            solver.psolve((self._samples - 0.5) * self._dt_ms)
            for trace, record in zip(block, self._records, strict=False):
                trace[:] = record.as_numpy()[: self._samples]
        return traces


class BallAndSticks(CableCell):
    """Soma with one apical and two basal sticks, "until 10par v1": 33 °C, 10 parameters."""

    celsius, start_mV = 33.0, -65.0

    def __init__(self) -> None:
        super().__init__()
        soma, stick_um = self.soma, 2.1
        soma.L = soma.diam = 21.0
        apical = self.section("apical", 210.0, stick_um, soma(1))
        basals = [self.section(f"basal{i}", 52.5, stick_um, soma(0)) for i in range(2)]
        everywhere = [soma, apical, *basals]
        for section in everywhere:
            section.Ra = 35.4
            section.cm = 1.0 if section in basals else 0.5
            for mechanism in ("na", "kv", "ca", "pas"):
                section.insert(mechanism)
            section.shift_na, section.e_pas = -10.0, -70.0
            section.ena, section.ek, section.eca = 50.0, -77.0, 132.4579
        regions = {"soma": [soma], "apic": [apical], "basal": basals}
        self.parameters = {
            f"g{channel}_{region}": _setter(f"gbar_{mechanism}", sections)
            for channel, mechanism in (("na", "na"), ("k", "kv"), ("ca", "ca"))
            for region, sections in regions.items()
        } | {"gl": _setter("g_pas", everywhere)}


class Mainen(CableCell):
    """Mainen & Sejnowski's cell with its dendrites collapsed to one chain: 22 compartments, 10 parameters, 37 °C."""

    celsius, start_mV, clamp_from_ms = 37.0, -70.0, 5.0
    DENDRITE_UM = (
        (174.350, 8.58425),
        (187.787, 9.95845),
        (180.731, 9.22414),
        (144.924, 5.93117),
        (72.4023, 1.48035),
    )  # length, diameter

    def __init__(self) -> None:
        super().__init__()
        soma = self.soma
        soma.L, soma.diam = 10.4946, 23.6128
        dendrites, end = [], soma(1)
        for i, (length_um, diameter_um) in enumerate(self.DENDRITE_UM):
            dendrites.append(self.section(f"d{i}", length_um, diameter_um, end))
            end = dendrites[-1](1)
        axon_um = math.sqrt(soma(0.5).area() / (4 * math.pi)) / 10
        hillock = self.section("hillock", 10.0, axon_um, soma(0.5), compartments=3)
        for segment in hillock:
            segment.diam = axon_um * (4 - 3 * segment.x)
        initial = self.section("initial", 15.0, axon_um, hillock(1), compartments=3)
        myelin, nodes, end = [], [], initial(1)
        for i in range(5):
            myelin.append(self.section(f"myelin{i}", 100.0, axon_um, end))
            nodes.append(self.section(f"node{i}", 1.0, 0.75 * axon_um, myelin[-1](1)))
            end = nodes[-1](1)
        everywhere = [soma, *dendrites, hillock, initial, *myelin, *nodes]
        for section in everywhere:
            section.Ra = 150.0
            section.insert("na")
            section.insert("pas")
            section.shift_na, section.e_pas = -5.0, -70.0
        for section in (soma, hillock, initial):
            section.insert("kv")
        for section in (soma, *dendrites):
            for mechanism in ("km", "kca", "ca", "cad"):
                section.insert(mechanism)
            simulator().ion_style("ca_ion", 0, 1, 0, 0, 0, sec=section)
            section.depth_cad = 0.1
            section.eca = 140.0
        for section in everywhere:
            section.ena = 60.0
            if simulator().ismembrane("k_ion", sec=section):
                section.ek = -90.0
        soma.gbar_ca, soma.gbar_km, soma.gbar_kca = 0.3, 0.1, 3.0
        for section in myelin:
            section.cm = 0.04
        for section in nodes:
            section.g_pas = 0.02
        leak = _setter("g_pas", [section for section in everywhere if section not in nodes])
        self.parameters = {
            "gna_dend": _setter("gbar_na", [*dendrites, *myelin]),
            "gna_node": _setter("gbar_na", [hillock, initial, *nodes]),
            "gna_soma": _setter("gbar_na", [soma]),
            "gkv_axon": _setter("gbar_kv", [hillock, initial]),
            "gkv_soma": _setter("gbar_kv", [soma]),
            "gkm_dend": _setter("gbar_km", dendrites),
            "gkca_dend": _setter("gbar_kca", dendrites),
            "gca_dend": _setter("gbar_ca", dendrites),
            "c_m": _setter("cm", [section for section in everywhere if section not in myelin]),
            "rm": lambda rm_ohm_cm2: leak(1 / rm_ohm_cm2),
        }


CELLS = {"ballsticks": BallAndSticks, "mainen1996": Mainen}


def cable(name: str, rows: Mapping[str, np.ndarray], current_nA: np.ndarray) -> np.ndarray:
    """Return V in mV, (rows, samples), of the cell of that name in gbar; all rows at once."""
    return CableSimulation(CELLS[name], current_nA, copies=len(next(iter(rows.values())))).run(rows)


def izhikevich(rows: Mapping[str, np.ndarray], current: np.ndarray, dt_ms: float = 0.02) -> np.ndarray:
    """Return V of the Izhikevich neuron in mV, (rows, samples), under the dimensionless current."""
    h, steps = simulator(), len(current)
    h.dt = dt_ms
    carrier = h.Section(name="carrier")
    neuron = h.Izhi(carrier(0.5))
    I = h.Vector(current)
    I.play(neuron._ref_I, dt_ms)
    V_mV = h.Vector().record(neuron._ref_seen)
    solver = h.ParallelContext()
    solver.set_maxstep(10)
    traces = np.empty((len(rows["a"]), steps))
    for row in range(len(traces)):
        for name in "abcd":
            setattr(neuron, name, float(rows[name][row]))
        h.finitialize()
        solver.psolve((steps - 0.5) * dt_ms)
        traces[row] = V_mV.as_numpy()[:steps]
    return traces


def _setter(variable: str, sections: list[Any]) -> Callable[[float], None]:
    def set_value(value: float) -> None:
        for section in sections:
            setattr(section, variable, value)

    return set_value
