"""`gbar check-cell`: what gbar understood of a model from a file, and a proof that it is right."""

import argparse
from pathlib import Path

VARIABLES = ("voltage", "stimulus", "time")


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "check-cell",
        help="tell what is understood of a model in CellML, SBML or Myokit's format, or of a neuron, and prove it",
        epilog="example: gbar check-cell ohara_2011.mmt --python equations.py",
    )
    verb.add_argument("file", type=Path, help="the model: .cellml, .mmt or .xml (SBML); .yaml of a neuron")
    for name in VARIABLES:
        verb.add_argument(f"--{name}", metavar="COMPONENT.VARIABLE", help=f"the variable that is the {name}")
    verb.add_argument("--python", type=Path, help="file to write the equations to, as gbar solves them, .py")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from gbar import cells
    from gbar.cells.described import described, equations, understood
    from gbar.cells.imported.model import Told
    from gbar.cli.options import check_ending
    from gbar.records.files import write_text

    check_ending("--python", options.python, (".py",))
    told = {name: getattr(options, name) for name in VARIABLES}
    cell = cells.from_file(options.file, **told)
    if options.python:
        write_text(options.python, equations(cell))
    print("\n".join(described(cell)))
    print("  understood:")
    for line in understood(cell):
        print(f"    {line}")
    if cells.is_neuron(cell):  # NEURON, which would prove it, is no part of gbar
        return 0
    from gbar.jobs.runtime import start_jax

    start_jax(x64=True)
    from gbar.cells.imported.checking import prove

    proof = prove(options.file, Told(**told), cell)
    print("  checked:")
    for line in proof.told():
        print(f"    {line}")
    print("  it agrees" if proof.agrees else "  it does NOT agree")
    return 0 if proof.agrees else 1
