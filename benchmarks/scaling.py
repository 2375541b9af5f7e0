"""How gbar's solvers scale: with lanes, with processes, in compilation and in memory.

Every measurement is of a process of its own. Rows are random, in float64 with the cell's default method:

    lanes         ms a cell-second when so many rows are solved side by side, on one core
    processes     cell-seconds a second when so many processes solve a block each, beside one process
    compilation   seconds that the first solve takes longer than the second, with an empty cache of compiled code and
                  with the one which that run left
    memory        what a lane more adds to the peak of a process, its traces left out
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any

import common
import contest
import numpy as np

CELLS = ("akwaboah2021", "tentusscher2004", "hodgkinhuxley1952", "izhikevich2003", "ballsticks", "mainen1996")
LANES = (1, 16, 64, 256, 1024, 4096)
# Simulated time and interval of samples: an action potential or two.
TASKS_ms = {"akwaboah2021": (500.0, 0.1), "tentusscher2004": (500.0, 0.1), "hodgkinhuxley1952": (200.0, 0.1)}
CHIRP_ms = (46.0, 0.02)
BLOCK = 256
MEMORY_LANES = (256, 2048)
COLD_S, CACHED_S = 15.0, 1.0
DESIGN_ROWS, DESIGN_CELL, DESIGN_S = 100_000, "mainen1996", 3600.0
SEED = 20261122


def main() -> None:
    """Measure and write the section of RESULTS.md."""
    parser = common.parser(__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="of each timed solve (default %(default)s)")
    parser.add_argument("--most-lanes", type=int, default=LANES[-1], help="fewer lanes take less time")
    parser.add_argument("--only", help="one cell")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _child(**json.loads(options.child))
        return
    everywhere = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    cells = [cell for cell in CELLS if options.only in (None, cell)]
    lanes = [n for n in LANES if n <= options.most_lanes]
    processes = [n for n in (1, 2, 4, 8, 16, 32, 64) if n < len(everywhere)] + [len(everywhere)]
    with tempfile.TemporaryDirectory() as cache:
        os.environ["JAX_COMPILATION_CACHE_DIR"] = cache
        rates = {cell: _rates(cell, processes, options.repeats) for cell in cells}
        common.pin_to_one_core()
        by_lanes = {cell: [_ms(cell, n, options.repeats) for n in lanes] for cell in cells}
        memory = {cell: _kB_a_lane(cell) for cell in cells}
    compilation = {cell: _compilation(cell) for cell in cells}
    common.write_section("Scaling", _report(lanes, by_lanes, processes, rates, compilation, memory))


def _start(**task: Any) -> subprocess.Popen:
    command = [sys.executable, __file__, "--child", json.dumps(task)]
    environment = common.child_environment()
    return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _answer(child: subprocess.Popen) -> dict[str, float]:
    line = child.stdout.readline()  # type: ignore[union-attr]
    if not line:
        sys.exit(f"{child.args} ended without an answer")
    return json.loads(line)


def _solved(**task: Any) -> dict[str, float]:
    """Return what one child measures."""
    child = _start(**task)
    _answer(child)
    answer = json.loads(child.communicate("go\n")[0])
    common.say(f"{task}: {answer}")
    return answer


def _child(cell: str, rows: int, lanes: int | None, repeats: int = 1, full: bool = True) -> None:
    """Compile, say so, wait for a line, solve, and say what it took."""
    from gbar.jobs.runtime import start_jax

    start_jax(x64=True)
    import jax

    jax.devices()
    sys.path.insert(0, str(contest.TESTS))
    solve = _solver(cell, rows, lanes)
    firsts = []
    for _ in range(2):
        started = time.perf_counter()
        solve(whole=False)
        firsts.append(time.perf_counter() - started)
    print(json.dumps({"ready": 1}), flush=True)
    sys.stdin.readline()
    solved = []
    for _ in range(repeats if full else 0):
        started = time.perf_counter()
        solve(whole=True)
        solved.append(time.perf_counter() - started)
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "compile_s": firsts[0] - firsts[1],
                "solve_s": float(np.median(solved)) if solved else 0.0,
                "peak_kB": usage / (1024 if sys.platform == "darwin" else 1),
            }
        ),
        flush=True,
    )


def _solver(name: str, rows: int, lanes: int | None):
    """Return a solver of random rows: of the cell's whole task, or of one sample of it."""
    from rivals import designs

    from gbar import cells
    from gbar.solve import SolverSettings, solve_rows
    from gbar.solve.stimulus import Stimulus
    from gbar.stimuli.noise import Noise

    cell = cells.get(name)
    duration_ms, every_ms = TASKS_ms.get(name, CHIRP_ms)
    stimulus, parameters = None, {}
    scales = designs.scalings(cell.current_names[:5], rows, SEED, low=0.8, high=1.2)
    if name == "tentusscher2004":
        stimulus = designs.pulses(cell, 1000.0, 1)
    elif name == "hodgkinhuxley1952":
        stimulus = Stimulus(*Noise().pieces(duration_ms, SEED))
    elif cell.stimulus.kind is not None:
        stimulus, _ = designs.chirp(cell)
        parameters, scales = designs.uniform(cell, rows, SEED), {}
    settings = SolverSettings(lanes=lanes)

    def solve(whole: bool) -> None:
        length_ms = duration_ms if whole else every_ms
        solve_rows(cell, scales, parameters, length_ms, every_ms, settings, stimulus=stimulus)

    return solve


