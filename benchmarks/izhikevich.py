"""How fast the Izhikevich neuron is solved, beside loops that numba compiles, with the same scheme and step.

All return V of every step of 0.02 ms under chirp23a in single precision. numba's loops run row after row, as one writes
them, or over rows side by side in blocks, which fills the vectors of the processor.
"""

from functools import partial
from importlib.metadata import version

import common
import contest
import numpy as np
from contest import DT_MS, DURATION_MS, PRECISIONS, SEED

FINER = (1, 2, 4, 8)  # steps in a step, for accuracy against cost
FINEST = 32
SCAN_ROWS = 256
BAR, AIM = 1.0, 3.0


def main() -> None:
    """Measure and write the section of RESULTS.md."""
    options = contest.parser(__doc__, 4096, "rows").parse_args()
    contest.begin()
    try:
        import numba  # noqa: F401
    except ImportError:
        contest.leave_unless("numba is not installed: `make rivals`")
    from rivals import designs, measures

    from gbar import cells

    rows = designs.uniform(cells.get("izhikevich2003"), options.rows, SEED)
    solvers = _solvers(rows)
    right = solvers["numba, row after row"]()
    faults = {}
    for who, solve in solvers.items():
        V_mV = solve()
        spikes = int((measures.spikes(V_mV) != measures.spikes(right)).sum())
        faults[who] = (float(measures.rmse(V_mV - right).max()), spikes)
    del right, V_mV
    cost = contest.in_turns(
        [contest.Run(who, "", 0.0, 0.0, solve) for who, solve in solvers.items()],
        dict.fromkeys(solvers, options.rows * DURATION_MS / 1e3),
        options.repeats,
    )
    common.write_section(
        "izhikevich2003 beside numba", _report(options, cost, faults, _scan()), {"numba": version("numba")}
    )


def _solvers(rows: dict[str, np.ndarray], finer: int = 1):
    """Return everybody's solver of these rows, compiled."""
    from rivals import designs
    from rivals.numba_cells import izhikevich

    from gbar import cells
    from gbar.solve import SolverSettings, solve_rows

    cell = cells.get("izhikevich2003")
    stimulus, current = designs.chirp(cell)
    current = np.repeat(current, finer)

    def gbar(precision: str, duration_ms: float = DURATION_MS) -> np.ndarray:
        settings = SolverSettings(dt_ms=DT_MS / finer, precision=precision)
        return solve_rows(cell, {}, rows, duration_ms, DT_MS, settings, stimulus=stimulus).traces["V"]

    def numba(side_by_side: bool, current: np.ndarray = current) -> np.ndarray:
        return izhikevich(rows, current, DT_MS / finer, side_by_side=side_by_side)[:, ::finer]

    for precision in PRECISIONS:
        gbar(precision, DT_MS)
    for side_by_side in (False, True):
        numba(side_by_side, current[:10])
    return {f"gbar, {precision}": partial(gbar, precision) for precision in PRECISIONS} | {
        "numba, row after row": partial(numba, False),
        "numba, rows side by side": partial(numba, True),
    }


def _scan() -> list[contest.Run]:
    """Run everybody at several steps; the error is against a far finer one."""
    from rivals import designs

    from gbar import cells

    rows = designs.uniform(cells.get("izhikevich2003"), SCAN_ROWS, SEED + 1)
    right = _solvers(rows, FINEST)["numba, rows side by side"]()
    runs = []
    for finer in FINER:
        runs += contest.scanned(_solvers(rows, finer), DT_MS / finer, SCAN_ROWS, right)
    return runs


def _report(options, cost, faults, scan) -> str:
    table = common.table(
        ("", "ms a row", "worst RMSE, mV", "rows with another number of spikes"),
        [
            (
                who,
                common.spread([ms * DURATION_MS / 1e3 for ms in turns], 4),
                f"{faults[who][0]:.2g}",
                f"{faults[who][1]}",
            )
            for who, turns in cost.items()
        ],
    )
    alike = {who: ms for who, ms in cost.items() if faults[who][1] == 0}
    loop, blocks = "numba, row after row", "numba, rows side by side"
    return "\n\n".join(
        (
            f"{options.rows} random rows under chirp23a, {DURATION_MS:g} ms at dt {DT_MS:g} ms; RMSE and spikes are"
            f" against {loop}. Median (lowest to highest) of {options.repeats} turns:",
            table,
            "Of those with the same numbers of spikes:",
            contest.bars({who: ms for who, ms in alike.items() if who != blocks}, [loop], BAR, AIM),
            contest.bars({who: ms for who, ms in alike.items() if who != loop}, [blocks], BAR, AIM),
            contest.draw_cost("izhikevich2003", scan, "median RMSE of V (mV)", None),
        )
    )


if __name__ == "__main__":
    main()
