"""The verbs of the last jobs: draw a figure, write the report."""

import argparse
from pathlib import Path

FIGURES = ("family", "settings", "predictions", "losses")


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verbs."""
    figure = verbs.add_parser("figure", help="draw one figure of the report")
    drawings = figure.add_subparsers(title="figures", metavar="FIGURE", required=True)
    family = drawings.add_parser("family", help="action potentials over each current's scaling")
    family.add_argument("--store", type=Path, required=True, help="store of a sweep")
    family.set_defaults(draw=_family)
    settings = drawings.add_parser("settings", help="which settings of a design beat")
    settings.add_argument("--store", type=Path, required=True, help="store of a sweep")
    settings.add_argument("--biomarkers", type=Path, required=True, help="its table of biomarkers")
    settings.set_defaults(draw=_settings)
    predictions = drawings.add_parser("predictions", help="predicted beside simulated action potentials")
    predictions.add_argument("--windows", type=Path, required=True, help="data set")
    _add_models(predictions, "--predictions", "predicted windows of each model, NAME=predictions.npz")
    predictions.set_defaults(draw=_predictions)
    losses = drawings.add_parser("losses", help="loss over training")
    _add_models(losses, "--models", "each model directory, NAME=DIRECTORY")
    losses.set_defaults(draw=_losses)
    for drawing in (family, predictions):
        drawing.add_argument("--settings", required=True, help="the figure's settings, as JSON")
    for drawing in (family, settings, predictions, losses):
        drawing.add_argument("--out", type=Path, required=True, nargs="+", help="files to write, .svg or .png")
        drawing.set_defaults(run=_figure)

    report = verbs.add_parser("report", help="write the report, one self-contained HTML page")
    report.add_argument("--figures", type=Path, required=True, nargs="+", help="figures, .svg, in their order")
    report.add_argument("--captions", type=Path, required=True, help="folder of the figures' captions, .rst")
    _add_models(report, "--sweeps", "biomarkers of each sweep, NAME=biomarkers.csv")
    _add_models(report, "--metrics", "scores of each model, NAME=metrics.json")
    report.add_argument("--settings", required=True, help="the whole configuration, as JSON")
    report.add_argument("--out", type=Path, required=True, help="page to write, .html")
    report.set_defaults(run=_report)


def _add_models(parser: argparse.ArgumentParser, option: str, text: str) -> None:
    parser.add_argument(option, type=_named_path, required=True, nargs="+", metavar="NAME=PATH", help=text)


def _named_path(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed; it must be NAME=PATH")
    return name, Path(path)


def _figure(options: argparse.Namespace) -> None:
    from gbar.figures.style import save

    figure = options.draw(options)
    for path in options.out:
        save(figure, path)


def _family(options: argparse.Namespace) -> object:
    from gbar.config.explain import parsed
    from gbar.config.figures import FamilySection
    from gbar.figures.family import draw_family
    from gbar.figures.family_data import read_families
    from gbar.figures.sweep_data import cell_of

    settings = parsed(FamilySection, options.settings)
    families = read_families(options.store, before_ms=settings.before_ms, after_ms=settings.after_ms)
    return draw_family(families, cell=cell_of(options.store))


def _settings(options: argparse.Namespace) -> object:
    from gbar.figures.settings import draw_settings
    from gbar.figures.settings_data import read_settings

    return draw_settings(read_settings(options.store, options.biomarkers))


def _predictions(options: argparse.Namespace) -> object:
    from gbar.config.explain import parsed
    from gbar.config.figures import PredictionsSection
    from gbar.figures.predictions import draw_predictions
    from gbar.figures.predictions_data import read_held_out

    settings = parsed(PredictionsSection, options.settings)
    shown, ranked_by = read_held_out(options.windows, dict(options.predictions), n_shown=settings.settings)
    return draw_predictions(shown, ranked_by=ranked_by)


def _losses(options: argparse.Namespace) -> object:
    from gbar.figures.losses import draw_losses
    from gbar.figures.losses_data import read_histories

    return draw_losses(read_histories({name: model / "history.csv" for name, model in options.models}))


def _report(options: argparse.Namespace) -> None:
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
    )
