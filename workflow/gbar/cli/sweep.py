"""The verbs of a sweep's jobs: solve a block of rows, gather blocks into a store."""

import argparse
from pathlib import Path

from gbar.cli.progress import progress


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verbs."""
    solve = verbs.add_parser("solve", help="solve one block of a sweep's rows")
    solve.add_argument("--rows", type=Path, required=True, help="table of the block's rows")
    solve.add_argument("--settings", required=True, help="cell, protocol, solver and voltage, as JSON")
    solve.add_argument("--out", type=Path, required=True, help="block to write, .npz")
    solve.set_defaults(run=_solve)

    gather = verbs.add_parser("gather", help="gather solved blocks into a store and tables of its beats")
    gather.add_argument("--plan", type=Path, required=True, help="table of the sweep's rows and blocks")
    gather.add_argument("--blocks", type=Path, required=True, help="folder of the solved blocks")
    gather.add_argument("--settings", required=True, help="the sweep, as JSON")
    gather.add_argument(
        "--store", type=Path, required=True, help="store to write, .zarr; design.csv and design.json go beside it"
    )
    gather.add_argument("--biomarkers", type=Path, required=True, help="table to write, a line a row, .csv")
    gather.add_argument("--beats", type=Path, required=True, help="table to write, a line a beat, .csv")
    gather.set_defaults(run=_gather)


def _solve(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.jobs.runtime import start_jax
    from gbar.sweeps.blocks import BlockSettings, solve_block, write_block

    start_jax(x64=True)
    settings = parsed(BlockSettings, options.settings)
    write_block(options.out, solve_block(options.rows, settings, progress("solving")))


def _gather(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.sweep import SweepSection
    from gbar.sweeps.gather import gather

    settings = parsed(SweepSection, options.settings)
    outputs = (options.store, options.biomarkers, options.beats)
    gather(options.plan, options.blocks, settings, *outputs, progress("gathering"))
