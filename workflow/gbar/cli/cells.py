"""`gbar cells`: what there is to simulate."""

import argparse

from gbar.cells.cell import Cell


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser("cells", help="list the cells with their currents and parameters")
    verb.add_argument("cell", nargs="?", help="only this cell")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar import cells
    from gbar.cells.imported import cache
    from gbar.cells.neurons import cache as neurons

    for name in [options.cell] if options.cell else [*cells.names(), *cache.names(), *neurons.names()]:
        describe(cells.get(name))


def describe(cell: Cell) -> None:
    """Print what there is to know of a cell; of a file's, with the other names of its currents."""
    of_file = "@" in cell.name
    print(f"{cell.name}: {cell.title}")
    print(f"  {cell.reference}")
    print(f"  variants: {', '.join(cell.variants)} (default {cell.variant})")
    if cell.currents:
        print("  currents (--scale NAME=FACTOR, 1 is the cell's own):")
        for current in cell.currents:
            print(f"    {current.name:<8} {current.meaning}{_also(current.also) if of_file else ''}")
    print("  parameters (--set NAME=VALUE):")
    for parameter in cell.parameters:
        span = (
            ""
            if parameter.range is None
            else f" ({'' if of_file else 'published '}designs: {parameter.range[0]:g} to {parameter.range[1]:g})"
        )
        print(f"    {parameter.name:<10} {parameter.default:g} {parameter.unit}: {parameter.meaning}{span}")
    stimulus = cell.stimulus
    unit = "without unit" if stimulus.unit == "1" else stimulus.unit
    print(
        f"  stimulus: {stimulus.kind or 'none'} when left out; a unit waveform times {stimulus.gain:g} ({unit})"
        + (f", from {stimulus.on_from_ms:g} ms on" if stimulus.on_from_ms else "")
    )
    print(f"  methods: {', '.join(cell.methods)} (default {cell.methods[0]}); fixed step {cell.dt_ms:g} ms")


def _also(names: tuple[str, ...]) -> str:
    return f" (also {', '.join(names)})" if names else ""
