"""`gbar simulate`: one setting of a cell, its trace and its biomarkers."""

import argparse
import math
from pathlib import Path

from gbar.cli.options import assignments, check_ending
from gbar.cli.progress import progress
from gbar.errors import wrong

# Biomarkers need the upstroke resolved, whatever is saved.
FINEST_MS = 0.05


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "simulate",
        help="simulate one setting of a cell and print its biomarkers",
        epilog="example: gbar simulate akwaboah2021 --scale IKr=0.4 --duration-ms 20000 --plot trace.svg",
    )
    verb.add_argument("cell", help="a cell of `gbar cells`")
    verb.add_argument("--variant", help="variant of the cell; its default when left out")
    verb.add_argument(
        "--scale", nargs="+", action="extend", default=[], metavar="CURRENT=FACTOR", help="scale currents"
    )
    verb.add_argument("--set", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help="set parameters")
    verb.add_argument("--duration-ms", type=_positive, default=5000.0, help="simulated time (default %(default)s)")
    verb.add_argument(
        "--save-every-ms", type=_positive, default=1.0, help="interval of the saved samples (%(default)s)"
    )
    verb.add_argument("--method", choices=("rosenbrock", "rush_larsen"), default="rosenbrock", help="integrator")
    verb.add_argument("--rtol", type=_positive, help="relative tolerance (rosenbrock)")
    verb.add_argument("--out", type=Path, help="trace to write, .csv or .npz: columns time_ms, V_mV")
    verb.add_argument("--plot", type=Path, help="plot to write, .svg or .png")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar import cells

    cell = cells.get(options.cell, options.variant)
    scales = assignments("--scale", options.scale, [current.name for current in cell.currents], lowest=0.0)
    parameters = assignments("--set", options.set, [parameter.name for parameter in cell.parameters])
    check_ending("--out", options.out, (".csv", ".npz"))
    check_ending("--plot", options.plot, (".svg", ".png"))
    samples = round(options.duration_ms / options.save_every_ms)
    if samples < 2:
        raise wrong("--save-every-ms", options.save_every_ms, f"at most half the duration ({options.duration_ms:g} ms)")

    from gbar.runtime import start_jax

    start_jax(x64=True)
    from gbar.simulation import simulate

    every = math.ceil(options.save_every_ms / FINEST_MS)
    result = simulate(
        cell,
        scales,
        parameters,
        duration_ms=options.duration_ms,
        save_every_ms=options.save_every_ms / every,
        method=options.method,
        rtol=options.rtol,
        progress=progress("simulating"),
    )
    title = " ".join([cell.name, cell.variant, *options.scale, *options.set])
    print(f"{title}, {options.duration_ms:g} ms: {result.status}")
    for name, value, unit in result.described():
        print(f"  {name:<16} {value} {unit}".rstrip())
    time_ms, V_mV = result.time_ms[::every][:samples], result.V_mV[::every][:samples]
    if options.out:
        _write_trace(options.out, time_ms, V_mV)
    if options.plot:
        from gbar.figures.style import save
        from gbar.figures.trace import draw_trace

        save(draw_trace(result.time_ms, result.V_mV, title=title), options.plot)


def _write_trace(path: Path, time_ms, V_mV) -> None:
    import numpy as np

    from gbar.files import whole, write_csv

    if path.suffix == ".csv":
        rows = ([f"{t:.10g}", f"{v:.8f}"] for t, v in zip(time_ms.tolist(), V_mV.tolist(), strict=True))
        write_csv(path, ["time_ms", "V_mV"], rows)
    else:
        with whole(path) as made:
            np.savez(made, time_ms=time_ms, V_mV=V_mV)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed; it must be a number above 0")
    return value
