"""How fast cells of files are solved, beside Myokit's CVODES on the same files and beside cells written by hand.

64 random scalings of five currents, 1 s under the file's own pulse, V every 0.5 ms. Every setting is held against
CVODES at 1e-10: the worst row must be within 0.2 ms of APD90 and 0.5 mV (root mean square). The cheapest setting of
Myokit that is, and one common setting of gbar, are then timed in turns, as CPU time of one process, compilation left
out. With compilation, 1,000 rows are timed from the file on, in fresh processes with empty caches. Cells of the library
are timed in turns with files of the same models (`--twins`), at gbar's default tolerance, under the file's stimulus.

The models are files of public collections, which this repository does not hold: name them (README.md says where from).
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import own_cell_runs as runs
from common import child_environment, need_unix, parser, pin_to_one_core, say, spread, table, verdict, write_section

SPEED = ("model (states)", "solver", "ms a cell-second", "times Myokit", "worst APD90, ms, and rms, mV")
FROM_FILE = ("model (states)", "gbar, float64", "gbar, float32", "Myokit")
TWINS = (
    "cell",
    "file",
    "by hand, ms a cell-second",
    "from the file",
    "times by hand",
    "steps of a row, by hand and file",
)
RIVAL_TOLERANCES = ((1e-6, 1e-4), (1e-5, 1e-5), (1e-6, 1e-6), (1e-7, 1e-7))
BARS = {"float64": 12.0, "float32": 18.0}
SLOWER = 1.15
TWIN_MS = 2000.0


def main() -> None:
    """Measure each file and write the section of RESULTS.md."""
    arguments = parser(__doc__)
    arguments.add_argument("files", nargs="*", type=Path, help="models, .mmt or .cellml")
    arguments.add_argument(
        "--twins", nargs="+", default=[], metavar="CELL[/VARIANT]=FILE", help="cells and their files"
    )
    arguments.add_argument("--rows", type=int, default=64, help="of each design (default %(default)s)")
    arguments.add_argument("--repeats", type=int, default=3, help="turns (default %(default)s)")
    arguments.add_argument("--rtol", type=float, default=3e-4, help="of gbar (default %(default)s)")
    arguments.add_argument("--cell-seconds", type=int, default=1000, help="from the file on (default %(default)s)")
    arguments.add_argument("--dry", action="store_true", help="print the section only; RESULTS.md stays as it is")
    options = arguments.parse_args()
    need_unix()
    pin_to_one_core()
    runs.start()
    parts = []
    if options.files:
        found = [_measured(file, options.rows, options.repeats, options.rtol) for file in options.files]
        parts += [_speed(found, options.rows, options.rtol)]
        parts += [_from_file(found, options.files, options.cell_seconds, options.rtol)]
    if options.twins:
        parts.append(_beside_hand([_twins(one, options.rows, options.repeats) for one in options.twins], options.rows))
    import myokit

    body = "\n\n".join(parts)
    if options.dry:
        print(body)
    else:
        write_section("Cells of files beside Myokit", body, {"myokit": myokit.__version__})


def _measured(file: Path, rows: int, repeats: int, rtol: float) -> dict[str, Any]:
    """Return what there is to say of a file: lines of a table, Myokit's setting, how many times as fast gbar is."""
    from gbar import cells
    from gbar.solve import SolverSettings

    cell = cells.get(str(file))
    title = f"{file.stem} ({len(cell.states)})"
    ours = {precision: runs.Ours(cell, SolverSettings(rtol=rtol, precision=precision)) for precision in BARS}  # type: ignore[arg-type]
    first_ms = ours["float64"].section.first_ms
    rival = runs.Rival(file)
    truth = rival.run(rows, (1e-10, 1e-10))
    tolerance = next(one for one in RIVAL_TOLERANCES if runs.good(runs.errors(rival.run(rows, one), truth, first_ms)))
    contenders = {"Myokit": lambda: rival.run(rows, tolerance)} | {
        precision: lambda one=one: one.run(rows).traces["V"] for precision, one in ours.items()
    }
    found = {name: runs.errors(run(), truth, first_ms) for name, run in contenders.items()}  # compiles as well
    spent = _in_turns(contenders, repeats, rows * runs.DURATION_MS / 1000)
    lines, times = [], {}
    for name, cost in spent.items():
        times[name] = [theirs / ours for theirs, ours in zip(spent["Myokit"], cost, strict=True)]
        solver = f"CVODES {tolerance[0]:g}/{tolerance[1]:g}" if name == "Myokit" else f"gbar, {name}"
        error = f"{found[name][0]:.3f}, {found[name][1]:.3f}{'' if runs.good(found[name]) else ' (too far off)'}"
        lines.append([title, solver, spread(cost, 2), spread(times[name], 1), error])
        say(" | ".join(lines[-1]))
    return {"title": title, "lines": lines, "tolerance": tolerance, "times": times}


