"""How fast cells of files are solved, beside Myokit's CVODES on the same files, at the same accuracy.

64 random scalings of five currents, 1 s under the file's own pulse, V every 0.5 ms. Every setting is held against
CVODES at 1e-10: the worst row must be within 0.2 ms of APD90 and 0.5 mV (root mean square). The cheapest setting of
Myokit that is, and one common setting of gbar, are then timed in turns, as CPU time of one process, compilation left
out and told apart. The models are files of public collections, which this repository does not hold: name them.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from common import say, spread, table, write_section

HEADER = (
    "model (states)",
    "solver",
    "ms a cell-second",
    "times Myokit",
    "worst APD90, ms, and rms, mV",
    "first run, CPU s",
)
EVERY_MS, DURATION_MS = 0.5, 1000.0
APD90_MS, RMS_MV = 0.2, 0.5
RIVAL_TOLERANCES = ((1e-6, 1e-4), (1e-5, 1e-5), (1e-6, 1e-6), (1e-7, 1e-7))
CURRENTS = ("INa", "ICaL", "IKr", "IKs", "IK1")
SEED = 20261127


def main() -> None:
    """Measure each file and write a table of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="models, .mmt or .cellml")
    parser.add_argument("--rows", type=int, default=64, help="of each design (default %(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="turns (default %(default)s)")
    parser.add_argument("--rtol", type=float, default=3e-4, help="of gbar (default %(default)s)")
    options = parser.parse_args()
    from gbar.jobs.runtime import start_jax

    start_jax(x64=True)
    import jax

    jax.devices()  # before Myokit takes standard error for itself
    lines = [line for file in options.files for line in _measure(file, options.rows, options.repeats, options.rtol)]
    import myokit

    body = f"{_head(options.rows, options.rtol)}\n\n{table(HEADER, lines)}"
    write_section("Cells of files beside Myokit", body, {"myokit": myokit.__version__})


def _head(rows: int, rtol: float) -> str:
    return (
        f"{rows} scalings of {', '.join(CURRENTS)}, {DURATION_MS / 1000:g} s, V every {EVERY_MS:g} ms; errors are the "
        f"worst of all rows against CVODES at 1e-10, at most {APD90_MS:g} ms of APD90 and {RMS_MV:g} mV. gbar at rtol "
        f"{rtol:g} throughout, Myokit at its cheapest setting within them. Bars: 12 times as fast in float64, 18 in "
        f"float32. Median (lowest to highest) of turns, as CPU time, ms a cell-second:"
    )


def _measure(file: Path, rows: int, repeats: int, rtol: float) -> list[list[str]]:
    """Return the lines of a table, one for each contender."""
    from gbar import cells
    from gbar.config.stimulus import default_section
    from gbar.solve import SolverSettings, solve_rows
    from gbar.stimuli import build

    cell = cells.get(str(file))
    random = np.random.default_rng(SEED)
    scales = {name: random.uniform(0.5, 1.5, rows) for name in CURRENTS}
    section = default_section(cell.stimulus)
    stimulus = build(section, cell.stimulus, DURATION_MS, [0])

    def ours(precision: str) -> np.ndarray:
        settings = SolverSettings(rtol=rtol, precision=precision)  # type: ignore[arg-type]
        solution = solve_rows(cell, scales, {}, DURATION_MS, EVERY_MS, settings, stimulus=stimulus, dtype=np.float64)
        return solution.traces["V"]

    began = time.process_time()
    rival = Rival(file, scales)
    compiled_s = {"Myokit": time.process_time() - began}
    truth = rival.run((1e-10, 1e-10))
    setting = next(one for one in RIVAL_TOLERANCES if _good(_errors(rival.run(one), truth, section)))
    contenders = {"Myokit": lambda: rival.run(setting)}
    for precision in ("float64", "float32"):
        began = time.process_time()
        ours(precision)
        compiled_s[precision] = time.process_time() - began
        contenders[precision] = lambda precision=precision: ours(precision)
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    errors = {}
    for _ in range(repeats):
        for name, run in contenders.items():
            began = time.process_time()
            V = run()
            spent[name].append((time.process_time() - began) * 1e6 / rows / DURATION_MS)
            errors[name] = _errors(V, truth, section)
    lines = []
    for name, cost in spent.items():
        faster = [theirs / ours for theirs, ours in zip(spent["Myokit"], cost, strict=True)]
        setting_text = f"CVODES {setting[0]:g}/{setting[1]:g}" if name == "Myokit" else f"gbar, {name}"
        error = f"{errors[name][0]:.3f}, {errors[name][1]:.3f}{'' if _good(errors[name]) else ' (too far off)'}"
        first = f"{compiled_s[name]:.1f}"
        lines.append(
            [f"{file.stem} ({len(cell.states)})", setting_text, spread(cost, 2), spread(faster, 1), error, first]
        )
        say(" | ".join(lines[-1]))
    return lines


class Rival:
    """A file in Myokit, its currents scaled by factors on their right-hand sides."""

    def __init__(self, file: Path, scales: dict[str, np.ndarray]):
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
        self._scales = scales
        component = model.add_component("gbar_scale")
        for name in scales:
            variable = component.add_variable(name)
            variable.set_rhs(1)
            for leaf in leaves[name]:  # of a current that the file has in places, each
                model.get(leaf).set_rhs(myokit.Multiply(myokit.Name(variable), model.get(leaf).rhs()))
        model.validate()
        self._simulation = myokit.Simulation(model, protocol)
        self._unit = 1000.0 if model.time().unit() == myokit.units.s else 1.0

    def run(self, tolerance: tuple[float, float]) -> np.ndarray:
        """Return V, (rows, samples)."""
        self._simulation.set_tolerance(*tolerance)
        times = np.arange(round(DURATION_MS / EVERY_MS)) * EVERY_MS / self._unit
        traces = []
        for row in zip(*self._scales.values(), strict=True):
            self._simulation.reset()
            for name, value in zip(self._scales, row, strict=True):
                self._simulation.set_constant(f"gbar_scale.{name}", value)
            log = self._simulation.run(DURATION_MS / self._unit, log=[self._voltage], log_times=times)
            traces.append(log[self._voltage])
        return np.array(traces)


def _errors(V: np.ndarray, truth: np.ndarray, section) -> tuple[float, float]:
    """Return the worst error of APD90, ms, and the largest root mean square, mV, of all rows."""
    apart = [abs(_apd90(ours, section) - _apd90(theirs, section)) for ours, theirs in zip(V, truth, strict=True)]
    return float(np.nanmax(apart)), float(np.sqrt(np.mean((V - truth) ** 2, axis=1)).max())


def _apd90(V: np.ndarray, section) -> float:
    """Return the time from the pulse to 90 % of repolarisation, ms, between samples by straight lines."""
    begins = round(section.first_ms / EVERY_MS)
    rest = V[begins]
    level = rest + 0.1 * (V[begins:].max() - rest)
    top = begins + int(np.argmax(V[begins:]))
    below = np.flatnonzero(V[top:] < level)
    if not below.size:
        return np.nan
    k = top + below[0]
    return float((k - (level - V[k]) / (V[k - 1] - V[k])) * EVERY_MS - section.first_ms)


def _good(errors: tuple[float, float]) -> bool:
    return errors[0] <= APD90_MS and errors[1] <= RMS_MV


if __name__ == "__main__":
    main()
