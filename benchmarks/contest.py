"""What the comparisons of simulators share: the start, the turns, and the figure of accuracy against cost.

The rivals are those of the tests (`tests/rivals`): models and loops of their own, written from the publications.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import common
import numpy as np
from matplotlib.figure import Figure

from gbar.figures.style import GREY, log_axis, model_looks, page_figure, save, styled
from gbar.jobs.runtime import start_jax

FIGURES = Path(__file__).with_name("figures")
CLOSE = 1.6  # times the cost of the cheapest
TESTS = Path(__file__).parents[1] / "tests"

# Of contests under chirp23a.
DT_MS, DURATION_MS = 0.02, 460.0
PRECISIONS = ("float64", "float32")
SEED = 20261122


@dataclass(frozen=True)
class Run:
    """One contender at one setting, run once.

    Attributes:
        who: the contender.
        setting: tolerance or step, in words.
        error: against the reference.
        ms: a simulated second of one cell.
        solve: runs it again and returns its traces.
    """

    who: str
    setting: str
    error: float
    ms: float
    solve: Callable[[], np.ndarray]


def parser(explanation: str, rows: int, what: str) -> argparse.ArgumentParser:
    """Return the parser of a contest, with so many rows and five turns where nothing else is said."""
    made = common.parser(explanation)
    made.add_argument("--rows", type=int, default=rows, help=f"{what} (default %(default)s)")
    made.add_argument("--repeats", type=int, default=5, help="turns (default %(default)s)")
    return made


def begin() -> None:
    """Keep to one core, start JAX, and let the rivals be imported. Call before JAX is imported."""
    common.pin_to_one_core()
    start_jax(x64=True)
    import jax

    jax.devices()  # before a rival takes standard error for itself
    sys.path.insert(0, str(TESTS))


def leave_unless(reason: str | None) -> None:
    """End the benchmark, not as a failure, where a rival cannot be had."""
    if reason is not None:
        print(f"not measured: {reason}")
        sys.exit(0)


def timed(solve: Callable[[], np.ndarray]) -> tuple[np.ndarray, float]:
    """Return what `solve` returns, and the seconds it took."""
    started = time.perf_counter()
    traces = solve()
    return traces, time.perf_counter() - started


def scanned(solvers: Mapping[str, Callable[[], np.ndarray]], dt_ms: float, rows: int, right: np.ndarray) -> list[Run]:
    """Run the solvers of so many rows under chirp23a once at a step; the error is against the `right` traces."""
    from rivals import measures

    runs = []
    for who, solve in solvers.items():
        traces, took_s = timed(solve)
        error = float(np.median(measures.rmse(traces - right)))
        ms = 1e3 * took_s / (rows * DURATION_MS / 1e3)
        common.say(f"{who}, dt {dt_ms:g} ms: {ms:.2f} ms, median RMSE {error:.3g} mV")
        runs.append(Run(who, f"dt {dt_ms:g} ms", error, ms, solve))
    return runs


def in_turns(runs: Sequence[Run], seconds_simulated: Mapping[str, float], repeats: int) -> dict[str, list[float]]:
    """Run the contenders in turns and return the ms a simulated second of one cell costs each, turn by turn.

    Args:
        runs: one of each contender.
        seconds_simulated: that one run of it solves, of all its rows.
        repeats: turns.
    """
    cost: dict[str, list[float]] = {run.who: [] for run in runs}
    for turn in range(repeats):
        for run in runs:
            cost[run.who].append(1e3 * timed(run.solve)[1] / seconds_simulated[run.who])
        common.say(f"turn {turn + 1} of {repeats}: {', '.join(f'{who} {ms[-1]:.2f} ms' for who, ms in cost.items())}")
    return cost


def cheapest(runs: Sequence[Run], at_most: float, seconds_simulated: float) -> list[Run]:
    """Return, of each contender that is accurate enough at some setting, the cheapest such run.

    Runs that came close to the cheapest are repeated before one is chosen: once may have been bad luck.

    Args:
        runs: every contender at every setting.
        at_most: largest error.
        seconds_simulated: that a run solves, of all its rows.
    """
    accurate = [run for run in runs if run.error <= at_most]
    chosen = []
    for who in dict.fromkeys(run.who for run in accurate):
        of_one = [run for run in accurate if run.who == who]
        least_ms = min(run.ms for run in of_one)
        close = [run for run in of_one if run.ms <= CLOSE * least_ms]
        again = {run: min(run.ms, *(1e3 * timed(run.solve)[1] / seconds_simulated for _ in range(2))) for run in close}
        chosen.append(min(close, key=again.__getitem__))
    return chosen


def bars(cost: Mapping[str, Sequence[float]], rivals: Sequence[str], bar: float | None, aim: float | None) -> str:
    """Return, in words, how many times faster gbar's fastest is than the fastest rival, beside bar and aim.

    Args:
        cost: ms of each contender, turn by turn; of those that are accurate enough.
        rivals: who of them is not gbar.
        bar: least times faster.
        aim: wished times faster.
    """
    if not rivals or len(rivals) == len(cost):
        return f"Nobody to compare: only {' and '.join(cost) or 'nobody'} was accurate enough."
    rival = min(rivals, key=lambda who: statistics.median(cost[who]))
    ours = min((who for who in cost if who not in rivals), key=lambda who: statistics.median(cost[who]))
    # A contender far behind has been timed once.
    of_rival = cost[rival] if len(cost[rival]) > 1 else [*cost[rival]] * len(cost[ours])
    ratios = [theirs / mine for theirs, mine in zip(of_rival, cost[ours], strict=True)]
    times = statistics.median(ratios)
    text = f"{ours} beside {rival}: {common.spread(ratios, 1)} times faster."
    if bar is not None and aim is not None:
        text += (
            f" Bar {bar:g} times: {common.verdict(times >= bar)}; aim {aim:g} times: {common.verdict(times >= aim)}."
        )
    return text


def draw_cost(name: str, runs: Sequence[Run], error: str, at_most: float | None) -> str:
    """Draw error over cost into `figures/` and return the Markdown that shows it.

    Args:
        name: of the cell.
        runs: every contender at every setting; a line each.
        error: what the error is, with its unit.
        at_most: the accuracy that was asked for.
    """
    path = FIGURES / f"{name}.svg"
    path.parent.mkdir(exist_ok=True)
    save(_cost_figure(runs, error, at_most), path)
    return f"![Accuracy against cost of {name}](figures/{path.name})"


@styled
def _cost_figure(runs: Sequence[Run], error: str, at_most: float | None) -> Figure:
    """Draw every run as a point, and through those of a contender that none of its others beats in both, a line."""
    figure = page_figure(height_mm=80)
    axes = figure.subplots()
    for who, look in model_looks(run.who for run in runs).items():
        points = sorted((run.ms, run.error) for run in runs if run.who == who and 0 < run.error < np.inf)
        best = [point for k, point in enumerate(points) if all(point[1] < other[1] for other in points[:k])]
        axes.plot(*zip(*points, strict=True), **look | {"linestyle": ""}, markersize=3.5, alpha=0.35)
        axes.plot(*zip(*best, strict=True), **look, markersize=3.5, label=who)
    if at_most is not None:
        axes.axhline(at_most, color=GREY, linewidth=0.8)
    axes.set_xlabel("cost of a simulated second of one cell (ms, one core)")
    axes.set_ylabel(error)
    log_axis(axes, "x")
    log_axis(axes, "y")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
