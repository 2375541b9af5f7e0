"""How fast the cells that are differential equations are solved, beside Myokit's CVODES, at the same accuracy.

Each contender is run at several tolerances (or steps) and held against CVODES at 1e-10; the error is that of the worst
row. Of each, the cheapest setting that is accurate enough is then timed in turns with the others, compilation left
out. All return V every 0.1 ms. Myokit logs its own steps, with cubics between them, which is cheaper than a log at that
interval; the latter is timed as well.
"""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import common
import contest
import numpy as np
from published_design import SWEEP

EVERY_MS = 0.1
RTOLS = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 1e-6)
PRECISIONS = ("float64", "float32")
RIVAL_RTOLS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
RIVAL_ATOLS = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
RIVAL = "Myokit, log of its own steps"
FAR_BEHIND = 20.0  # times the cost of the cheapest
SEED = 20261122


@dataclass(frozen=True)
class Case:
    """A cell, what it does, and how well it must be done.

    Attributes:
        name: of the cell.
        task: what is solved, in words.
        scales: of the rows.
        duration_ms: length of a run.
        dts_ms: steps at which the fixed-step method is tried, none where it would take too long.
        measure: maps V (samples,) to what must be right.
        error: what the error is, with its unit.
        at_most: largest error.
        bar: least times faster.
        aim: wished times faster.
    """

    name: str
    task: str
    scales: dict[str, np.ndarray]
    duration_ms: float
    dts_ms: tuple[float, ...]
    measure: Callable[[np.ndarray], np.ndarray]
    error: str
    at_most: float
    bar: float | None = None
    aim: float | None = None


def main() -> None:
    """Measure each cell and write its section of RESULTS.md."""
    parser = contest.parser(__doc__, 64, "of each design")
    parser.add_argument("--only", help="one cell")
    options = parser.parse_args()
    contest.begin()
    from rivals import myokit_cells

    contest.leave_unless(myokit_cells.missing())
    for case in _cases(options.rows):
        if options.only in (None, case.name):
            _measure(case, options.rows, options.repeats)


def _cases(rows: int) -> list[Case]:
    from rivals import designs, measures

    t_ms = np.arange(10_000 * 10) * EVERY_MS
    return [
        Case(
            name="akwaboah2021",
            task="random rows of the published design, 5 s",
            scales=_published_rows(rows),
            duration_ms=5000.0,
            dts_ms=(),
            measure=partial(measures.upstrokes_ms, every_ms=EVERY_MS),
            error="worst error of an upstroke (ms)",
            at_most=0.3,
            bar=5.0,
            aim=12.0,
        ),
        Case(
            name="tentusscher2004",
            task="random scalings of gNa, gCaL, gKr, gKs and gK1 from 0.2 to 2, 10 beats at 1 Hz",
            scales=designs.scalings(("gNa", "gCaL", "gKr", "gKs", "gK1"), rows, SEED),
            duration_ms=10_000.0,
            dts_ms=(0.05, 0.02, 0.01, 0.005),
            measure=lambda V_mV: measures.apd90_ms(t_ms, V_mV, 1000.0),
            error="worst error of APD90 (ms)",
            at_most=0.2,
            bar=5.0,
            aim=15.0,
        ),
        Case(
            name="hodgkinhuxley1952",
            # Below the threshold of spikes, as published: at it, any error at all becomes a spike.
            task="random scalings of gNa from 0.5 to 0.9, of gK and gL from 1 to 1.2, 1 s of the published noise",
            scales=designs.scalings(("gNa",), rows, SEED, low=0.5, high=0.9)
            | designs.scalings(("gK", "gL"), rows, SEED + 1, low=1.0, high=1.2),
            duration_ms=1000.0,
            dts_ms=(0.05, 0.02, 0.01, 0.005),
            measure=lambda V_mV: V_mV,
            error="worst error of V (mV)",
            at_most=0.01,
        ),
    ]


def _published_rows(rows: int) -> dict[str, np.ndarray]:
    from gbar.config.explain import parsed
    from gbar.config.sweep import SweepSection
    from gbar.sweeps.design import design_table

    design = design_table(parsed(SweepSection, json.dumps(SWEEP)))
    chosen = np.random.default_rng(SEED).permutation(len(design.ids))[:rows]
    return {name: design.values[chosen, column] for column, name in enumerate(design.quantities)}