def _cell_seconds(cell: str, rows: int) -> float:
    return rows * TASKS_ms.get(cell, CHIRP_ms)[0] / 1e3


def _ms(cell: str, rows: int, repeats: int) -> float:
    """Return ms a cell-second with so many rows side by side."""
    answer = _solved(cell=cell, rows=rows, lanes=max(16, rows), repeats=repeats)
    return 1e3 * answer["solve_s"] / _cell_seconds(cell, rows)


def _rates(cell: str, processes: list[int], repeats: int) -> list[float]:
    """Return cell-seconds a second of so many processes with a block each, by the slowest of them."""
    found = []
    for count in processes:
        children = [_start(cell=cell, rows=BLOCK, lanes=None, repeats=repeats) for _ in range(count)]
        for child in children:
            _answer(child)
        for child in children:
            child.stdin.write("go\n")  # type: ignore[union-attr]
            child.stdin.flush()  # type: ignore[union-attr]
        slowest_s = max(json.loads(child.communicate()[0])["solve_s"] for child in children)
        found.append(count * _cell_seconds(cell, BLOCK) / slowest_s)
        common.say(f"{cell}, {count} processes: {found[-1]:.0f} cell-seconds a second")
    return found


def _compilation(cell: str) -> tuple[float, float]:
    """Return seconds of compilation, with an empty cache and from it."""
    with tempfile.TemporaryDirectory() as cache:
        os.environ["JAX_COMPILATION_CACHE_DIR"] = cache
        cold, cached = (_solved(cell=cell, rows=BLOCK, lanes=BLOCK, full=False)["compile_s"] for _ in range(2))
    return cold, cached


def _kB_a_lane(cell: str) -> float:
    """Return what a lane more adds to the peak, less its trace; without compilation, which has a higher one."""
    for n in MEMORY_LANES:
        _solved(cell=cell, rows=n, lanes=n, full=False)
    few, many = (_solved(cell=cell, rows=n, lanes=n)["peak_kB"] for n in MEMORY_LANES)
    duration_ms, every_ms = TASKS_ms.get(cell, CHIRP_ms)
    return (many - few) / (MEMORY_LANES[1] - MEMORY_LANES[0]) - 4 * duration_ms / every_ms / 1024


def _report(lanes, by_lanes, processes, rates, compilation, memory) -> str:
    header = ("cell", *(f"{n} lane{'s' * (n > 1)}" for n in lanes), "cold, s", "cached, s", "kB a lane")
    rows = [
        (cell, *(f"{ms:.2f}" for ms in by_lanes[cell]), *(f"{s:.1f}" for s in compilation[cell]), f"{memory[cell]:.0f}")
        for cell in by_lanes
    ]
    shared = [(cell, *(f"{rate:.0f} ({rate / of[0]:.2f})" for rate in of)) for cell, of in rates.items()]
    slowest = [max(seconds) for seconds in zip(*compilation.values(), strict=True)]
    parts = [
        "ms a cell-second by the number of lanes, on one core; seconds of compilation, cold and from the cache; kB of"
        " memory a lane, without its trace:",
        common.table(header, rows),
        f"Bars: compilation at most {COLD_S:g} s cold, {common.verdict(slowest[0] <= COLD_S)} ({slowest[0]:.1f} s), and"
        f" {CACHED_S:g} s from the cache, {common.verdict(slowest[1] <= CACHED_S)} ({slowest[1]:.1f} s).",
        f"Cell-seconds a second of processes with a block of {BLOCK} rows each (times those of one):",
        common.table(("cell", *(f"{n} process{'es' * (n > 1)}" for n in processes)), shared),
    ]
    if DESIGN_CELL in rates:
        took_s = DESIGN_ROWS * 0.46 / rates[DESIGN_CELL][-1]
        parts.append(
            f"At the last of these rates {DESIGN_ROWS:,} rows of {DESIGN_CELL} under chirp23a take {took_s / 60:.0f}"
            f" minutes; bar {DESIGN_S / 60:g} minutes: {common.verdict(took_s <= DESIGN_S)}."
        )
    return "\n\n".join(parts)


if __name__ == "__main__":
    main()
