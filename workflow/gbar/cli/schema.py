"""`gbar schema`: the JSON schema of the configuration."""

import argparse


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser("schema", help="print the JSON schema of config.yaml")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar.config.study import schema

    print(schema(), end="")
