"""`gbar verify`: does a store hold what its design asks for."""

import argparse
from pathlib import Path


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser("verify", help="compare a store with its design; exit status 1 where they differ")
    verb.add_argument("store", type=Path, metavar="STORE", help="a store.zarr")
    verb.add_argument("--design", type=Path, help="its design.csv; the one beside the store when left out")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from gbar.rows import read_rows
    from gbar.store import verify

    rows = read_rows(options.design or options.store.parent / "design.csv")
    wrong = verify(options.store, rows.ids)
    for sentence in wrong:
        print(f"{options.store}: {sentence}")
    if not wrong:
        print(f"{options.store}: complete, {len(rows.ids)} rows as designed")
    return 1 if wrong else 0
