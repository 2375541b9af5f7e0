"""`gbar report`: the report of a study."""

import argparse
from pathlib import Path

from gbar.cli.options import add_named_paths


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
    )
