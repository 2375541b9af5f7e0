"""How fast the cells with compartments are solved, beside NEURON, with the same scheme and step.

Both solve the same random rows under chirp23a and return V in the soma at every step of 0.02 ms. NEURON runs in three
ways: row after row in one simulation that is set up once; many rows at once in one simulation; and so in CoreNEURON,
its engine that computes a mechanism of many cells as vectors. Its mechanisms are compiled with -Ofast -march=native.
NEURON solves fewer rows than gbar: its time is that of so many rows, which it solves one batch after the other.
"""

from functools import partial
from importlib.metadata import version

import common
import contest
import numpy as np
from contest import DT_MS, DURATION_MS, PRECISIONS, SEED

FINER = (1, 2, 4)  # steps in a step, for accuracy against cost
FINEST = 16
SCAN_ROWS = 32
RMSE_mV = 0.05
BAR, AIM = 10.0, 30.0


def main() -> None:
    """Measure each cell and write its section of RESULTS.md."""
    parser = contest.parser(__doc__, 256, "gbar solves")
    parser.add_argument("--rival-rows", type=int, default=32, help="NEURON solves (default %(default)s)")
    parser.add_argument("--at-once", type=int, default=32, help="rows in one NEURON simulation (default %(default)s)")
    parser.add_argument("--only", help="one cell")
    options = parser.parse_args()
    contest.begin()
    from rivals import neuron_cells

    contest.leave_unless(neuron_cells.missing())
    for name, build in neuron_cells.CELLS.items():
        if options.only in (None, name):
            _measure(name, build, options)


def _measure(name, build, options) -> None:
    from rivals import designs, measures

    from gbar import cells

    cell = cells.get(name)
    rows = designs.uniform(cell, options.rows, SEED)
    few = {parameter: values[: options.rival_rows] for parameter, values in rows.items()}
    neuron = _neuron(cell, build, few, options.at_once)
    gbar = {f"gbar, {precision}": _gbar(cell, rows, DT_MS, precision) for precision in PRECISIONS}
    theirs = neuron["NEURON, row after row"]()
    faults = {}
    for who, solve in (gbar | neuron).items():
        V_mV = solve()[: options.rival_rows]
        miscounted = int((measures.spikes(V_mV) != measures.spikes(theirs)).sum())
        faults[who] = (float(measures.rmse(V_mV - theirs).max()), miscounted)
    seconds = {who: options.rows * DURATION_MS / 1e3 for who in gbar}
    seconds |= {who: options.rival_rows * DURATION_MS / 1e3 for who in neuron}
    contenders = [contest.Run(who, "", faults[who][0], 0.0, solve) for who, solve in (gbar | neuron).items()]
    cost = contest.in_turns(contenders, seconds, options.repeats)
    del neuron, contenders
    scan = _scan(cell, build, options.at_once)
    common.write_section(
        f"{name} beside NEURON", _report(name, options, cost, faults, scan), {"neuron": version("neuron")}
    )


def _gbar(cell, rows, dt_ms: float, precision: str):
    """Return a solver of these rows, compiled."""
    from rivals import designs

    from gbar.solve import SolverSettings, solve_rows

    stimulus, _ = designs.chirp(cell)
    settings = SolverSettings(dt_ms=dt_ms, precision=precision)
    solve_rows(cell, {}, rows, DT_MS, DT_MS, settings, stimulus=stimulus)
    return lambda: solve_rows(cell, {}, rows, DURATION_MS, DT_MS, settings, stimulus=stimulus).traces["V"]


def _neuron(cell, build, rows, at_once: int, finer: int = 1):
    """Return solvers of these rows by NEURON, in three ways.

    All sections of a process step together, so each way builds its cells when called and drops them; the building
    (milliseconds) is part of its time.
    """
    from rivals import designs, neuron_cells

    _, current_nA = designs.chirp(cell)
    current_nA = np.repeat(current_nA, finer)
    engine = neuron_cells.coreneuron()

    def solve(copies: int, coreneuron: bool) -> np.ndarray:
        engine.enable, engine.verbose, engine.cell_permute = coreneuron, 0, 1
        try:
            simulation = neuron_cells.CableSimulation(build, current_nA, DT_MS / finer, copies)
            return simulation.run(rows)[:, ::finer]
        finally:
            engine.enable = False

    return {
        "NEURON, row after row": partial(solve, 1, False),
        f"NEURON, {at_once} rows at once": partial(solve, at_once, False),
        f"CoreNEURON, {at_once} rows at once": partial(solve, at_once, True),
    }


def _scan(cell, build, at_once: int) -> list[contest.Run]:
    """Run everybody at several steps; the error is against NEURON at a far finer one."""
    from rivals import designs

    common.say(f"Accuracy against cost of {cell.name}:")
    rows = designs.uniform(cell, SCAN_ROWS, SEED + 1)
    *_, fastest = _neuron(cell, build, rows, at_once, FINEST).values()
    right = fastest()
    runs = []
    for finer in FINER:
        solvers = {f"gbar, {precision}": _gbar(cell, rows, DT_MS / finer, precision) for precision in PRECISIONS}
        solvers |= _neuron(cell, build, rows, at_once, finer)
        runs += contest.scanned(solvers, DT_MS / finer, SCAN_ROWS, right)
    return runs


def _report(name, options, cost, faults, scan) -> str:
    per_row = {who: [ms * DURATION_MS / 1e3 for ms in turns] for who, turns in cost.items()}
    table = common.table(
        ("", "rows", "ms a row", "worst RMSE, mV", "rows with another number of spikes"),
        [
            (
                who,
                f"{options.rows if who.startswith('gbar') else options.rival_rows}",
                common.spread(turns, 2),
                f"{faults[who][0]:.2g}",
                f"{faults[who][1]}",
            )
            for who, turns in per_row.items()
        ],
    )
    alike = {who: ms for who, ms in cost.items() if faults[who][0] <= RMSE_mV and faults[who][1] == 0}
    rivals = [who for who in alike if not who.startswith("gbar")]
    verdicts = []
    for rival in rivals:
        beside = {who: ms for who, ms in alike.items() if who == rival or who not in rivals}
        bounds = (None, None) if rival.startswith("CoreNEURON") else (BAR, AIM)
        verdicts.append(contest.bars(beside, [rival], *bounds))
    return "\n\n".join(
        (
            f"{options.rows} random rows under chirp23a, {DURATION_MS:g} ms at dt {DT_MS:g} ms; RMSE and spikes are"
            f" against NEURON, row after row. Median (lowest to highest) of {options.repeats} turns:",
            table,
            f"Of those within {RMSE_mV:g} mV and with the same numbers of spikes:",
            *verdicts,
            contest.draw_cost(name, scan, "median RMSE of V (mV)", None),
        )
    )


if __name__ == "__main__":
    main()