def _in_turns(contenders: dict[str, Any], repeats: int, cell_seconds: float) -> dict[str, list[float]]:
    """Return the CPU time of each in each turn, ms a cell-second."""
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(repeats):
        for name, run in contenders.items():
            began = time.process_time()
            run()
            spent[name].append((time.process_time() - began) * 1000 / cell_seconds)
    return spent


def _speed(found: list[dict[str, Any]], rows: int, rtol: float) -> str:
    lowest = {name: min(float(np.median(one["times"][name])) for one in found) for name in BARS}
    bars = (
        f"{bar:g} times in {name} {verdict(lowest[name] >= bar)} ({lowest[name]:.1f})" for name, bar in BARS.items()
    )
    return (
        f"{rows} scalings of {', '.join(runs.CURRENTS)}, {runs.DURATION_MS / 1000:g} s, V every {runs.EVERY_MS:g} ms; "
        f"errors are the worst of all rows against CVODES at 1e-10, at most {runs.APD90_MS:g} ms of APD90 and "
        f"{runs.RMS_MV:g} mV. gbar at rtol {rtol:g} throughout, Myokit at its cheapest setting within them. Median "
        "(lowest to highest) of turns, as CPU time:\n\n"
        f"{table(SPEED, [line for one in found for line in one['lines']])}\n\n"
        f"Bars, of the slowest model: {', '.join(bars)}."
    )


def _from_file(found: list[dict[str, Any]], files: list[Path], rows: int, rtol: float) -> str:
    """Return what it takes from the file to the last of so many rows, with empty caches, in processes of their own."""
    lines, first = [], True
    for one, file in zip(found, files, strict=True):
        told = {"file": str(file), "rows": rows}
        ours = [_in_fresh_process(**told, precision=precision, tolerance=rtol) for precision in BARS]
        theirs = _in_fresh_process(**told, precision=None, tolerance=one["tolerance"])
        first = first and max(ours) < theirs
        lines.append([one["title"], *(f"{seconds:.1f}" for seconds in (*ours, theirs))])
        say(f"from the file: {' | '.join(lines[-1])}")
    return (
        f"From the file to {rows:,} cell-seconds with empty caches, each in one fresh process, all of it measured; CPU "
        f"time with that of compilers, s, imports left out:\n\n{table(FROM_FILE, lines)}\n\n"
        f"gbar is done first with every model: {verdict(first)}."
    )


def _in_fresh_process(**task: Any) -> float:
    with tempfile.TemporaryDirectory() as cache:
        environment = child_environment(XDG_CACHE_HOME=cache, JAX_COMPILATION_CACHE_DIR=f"{cache}/jax")
        command = [sys.executable, runs.__file__, json.dumps(task)]
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])["cpu_s"]


def _twins(told: str, rows: int, repeats: int) -> tuple[list[str], float]:
    """Return the line of a cell of the library and a file of the same model, and how many times as long that takes."""
    from gbar import cells
    from gbar.solve import SolverSettings

    name, _, file = told.partition("=")
    hand, own = cells.get(*name.split("/")), cells.get(file)
    if hand.stimulus.unit != own.stimulus.unit:
        sys.exit(f"{name} is stimulated in {hand.stimulus.unit}, {file} in {own.stimulus.unit}")
    from_file = runs.Ours(own, SolverSettings(), duration_ms=TWIN_MS)
    contenders = {"hand": runs.Ours(hand, SolverSettings(), from_file.section, TWIN_MS), "file": from_file}
    steps = [
        int(np.median((one := c.run(rows)).accepted + one.rejected)) for c in contenders.values()
    ]  # compiles as well
    turns = {name: lambda c=c: c.run(rows) for name, c in contenders.items()}
    spent = _in_turns(turns, repeats, rows * TWIN_MS / 1000)
    times = [file / hand for hand, file in zip(spent["hand"], spent["file"], strict=True)]
    cost = (spread(spent[one], 2) for one in ("hand", "file"))
    line = [name, Path(file).stem, *cost, spread(times, 2), f"{steps[0]}, {steps[1]}"]
    say(" | ".join(line))
    return line, float(np.median(times))


def _beside_hand(found: list[tuple[list[str], float]], rows: int) -> str:
    slowest = max(times for _, times in found)
    return (
        f"Cells of the library beside files of the same models, {rows} rows of {TWIN_MS / 1000:g} s at gbar's default "
        f"tolerance, float64, in turns:\n\n{table(TWINS, [line for line, _ in found])}\n\n"
        f"Bar, at most {SLOWER:g} times as long from the file: {verdict(slowest <= SLOWER)} ({slowest:.2f})."
    )


if __name__ == "__main__":
    main()
