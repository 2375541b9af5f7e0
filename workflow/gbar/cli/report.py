"""`gbar report`: the report of a study."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gbar.cli.options import add_named_paths

if TYPE_CHECKING:
    from gbar.report.gating import GatingFiles


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb."""
    report = verbs.add_parser("report", help="write the report, one self-contained HTML page")
    report.add_argument("--figures", type=Path, required=True, nargs="+", help="figures, .svg, in their order")
    report.add_argument("--captions", type=Path, required=True, help="folder of the figures' captions, .rst")
    add_named_paths(report, "--sweeps", "biomarkers of each sweep, NAME=biomarkers.csv", at_least_one=False)
    add_named_paths(report, "--metrics", "scores of each model, NAME=metrics.json", at_least_one=False)
    add_named_paths(report, "--inverters", "scores of each inverter, NAME=metrics.json", at_least_one=False)
    add_named_paths(report, "--recordings", "answer to each recording, NAME=FILE.json", at_least_one=False)
    add_named_paths(report, "--filters", "scores of each subthreshold filter, NAME=metrics.json", at_least_one=False)
    add_named_paths(report, "--baselines", "scores of each linear filter, NAME=metrics.json", at_least_one=False)
    for option, text in (
        ("networks", "scores of each network of gates, NAME=metrics.json"),
        ("published", "scores of the published second stage, CELL=FILE.json"),
        ("identified", "factors found from each record, CELL/RECORD=FILE.json"),
        ("held-out", "scores of the factors found on held-out cycle lengths, CELL=FILE.json"),
    ):
        add_named_paths(report, f"--gating-{option}", text, at_least_one=False)
    report.add_argument("--settings", required=True, help="the whole configuration, as JSON")
    report.add_argument("--out", type=Path, required=True, help="page to write, .html")
    report.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.study import Study
    from gbar.report.study import report_study

    report_study(
        options.out,
        parsed(Study, options.settings),
        figures=options.figures,
        captions=options.captions,
        sweeps=dict(options.sweeps),
        metrics=dict(options.metrics),
        inverters=dict(options.inverters),
        recordings=dict(options.recordings),
        filters=dict(options.filters),
        baselines=dict(options.baselines),
        gating=_gating(options) if options.gating_networks else None,
    )


def _gating(options: argparse.Namespace) -> "GatingFiles":
    from gbar.report.gating import GatingFiles

    return GatingFiles(
        networks=dict(options.gating_networks),
        published=dict(options.gating_published),
        identified=dict(options.gating_identified),
        held_out=dict(options.gating_held_out),
    )
