"""`gbar simulate`: one setting of a cell, its trace and its biomarkers."""

import argparse
from functools import partial
from pathlib import Path

from gbar.cli.beats import add_beats, given_beats
from gbar.cli.options import add_files, add_setting, assignments, check_files, check_fits_memory, positive
from gbar.cli.progress import progress
from gbar.cli.stimulus import add_stimulus, given_stimulus
from gbar.errors import wrong

SAVE_EVERY_MS = 1.0
DURATION_MS = 5000.0
FINEST_MS = 0.05  # a trace is held at this interval at least, so that its upstrokes are resolved


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "simulate",
        help="simulate one setting of a cell and print its biomarkers",
        epilog="example: gbar simulate tentusscher2004 --scale gKr=0.5 --stimulus pacing --cycle-length-ms 800 "
        "--duration-ms 20000 --plot trace.svg",
    )
    verb.add_argument("cell", help="a cell of `gbar cells`, or yours: .cellml, .mmt, .xml (SBML), a neuron's .yaml")
    verb.add_argument("--variant", help="variant of the cell; its default when left out")
    verb.add_argument("--morphology", help="CSV table of sections in place of the cell's own")
    verb.add_argument(
        "--altered", type=Path, help="altered cell to simulate, .json, as `gbar gating variant` writes it"
    )
    add_setting(verb, "scale currents", "set parameters; NAME*FACTOR is that many times the cell's own value")
    verb.add_argument(
        "--duration-ms", type=positive, help=f"simulated time (default: as the stimulus lasts, else {DURATION_MS:g})"
    )
    verb.add_argument(
        "--save-every-ms",
        type=positive,
        help=f"interval of the saved samples (default {SAVE_EVERY_MS:g}, or the step of cells that bring their own)",
    )
    add_stimulus(verb)
    add_beats(verb, "as usual for the cell when left out")
    solver = verb.add_argument_group("solver")
    solver.add_argument("--method", help="rosenbrock, rush_larsen or backward_euler; as usual for the cell if left out")
    solver.add_argument("--rtol", type=positive, help="relative tolerance (rosenbrock)")
    solver.add_argument("--dt-ms", type=positive, help="fixed step (the other methods)")
    solver.add_argument("--precision", help="float64 (default) or float32")
    add_files(verb, "trace to write, .csv or .npz: columns time_ms, V_mV")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar import cells, stimuli
    from gbar.solve.settings import SolverSettings

    altered = None
    if options.altered:
        from gbar.cells.altered import read_altered

        altered = read_altered(options.altered)
    own_variant = altered.variant if altered and altered.cell == options.cell else None
    cell = cells.get(options.cell, options.variant or own_variant, options.morphology)
    scales = assignments(
        "--scale", options.scale, list(cell.current_names), cell.check_value, partial(cell.called, parameters=False)
    )
    if altered:
        cell = altered.applied_to(cell)
        scales |= {name: factor * scales.get(name, 1.0) for name, factor in altered.scales.items()}
    parameters = assignments(
        "--set",
        options.set,
        list(cell.parameter_defaults),
        cell.check_value,
        partial(cell.called, currents=False),
        own=cell.parameter_defaults,
    )
    given = {name: getattr(options, name) for name in ("method", "rtol", "dt_ms", "precision")}
    settings = SolverSettings(**{name: value for name, value in given.items() if value is not None}).of_cell(cell)
    check_files(options, ".csv", ".npz")
    section = given_stimulus(options, cell)
    beats = given_beats(options.beats or [], cell.tissue)
    duration_ms = options.duration_ms or stimuli.length_ms(section) or DURATION_MS
    check_fits_memory("--duration-ms", duration_ms, min(options.save_every_ms or FINEST_MS, FINEST_MS))
    stimulus = stimuli.build(section, cell.stimulus, duration_ms, [0])
    own_step = settings.method == "backward_euler"
    save_every_ms = options.save_every_ms or ((settings.dt_ms or 0.0) if own_step else SAVE_EVERY_MS)
    samples = round(duration_ms / save_every_ms)
    if samples < 2:
        raise wrong("--save-every-ms", save_every_ms, f"at most half the duration ({duration_ms:g} ms)")

    from gbar.jobs.runtime import start_jax

    start_jax(x64=True)
    from gbar.solve.simulation import finer_sampling, simulate

    every = finer_sampling(settings, save_every_ms)
    result = simulate(
        cell,
        scales,
        parameters,
        duration_ms=duration_ms,
        save_every_ms=save_every_ms / every,
        stimulus=stimulus,
        pulses_ms=stimuli.pulses_ms(section, cell.stimulus, duration_ms)[0],
        beats=beats,
        settings=settings,
        progress=progress("simulating"),
    )
    driven = [] if section.kind == "none" else [section.kind]
    named = [options.altered.name] if altered else []
    title = " ".join([cell.name, cell.variant, *named, *options.scale, *options.set, *driven])
    # Files first: whoever reads what is printed may leave early.
    if options.out:
        _write_trace(options.out, result.time_ms[::every][:samples], result.V_mV[::every][:samples])
    if options.plot:
        from gbar.figures.style import save
        from gbar.figures.sweeps.trace import draw_trace

        save(draw_trace(result.time_ms, result.V_mV, title=title), options.plot)
    print(f"{title}, {duration_ms:g} ms: {result.status}")
    print(f"  {'class':<17} {result.course}")
    for name, value, unit in result.described():
        print(f"  {name:<17} {value} {unit}".rstrip())
    for note in result.reading.notes:
        print(f"  note: {note}")


def _write_trace(path: Path, time_ms, V_mV) -> None:
    import numpy as np

    from gbar.records.files import whole, write_csv

    if path.suffix == ".csv":
        rows = ([f"{t:.10g}", f"{v:.8f}"] for t, v in zip(time_ms.tolist(), V_mV.tolist(), strict=True))
        write_csv(path, ["time_ms", "V_mV"], rows)
    else:
        with whole(path) as made:
            np.savez(made, time_ms=time_ms, V_mV=V_mV)
