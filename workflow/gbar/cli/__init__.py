"""The command line: each verb calls one function of the library; those of the workflow are made from its jobs."""

import argparse
import shlex
import sys
from collections.abc import Sequence

from gbar import __version__
from gbar.cli import (
    cells,
    check_cell,
    invert_recording,
    jobs,
    predict,
    recording,
    schema,
    simulate,
    verify,
)
from gbar.cli.interrupt import INTERRUPTED, ctrl_c_ends
from gbar.errors import UserError

GROUPS = (
    simulate,
    predict,
    invert_recording,
    recording,
    cells,
    check_cell,
    verify,
    schema,
    jobs,
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all verbs."""
    top = argparse.ArgumentParser(
        prog="gbar",
        description="From ion-channel conductances to action potentials and back.",
        epilog="`gbar VERB --help` explains a verb. The verbs with --settings are the jobs of the workflow.",
    )
    top.add_argument("--version", action="version", version=f"gbar {__version__}")
    verbs = top.add_subparsers(title="verbs", metavar="VERB", required=True)
    for group in GROUPS:
        group.add_verbs(verbs)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status: 0, 2 for a mistake of the user, 1 for a failed check, 130 for Ctrl-C."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(given)
    if hasattr(options, "settings"):
        print(f"$ gbar {shlex.join(given)}", file=sys.stderr)  # so that a job can be repeated from its log
    try:
        with ctrl_c_ends():
            return options.run(options) or 0
    except UserError as error:
        print(f"gbar: {error}", file=sys.stderr)
        return 2
    except MemoryError as error:
        print(f"gbar: this takes more memory than there is ({error or 'none is left'})", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader, such as `head`, has seen enough
        return 0
