"""`gbar cells`: what there is to simulate."""

import argparse


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser("cells", help="list the cells with their currents and parameters")
    verb.add_argument("cell", nargs="?", help="only this cell")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar import cells
    from gbar.cells.described import described
    from gbar.cells.imported import cache
    from gbar.cells.neurons import cache as neurons

    for name in [options.cell] if options.cell else [*cells.names(), *cache.names(), *neurons.names()]:
        print("\n".join(described(cells.get(name))))
