"""What a GPU does, beside all cores of its machine: steps of every cell over many lanes, a design, training epochs.

Run it on a machine with a GPU that JAX sees (`pip install jax[cuda13]`), in a session of eight minutes; it stops
beginning new measurements when `--budget-s` is used up, and says which it left out. Without a GPU it measures the CPU's
default device in the same way, to be tried.

The solver's program is timed by itself, results kept on the device: lanes x the time they got on, over the seconds of a
chunk of steps. Lanes draw scalings of all currents from 0.8 to 1.2 and are at different places of their beats after the
steps that warm up. Tolerances are the cells' own, so errors are those of the tables of the other benchmarks.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import common
import numpy as np

from gbar.solve.settings import Precision

ADAPTIVE = ("akwaboah2021", "tentusscher2004", "hodgkinhuxley1952")
FIXED = ("izhikevich2003", "ballsticks", "mainen1996")
PRECISIONS: tuple[Precision, ...] = ("float32", "float64")
LANES = (1024, 8192, 65_536, 262_144)
CPU_LANES = 64
CHUNK, CHUNKS = 256, 3  # steps between two looks at the lanes; how many chunks are timed
PULSES_MS = [t for k in range(100) for t in (10.0 + 1000 * k, 11.0 + 1000 * k)]
DESIGN_ROWS, FACTORIAL_ROWS = 8192, 161_051
SEED = 0
TITLE = "A GPU"


def main() -> None:
    """Measure for as long as allowed and write the section of RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget-s", type=float, default=440.0, help="seconds (default %(default)s)")
    parser.add_argument("--lanes", type=int, nargs="+", default=list(LANES), help="lanes to try")
    parser.add_argument("--cpu", nargs=2, metavar=("CELL", "CORE"), help=argparse.SUPPRESS)
    parser.add_argument("--epoch", metavar="NETWORK", help=argparse.SUPPRESS)
    options = parser.parse_args()
    from gbar.jobs.runtime import start_jax

    start_jax(x64=not options.epoch)
    if options.epoch:
        print(json.dumps(_samples_per_s(options.epoch)))
        return
    if options.cpu:
        name, core = options.cpu
        os.sched_setaffinity(0, {int(core)})
        print(json.dumps({precision: _throughput(name, precision, CPU_LANES) for precision in PRECISIONS}))
        return
    import jax

    end = time.monotonic() + options.budget_s
    device = jax.devices()[0]
    common.say(f"on {device.device_kind}, with {os.cpu_count()} cores beside it")
    parts, left_out = [], []
    for title, measure in _measurements(options.lanes):
        if time.monotonic() > end:
            left_out.append(title)
            continue
        started = time.monotonic()
        try:
            parts.append((title, measure()))
        except Exception as error:  # what a device cannot hold must not cost the rest
            parts.append((title, f"failed: {str(error).splitlines()[0][:200]}"))
        common.say(f"{title}: {parts[-1][1]} ({time.monotonic() - started:.0f} s with compilation)")
    body = [f"{device.device_kind} beside {os.cpu_count()} cores.", common.table(("what", "measured"), parts)]
    if left_out:
        body.append(f"Left out, for lack of time: {', '.join(left_out)}.")
    common.write_section(TITLE, "\n\n".join(body), {"jaxlib": version("jaxlib")})


