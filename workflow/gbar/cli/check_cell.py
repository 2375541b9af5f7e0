"""`gbar check-cell`: what gbar understood of a model from a file, and a proof that it is right."""

import argparse
from collections import Counter
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
    from gbar.cells.imported import cache
    from gbar.cells.imported.model import Told
    from gbar.cli.cells import describe
    from gbar.cli.options import check_ending
    from gbar.records.files import write_text
    from gbar.traces.settings import KINDS

    check_ending("--python", options.python, (".py",))
    told = {name: getattr(options, name) for name in VARIABLES}
    cell = cells.from_file(options.file, **told)
    if cells.is_neuron(cell):
        return _tell_neuron(cell, options.python)
    table = cache.table(cell)
    if options.python:
        write_text(options.python, cache.text_of(cell))
    describe(cell)
    print("  understood:")
    print(f"    V is {table['file_states'][0]}; {_kinds(cell)}")
    kind = "neuron" if cell.tissue == "neuron" else f"{cell.tissue} cell"
    others = " or ".join(one for one in KINDS if one != cell.tissue)
    print(f"    beats are told as those of a {kind}; `beats: {{kind: ...}}` makes it {others}")
    for finding in table["findings"]:
        print(f"    {finding}")
    for one in table["singular"]:
        print(f"    {one}")

    from gbar.jobs.runtime import start_jax

    start_jax(x64=True)
    from gbar.cells.imported.checking import prove

    proof = prove(options.file, Told(**told), cell)
    for warning in proof.warnings:
        print(f"    Myokit warns: {warning}")
    print("  checked:")
    print(
        f"    {proof.rates} rates differ from Myokit's by at most {proof.worst:.1e} of the largest of their "
        f"state ({proof.where})"
    )
    if proof.rms_mV is None:
        print(f"    no trace by CVODES to compare with: {proof.no_trace}")
    else:
        print(f"    V over 1 s differs from CVODES by {proof.rms_mV:.4f} mV (root mean square, upstrokes left out)")
    print("  it agrees" if proof.agrees else "  it does NOT agree")
    return 0 if proof.agrees else 1


def _tell_neuron(cell, python: Path | None) -> int:
    """Say what is understood of a neuron; NEURON, which would prove it, is no part of gbar."""
    from gbar.cells.neurons import cache
    from gbar.cli.cells import describe
    from gbar.records.files import write_text

    if python:
        write_text(python, "\n\n".join(cache.texts_of(cell).values()))
    describe(cell)
    print("  understood:")
    for finding in cache.table(cell)["findings"]:
        print(f"    {finding}")
    return 0


def _kinds(cell) -> str:
    core = [state.name for state in cell.states if state.is_core]
    kinds = Counter(state.kind for state in cell.states)
    counted = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in kinds.items())
    return f"{len(cell.states)} states ({counted}), of which the core is {', '.join(core)}"