def _stimuli(name: str, duration_ms: float):
    """Return what drives the cell, for gbar and for Myokit."""
    from rivals import designs, myokit_cells

    from gbar import cells
    from gbar.solve.stimulus import Stimulus
    from gbar.stimuli.noise import Noise

    if name == "tentusscher2004":
        stimulus = designs.pulses(cells.get(name), 1000.0, int(duration_ms // 1000))
        return stimulus, myokit_cells.pacing(1000.0)
    if name == "hodgkinhuxley1952":
        noise = Noise().pieces(duration_ms, SEED)
        return Stimulus(*noise), myokit_cells.pieces(*noise, duration_ms)
    return None, None


def _measure(case: Case, rows: int, repeats: int) -> None:
    from rivals import myokit_cells

    stimulus, protocol = _stimuli(case.name, case.duration_ms)
    rival = myokit_cells.PointSimulation(case.name, protocol)
    reference = [case.measure(V_mV) for V_mV in rival.run(case.scales, case.duration_ms, EVERY_MS, rtol=1e-10)]
    seconds = rows * case.duration_ms / 1000

    def run(who: str, setting: str, solve: Callable[[], np.ndarray]) -> contest.Run:
        traces, took_s = contest.timed(solve)
        error = max(_error(case.measure(V_mV), right) for V_mV, right in zip(traces, reference, strict=True))
        common.say(f"{case.name}, {who}, {setting}: {1e3 * took_s / seconds:.2f} ms, {case.error} {error:.3g}")
        return contest.Run(who, setting, error, 1e3 * took_s / seconds, solve)

    runs = [run(*ours) for ours in _ours(case, stimulus)]
    regular: dict[str, Callable[[], np.ndarray]] = {}
    for rtol, atol in itertools.product(RIVAL_RTOLS, RIVAL_ATOLS):
        setting = f"tolerance {rtol:g} relative, {atol:g} absolute"
        solve = partial(rival.run, case.scales, case.duration_ms, EVERY_MS, rtol, atol)
        runs.append(run(RIVAL, setting, partial(solve, own_steps=True)))
        regular[setting] = solve
    best = contest.cheapest(runs, case.at_most, seconds)
    best += [
        run(f"Myokit, log every {EVERY_MS:g} ms", one.setting, regular[one.setting]) for one in best if one.who == RIVAL
    ]
    # A contender far behind is not worth its turns: it stays at what its run cost before.
    near = [one for one in best if one.ms <= FAR_BEHIND * min(other.ms for other in best)]
    cost = {one.who: [one.ms] for one in best}
    cost |= contest.in_turns(near, dict.fromkeys((one.who for one in near), seconds), repeats)
    title = f"{case.name} beside Myokit"
    common.write_section(title, _report(case, rows, runs, best, cost), {"myokit": _version("myokit")})


def _ours(case: Case, stimulus):
    """Yield (contender, setting, solve) of gbar, each compiled."""
    from gbar import cells
    from gbar.solve import SolverSettings, solve_rows

    cell = cells.get(case.name)
    tolerances = itertools.product(PRECISIONS, RTOLS)
    settings = [SolverSettings("rosenbrock", rtol=rtol, precision=precision) for precision, rtol in tolerances]
    settings += [SolverSettings("rush_larsen", dt_ms=dt_ms) for dt_ms in case.dts_ms]
    for chosen in settings:

        def solve(duration_ms: float = case.duration_ms, chosen: SolverSettings = chosen) -> np.ndarray:
            return solve_rows(cell, case.scales, {}, duration_ms, EVERY_MS, chosen, stimulus=stimulus).traces["V"]

        solve(EVERY_MS)
        setting = f"tolerance {chosen.rtol:g}" if chosen.method == "rosenbrock" else f"dt {chosen.dt_ms:g} ms"
        yield f"gbar, {chosen.method}, {chosen.precision}", setting, solve


def _error(found: np.ndarray, right: np.ndarray) -> float:
    """Return the largest deviation; infinite where something is found that is not there, or the other way round."""
    if len(found) != len(right) or np.any(np.isnan(found) != np.isnan(right)):
        return np.inf
    return float(np.nanmax(np.abs(found - right), initial=0.0))


def _report(
    case: Case, rows: int, runs: list[contest.Run], best: list[contest.Run], cost: dict[str, list[float]]
) -> str:
    table = common.table(
        ("", "cheapest accurate setting", "its worst error", "ms a cell-second", "cell-seconds a second"),
        [
            (
                one.who,
                one.setting,
                f"{one.error:.2g}",
                common.spread(cost[one.who], 2),
                f"{1e3 / sorted(cost[one.who])[len(cost[one.who]) // 2]:.0f}",
            )
            for one in best
        ],
    )
    rivals = [one.who for one in best if one.who.startswith("Myokit")]
    return "\n\n".join(
        (
            f"{rows} rows: {case.task}; {case.error} at most {case.at_most:g}. Median (lowest to highest) of turns:",
            table,
            contest.bars(cost, rivals, case.bar, case.aim),
            contest.draw_cost(case.name, runs, case.error, case.at_most),
        )
    )


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


if __name__ == "__main__":
    main()