def _measurements(lanes: list[int]) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield what is measured, the most telling first, as text."""

    def on_device(name: str, precision: Precision, count: int) -> str:
        return f"{_throughput(name, precision, count):,.0f} cell-seconds a second"

    first, *more = ADAPTIVE
    for name in (first, *more):
        for precision in PRECISIONS:
            for count in lanes if name == first else lanes[1::2]:
                yield f"{name}, {precision}, {count:,} lanes", lambda n=name, p=precision, c=count: on_device(n, p, c)
        yield f"{name}, all cores of the CPU", lambda n=name: _on_all_cores(n)
    yield f"{DESIGN_ROWS:,} rows of {first} x 5 s every 0.05 ms, end to end", _design
    for name in FIXED:
        for precision in PRECISIONS:
            yield f"{name}, {precision}, end to end", lambda n=name, p=precision: _fixed(n, p)
    for network in ("dlstm3", "design 203"):
        yield f"training {network}", lambda n=network: _epochs(n)


def _throughput(name: str, precision: Precision, lanes: int) -> float:
    """Return cell-seconds a second of an adaptive cell's program, on the default device."""
    import jax

    from gbar import cells
    from gbar.solve import rosenbrock
    from gbar.solve.driving import Pieces, padded
    from gbar.solve.lanes import start
    from gbar.solve.settings import SolverSettings
    from gbar.solve.stimulus import Stimulus

    cell, settings = cells.get(name), SolverSettings()
    scale = {one: np.random.default_rng(SEED).uniform(0.8, 1.2, lanes) for one in cell.current_names}
    pulses = Stimulus(np.array([0.0, *PULSES_MS]), np.array([0.0, *[cell.stimulus.gain, 0.0] * (len(PULSES_MS) // 2)]))
    pieces = Pieces(*(a.T for a in padded(pulses)))
    with jax.enable_x64(True):
        advance = rosenbrock.advance(cell, (cell.state_names.index("V"),), False, CHUNK)
        state = start(np.repeat(cell.initial[:, None].astype(precision), lanes, axis=1))
        options = (1e9, settings.rtol, settings.max_step_ms, 10**9)
        state, _, _ = jax.block_until_ready(advance(state, pieces, scale, {}, *options))
        before, started = float(np.asarray(state.t).sum()), time.perf_counter()
        for _ in range(CHUNKS):
            state, _, _ = advance(state, pieces, scale, {}, *options)
        jax.block_until_ready(state)
    return (float(np.asarray(state.t).sum()) - before) / 1000 / (time.perf_counter() - started)


def _on_all_cores(name: str) -> str:
    """Return the same of a process on each core, all at once."""
    environment = common.child_environment(JAX_PLATFORMS="cpu")
    running = [
        subprocess.Popen(
            [sys.executable, __file__, "--cpu", name, str(core)], env=environment, stdout=subprocess.PIPE, text=True
        )
        for core in sorted(os.sched_getaffinity(0))
    ]
    found = [json.loads(process.communicate()[0]) for process in running]
    told = (f"{sum(one[precision] for one in found):,.0f} ({precision})" for precision in PRECISIONS)
    return f"{', '.join(told)} cell-seconds a second"


def _design() -> str:
    from gbar import cells
    from gbar.solve import solve_rows

    cell = cells.get("akwaboah2021")
    rng = np.random.default_rng(SEED)
    scale = {name: rng.uniform(0, 2, DESIGN_ROWS) for name in ("INa", "IKur", "IKr", "IK1", "ICaL")}
    started = time.perf_counter()
    solution = solve_rows(cell, scale, {}, 5000.0, 0.05)
    seconds = time.perf_counter() - started
    factorial_min = seconds * FACTORIAL_ROWS / DESIGN_ROWS / 60
    return (
        f"{seconds:.0f} s, {5 * DESIGN_ROWS / seconds:,.0f} cell-seconds a second, "
        f"{np.count_nonzero(solution.status)} diverged; {FACTORIAL_ROWS:,} settings would take {factorial_min:.0f} min"
    )


def _fixed(name: str, precision: Precision) -> str:
    """Return what a cell of fixed step does end to end, once compiled."""
    from gbar import cells
    from gbar.solve import SolverSettings, solve_rows
    from gbar.solve.stimulus import Stimulus

    cell, rows, duration_ms = cells.get(name), 8192 if name != "mainen1996" else 2048, 200.0
    quantity = cell.current_names[0] if cell.current_names else next(iter(cell.parameter_defaults))
    values = np.random.default_rng(SEED).uniform(0.9, 1.1, rows)
    scales = {quantity: values} if cell.current_names else {}
    parameters = {} if cell.current_names else {quantity: values * cell.parameter_defaults[quantity]}
    stimulus = Stimulus(np.array([0.0, 10.0]), np.array([0.0, cell.stimulus.gain]))
    settings = SolverSettings(precision=precision)

    def solve(until_ms: float) -> float:
        started = time.perf_counter()
        solve_rows(cell, scales, parameters, until_ms, 0.2, settings, stimulus=stimulus)
        return time.perf_counter() - started

    solve(1.0)
    return f"{rows * duration_ms / 1000 / solve(duration_ms):,.0f} cell-seconds a second, {rows:,} rows"


def _epochs(network: str) -> str:
    """Return samples a second of training on the default device and on the CPU, each in a process of its own."""
    told = []
    for name, variables in (("default device", {}), ("CPU", {"JAX_PLATFORMS": "cpu"})):
        command = [sys.executable, __file__, "--epoch", network]
        environment = {**os.environ, **variables}
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        told.append(f"{json.loads(run.stdout):,.0f} samples a second ({name})")
    return ", ".join(told)


def _samples_per_s(network: str) -> float:
    """Return how many samples a second an epoch learns from, once compiled."""
    from gbar import nets
    from gbar.invert.designs.design import DESIGNS
    from gbar.training.loop import Samples, train
    from gbar.training.optimiser import TrainingSettings

    if network == "dlstm3":
        widths = {"lstm_widths": [128] * 3, "dense_widths": [256, 512], "dropout": 0.05}
        inputs, outputs, samples, batch_size = 5, 5000, 4096, 8
        architecture: Any = {"name": "dlstm3", "activation": "tanh", **widths}
    else:
        inputs, outputs, samples, batch_size = 9000, 10, 512, 64
        architecture = DESIGNS["203"].network.model_dump(mode="json")
    rng = np.random.default_rng(SEED)
    data = Samples(rng.random((samples, inputs), np.float32), rng.random((samples, outputs), np.float32))
    model = nets.build(architecture, inputs, outputs, seed=1)
    outcome = train(model, data, data, TrainingSettings(epochs=3, batch_size=batch_size), log=lambda _: None)
    return samples / outcome.history[-1].seconds


if __name__ == "__main__":
    main()
