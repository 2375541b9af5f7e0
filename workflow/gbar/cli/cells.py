"""`gbar cells`: what there is to simulate."""

import argparse


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser("cells", help="list the cells with their currents and parameters")
    verb.add_argument("cell", nargs="?", help="only this cell")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar import cells

    for name in [options.cell] if options.cell else cells.names():
        cell = cells.get(name)
        print(f"{cell.name}: {cell.title}")
        print(f"  {cell.reference}")
        print(f"  variants: {', '.join(cell.variants)} (default {cell.variant})")
        print("  currents (--scale NAME=FACTOR, 1 is the cell's own):")
        for current in cell.currents:
            print(f"    {current.name:<8} {current.meaning}")
        print("  parameters (--set NAME=VALUE):")
        for parameter in cell.parameters:
            print(f"    {parameter.name:<8} {parameter.default:g} {parameter.unit}: {parameter.meaning}")
