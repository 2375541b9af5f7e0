"""How long the published design takes on one core: 311 settings of five currents, 5 s each, every 0.05 ms.

Each run is a process of its own, with an empty cache of compiled code (cold) or the one the cold run left (warm).
Its time is that of the whole process as the shell sees it: Python and imports, compilation, solving, interpolation to
the grid, counting the beats. Cold and warm runs alternate.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from typing import Any

import common

BAR_S = 30.0
VARY = ("INa", "IKur", "IKr", "IK1", "ICaL")
LEVELS = [round(0.2 * k, 1) for k in range(11)]
DURATION_MS, SAVE_EVERY_MS = 5000.0, 0.05
BEATS = 3  # settings with fewer are of no use to the emulators

SWEEP = {
    "cell": {"name": "akwaboah2021", "variant": "c"},
    "design": {"kind": "subsets", "vary": list(VARY), "levels": LEVELS},
    "protocol": {"duration_ms": DURATION_MS, "save_every_ms": SAVE_EVERY_MS},
}


def main() -> None:
    """Run cold and warm in turn and write the section of RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="cold and warm runs (default %(default)s each)")
    parser.add_argument("--solve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.solve:
        print(json.dumps(_solve()))
        return
    common.pin_to_one_core()
    runs: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
    for repeat in range(options.repeats):
        with tempfile.TemporaryDirectory() as cache:
            for name, found in runs.items():
                found.append(_timed_run(cache))
                common.say(f"{name} {repeat + 1} of {options.repeats}: {found[-1]['total_s']:.1f} s")
    common.write_section("The published design", _report(runs))


def _timed_run(cache: str) -> dict[str, float]:
    """Solve in a fresh process and return what it measured, with the time of the whole process."""
    environment = common.child_environment(JAX_COMPILATION_CACHE_DIR=cache)
    started = time.perf_counter()
    run = subprocess.run(
        [sys.executable, __file__, "--solve"], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(run.stdout) | {"total_s": time.perf_counter() - started}


def _solve() -> dict[str, float]:
    """Solve the design in this process, part by part."""
    import resource

    from gbar.config.explain import parsed
    from gbar.config.sweep import SweepSection
    from gbar.jobs.runtime import start_jax
    from gbar.sweeps.design import design_table

    start_jax(x64=True)
    import jax  # noqa: F401  its import is not to count as compilation

    from gbar import cells
    from gbar.solve import SolverSettings, solve_rows
    from gbar.traces.reading import read_trace

    sweep = parsed(SweepSection, json.dumps(SWEEP))
    design = design_table(sweep)
    cell = cells.get(sweep.cell.name, sweep.cell.variant)
    settings = SolverSettings(**sweep.solver.model_dump())

    def solve(rows: int, duration_ms: float) -> Any:
        scales = {name: design.values[:rows, column] for column, name in enumerate(design.quantities)}
        return solve_rows(cell, scales, {}, duration_ms, SAVE_EVERY_MS, settings)

    started = time.perf_counter()
    solve(1, 1.0)  # the same program whatever the rows and the duration
    compiled = time.perf_counter()
    solution = solve(len(design.ids), DURATION_MS)
    solved = time.perf_counter()
    beats = [len(read_trace(V_mV, SAVE_EVERY_MS, recorded=False).beats) for V_mV in solution.traces["V"]]
    measured = time.perf_counter()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "rows": len(design.ids),
        "rtol": settings.rtol,
        "compile_s": compiled - started,
        "solve_s": solved - compiled,
        "measure_s": measured - solved,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_MB": usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3),
        "accepted": int(solution.accepted.sum()),
        "rejected": int(solution.rejected.sum()),
        "beating": sum(n >= BEATS for n in beats),
    }


def _report(runs: dict[str, list[dict[str, float]]]) -> str:
    parts = ("total_s", "compile_s", "solve_s", "measure_s", "cpu_s")
    rows = [[name, *(common.spread([run[part] for run in found], 1) for part in parts)] for name, found in runs.items()]
    header = ("cache", "total, s", "compilation, s", "solving, s", "beats, s", "CPU time, s")
    one = runs["cold"][0]
    slowest = max(run["total_s"] for run in runs["cold"])
    peak = max(run["peak_MB"] for found in runs.values() for run in found)
    return "\n\n".join(
        (
            f"{one['rows']} settings, {DURATION_MS / 1000:g} s each, saved every {SAVE_EVERY_MS} ms, Rosenbrock at a"
            f" relative tolerance of {one['rtol']:g}; median (lowest to highest) of {len(runs['cold'])} runs of each:",
            common.table(header, rows),
            f"Bar: at most {BAR_S:g} s cold. The slowest took {slowest:.1f} s: {common.verdict(slowest <= BAR_S)}.",
            f"{one['accepted']:,} steps accepted, {one['rejected']:,} rejected; peak memory {peak:.0f} MB (the traces"
            f" are {one['rows'] * DURATION_MS / SAVE_EVERY_MS * 4 / 1e6:.0f} MB of it);"
            f" {one['beating']} settings with {BEATS} beats or more.",
        )
    )


if __name__ == "__main__":
    common.need_unix()
    main()
