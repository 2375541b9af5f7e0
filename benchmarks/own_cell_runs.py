"""What `own_cell.py` times: rows of a model's file in gbar and in Myokit, and how far a trace is from another.

As a program it takes one contender from the file to all its rows, in a process of its own with what caches it is given,
and prints the CPU time of that as JSON: user and system, compilers and other children included, imports left out.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

EVERY_MS, DURATION_MS = 0.5, 1000.0
APD90_MS, RMS_MV = 0.2, 0.5
CURRENTS = ("INa", "ICaL", "IKr", "IKs", "IK1")
SEED = 20261127


def start() -> None:
    """Start JAX before Myokit takes standard error for itself."""
    from gbar.jobs.runtime import start_jax

    start_jax(x64=True)
    import jax

    jax.devices()
    import myokit  # noqa: F401


def cpu_s() -> float:
    """Return the CPU time of this process and of the children that it has waited for."""
    return sum(os.times()[:4])


def scalings(rows: int) -> dict[str, np.ndarray]:
    """Return the factor of each current in each row."""
    random = np.random.default_rng(SEED)
    return {name: random.uniform(0.5, 1.5, rows) for name in CURRENTS}


class Ours:
    """A cell in gbar.

    Args:
        cell: the cell.
        settings: of the solver.
        stimulus: section of the configuration; the cell's own when None.
        duration_ms: simulated time.
    """

    def __init__(self, cell: Any, settings: Any, stimulus: Any = None, duration_ms: float = DURATION_MS):
        from gbar.config.stimulus import default_section
        from gbar.stimuli import build

        self.cell, self._settings, self._duration_ms = cell, settings, duration_ms
        self.section: Any = stimulus or default_section(cell.stimulus)
        self._stimulus = build(self.section, cell.stimulus, duration_ms, [0])

    def run(self, rows: int) -> Any:
        """Return the solution."""
        from gbar.solve import solve_rows

        scales = {self._own_name(name): values for name, values in scalings(rows).items()}
        return solve_rows(
            self.cell, scales, {}, self._duration_ms, EVERY_MS, self._settings, stimulus=self._stimulus, dtype=float
        )

    def _own_name(self, current: str) -> str:
        """Return the cell's name of a current, which of some cells is that of its conductance."""
        names = (self.cell.called(one, parameters=False) for one in (current, f"g{current[1:]}"))
        return next(name for name in names if name in self.cell.current_names)


class Rival:
    """A file in Myokit, its currents scaled by factors on their right-hand sides; `compile_s` is what that takes it."""

    def __init__(self, file: Path):
        import myokit

        from gbar.cells.imported.currents import scalables
        from gbar.cells.imported.files import reading
        from gbar.cells.imported.model import Told

        model, protocol = reading.prepared(file, Told())
        source = reading.read(file, Told())
        leaves = {
            one.name: one.leaves for one in scalables(source, source.rates[source.voltage], source.equations, Told())
        }
        self._voltage = reading.voltage_of(file, model, Told())
        component = model.add_component("gbar_scale")
        for name in CURRENTS:
            variable = component.add_variable(name)
            variable.set_rhs(1)
            for leaf in leaves[name]:  # of a current that the file has in places, each
                model.get(leaf).set_rhs(myokit.Multiply(myokit.Name(variable), model.get(leaf).rhs()))
        model.validate()
        began = cpu_s()
        self._simulation = myokit.Simulation(model, protocol)
        self.compile_s = cpu_s() - began
        self._unit = 1000.0 if model.time().unit() == myokit.units.s else 1.0

    def run(self, rows: int, tolerance: tuple[float, float]) -> np.ndarray:
        """Return V, (rows, samples)."""
        self._simulation.set_tolerance(*tolerance)
        times = np.arange(round(DURATION_MS / EVERY_MS)) * EVERY_MS / self._unit
        traces, scales = [], scalings(rows)
        for row in zip(*scales.values(), strict=True):
            self._simulation.reset()
            for name, value in zip(scales, row, strict=True):
                self._simulation.set_constant(f"gbar_scale.{name}", value)
            log = self._simulation.run(DURATION_MS / self._unit, log=[self._voltage], log_times=times)
            traces.append(np.array(log[self._voltage]))
        return np.array(traces)


def errors(V: np.ndarray, truth: np.ndarray, first_ms: float) -> tuple[float, float]:
    """Return the worst error of APD90, ms, and the largest root mean square, mV, of all rows."""
    apart = [abs(_apd90(ours, first_ms) - _apd90(theirs, first_ms)) for ours, theirs in zip(V, truth, strict=True)]
    return float(np.nanmax(apart)), float(np.sqrt(np.mean((V - truth) ** 2, axis=1)).max())


def good(found: tuple[float, float]) -> bool:
    """Return whether errors are within what is asked for."""
    return found[0] <= APD90_MS and found[1] <= RMS_MV


def _apd90(V: np.ndarray, first_ms: float) -> float:
    """Return the time from the pulse to 90 % of repolarisation, ms, between samples by straight lines."""
    begins = round(first_ms / EVERY_MS)
    rest = V[begins]
    level = rest + 0.1 * (V[begins:].max() - rest)
    top = begins + int(np.argmax(V[begins:]))
    below = np.flatnonzero(V[top:] < level)
    if not below.size:
        return np.nan
    k = top + below[0]
    return float((k - (level - V[k]) / (V[k - 1] - V[k])) * EVERY_MS - first_ms)


def _from_the_file(file: str, rows: int, precision: str | None, tolerance: Any) -> float:
    """Return the CPU time of all rows of a file, compilation included, by gbar in a precision or, with None, Myokit."""
    if precision is None:
        rival = Rival(Path(file))
        began = cpu_s()
        rival.run(rows, tolerance)
        return rival.compile_s + cpu_s() - began
    from gbar import cells
    from gbar.solve import SolverSettings

    began = cpu_s()
    Ours(cells.get(file), SolverSettings(rtol=tolerance, precision=precision)).run(rows)  # type: ignore[arg-type]
    return cpu_s() - began


if __name__ == "__main__":
    start()
    print(json.dumps({"cpu_s": _from_the_file(**json.loads(sys.argv[1]))}))
