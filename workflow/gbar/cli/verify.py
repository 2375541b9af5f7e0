"""`gbar verify`: do results, or one store, hold what their designs ask for."""

import argparse
from pathlib import Path

from gbar.errors import UserError


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "verify",
        help="check results, or one store, against designs and digests; exit status 1 where something is wrong",
    )
    verb.add_argument("path", type=Path, metavar="RESULTS", help="a results folder, or one store.zarr")
    verb.add_argument("--design", type=Path, help="of a store: its design.csv; the one beside it when left out")
    verb.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from gbar.report.verify import verify_results

    if not options.path.exists():
        raise UserError(f"{options.path}: there is nothing at this path")
    if options.design is not None or options.path.name.endswith(".zarr"):
        return _verify_store(options.path, options.design or options.path.parent / "design.csv")
    wrong = checked = 0
    for finding in verify_results(options.path):
        checked += 1
        wrong += not finding.ok
        print(f"{finding.path}: {'' if finding.ok else 'WRONG: '}{finding.said}", flush=True)
    print(f"{options.path}: {checked} things checked, {wrong or 'nothing'} wrong")
    return 1 if wrong else 0


def _verify_store(store: Path, design: Path) -> int:
    from gbar.sweeps.rows import read_rows
    from gbar.sweeps.store import verify

    rows = read_rows(design)
    wrong = verify(store, rows.ids)
    for sentence in wrong:
        print(f"{store}: {sentence}")
    if not wrong:
        print(f"{store}: complete, {len(rows.ids)} rows as designed")
    return 1 if wrong else 0
