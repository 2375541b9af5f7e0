"""`gbar figure`: one figure of the report, as SVG, PNG or both."""

import argparse
from pathlib import Path

from gbar.cli import gating_figure, invert_figure, subthreshold
from gbar.cli.options import add_named_paths

MODELS = "scores of each model, NAME=metrics.json"
SCORES = "test windows of each model, NAME=scores.csv"


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb with a verb of its own for each figure."""
    figure = verbs.add_parser("figure", help="draw one figure of the report")
    drawings = figure.add_subparsers(title="figures", metavar="FIGURE", required=True)

    family = drawings.add_parser("family", help="action potentials over each current's scaling")
    family.add_argument("--store", type=Path, required=True, help="store of a sweep")
    family.add_argument("--settings", required=True, help="the figure's settings, as JSON")
    family.set_defaults(draw=_family)

    settings = drawings.add_parser("settings", help="which settings of a design beat")
    settings.add_argument("--store", type=Path, required=True, help="store of a sweep")
    settings.add_argument("--biomarkers", type=Path, required=True, help="its table of biomarkers")
    settings.set_defaults(draw=_settings)

    traces = drawings.add_parser("traces", help="traces of settings spread over a design, and their stimulus")
    traces.add_argument("--store", type=Path, required=True, help="store of a sweep")
    traces.add_argument("--settings", required=True, help="the figure's settings, as JSON")
    traces.set_defaults(draw=_traces)

    predictions = drawings.add_parser("predictions", help="predicted beside simulated action potentials")
    predictions.add_argument("--windows", type=Path, required=True, help="data set")
    add_named_paths(predictions, "--predictions", "predicted windows of each model, NAME=predictions.npz")
    predictions.add_argument("--settings", required=True, help="the figure's settings, as JSON")
    predictions.set_defaults(draw=_predictions)

    losses = drawings.add_parser("losses", help="loss over training")
    add_named_paths(losses, "--models", "each model directory, NAME=DIRECTORY")
    losses.set_defaults(draw=_losses)

    smoothing = drawings.add_parser("smoothing", help="error over the width of the smoothing")
    add_named_paths(smoothing, "--metrics", MODELS)
    smoothing.set_defaults(draw=_smoothing)

    errors = drawings.add_parser("errors", help="error by current and level")
    errors.add_argument("--windows", type=Path, required=True, help="data set")
    add_named_paths(errors, "--scores", SCORES)
    errors.set_defaults(draw=_errors)

    apd = drawings.add_parser("apd", help="predicted against simulated action potential durations")
    add_named_paths(apd, "--scores", SCORES)
    apd.set_defaults(draw=_apd)

    learning = drawings.add_parser("learning", help="error against the number of training settings")
    add_named_paths(
        learning, "--metrics", "scores of each training, MODEL=metrics.json, a model once for each training"
    )
    learning.add_argument("--models", required=True, nargs="+", help="all models of the study")
    learning.set_defaults(draw=_learning)

    spread = drawings.add_parser("spread", help="spread of ensembles against their error")
    add_named_paths(spread, "--scores", SCORES)
    add_named_paths(spread, "--metrics", MODELS)
    spread.set_defaults(draw=_spread)

    invert_figure.add_figures(drawings)
    subthreshold.add_figures(drawings)
    gating_figure.add_figures(drawings)

    for drawing in drawings.choices.values():
        drawing.add_argument("--out", type=Path, required=True, nargs="+", help="files to write, .svg or .png")
        drawing.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from gbar.figures.style import save

    figure = options.draw(options)
    for path in options.out:
        save(figure, path)


def _family(options: argparse.Namespace) -> object:
    from gbar.config.explain import parsed
    from gbar.config.figures import FamilySection
    from gbar.figures.sweeps.family import draw_family
    from gbar.figures.sweeps.family_data import read_families
    from gbar.figures.sweeps.sweep_data import cell_of

    settings = parsed(FamilySection, options.settings)
    families = read_families(options.store, before_ms=settings.before_ms, after_ms=settings.after_ms)
    return draw_family(families, cell=cell_of(options.store))


def _settings(options: argparse.Namespace) -> object:
    from gbar.figures.sweeps.settings import draw_settings
    from gbar.figures.sweeps.settings_data import read_settings

    return draw_settings(read_settings(options.store, options.biomarkers))


def _traces(options: argparse.Namespace) -> object:
    from gbar.config.explain import parsed
    from gbar.config.figures import TracesSection
    from gbar.figures.sweeps.traces import draw_traces
    from gbar.figures.sweeps.traces_data import read_traces

    settings = parsed(TracesSection, options.settings)
    return draw_traces(read_traces(options.store, **settings.model_dump()))


def _predictions(options: argparse.Namespace) -> object:
    from gbar.config.explain import parsed
    from gbar.config.figures import PredictionsSection
    from gbar.figures.emulate.model_data import read_inputs
    from gbar.figures.emulate.predictions import draw_predictions
    from gbar.figures.emulate.predictions_data import read_held_out

    settings = parsed(PredictionsSection, options.settings)
    shown, ranked_by = read_held_out(options.windows, dict(options.predictions), n_shown=settings.settings)
    return draw_predictions(shown, ranked_by=ranked_by, known=read_inputs(options.windows))


def _losses(options: argparse.Namespace) -> object:
    from gbar.figures.losses import draw_losses
    from gbar.figures.losses_data import read_histories

    return draw_losses(read_histories({name: model / "history.csv" for name, model in options.models}))


def _smoothing(options: argparse.Namespace) -> object:
    from gbar.figures.emulate.smoothing import draw_smoothing
    from gbar.figures.emulate.smoothing_data import read_scans
    from gbar.records.metrics import read_metrics

    _, any_model = options.metrics[0]
    return draw_smoothing(read_scans(dict(options.metrics)), sample_ms=read_metrics(any_model)["sample_ms"])


def _errors(options: argparse.Namespace) -> object:
    from gbar.figures.emulate.errors import draw_errors
    from gbar.figures.emulate.errors_data import read_errors
    from gbar.figures.emulate.model_data import read_inputs

    return draw_errors(read_errors(dict(options.scores)), read_inputs(options.windows))


def _apd(options: argparse.Namespace) -> object:
    from gbar.figures.emulate.apd import draw_apd
    from gbar.figures.emulate.apd_data import read_durations

    return draw_apd(read_durations(dict(options.scores)))


def _learning(options: argparse.Namespace) -> object:
    from gbar.figures.emulate.learning import draw_learning
    from gbar.figures.emulate.learning_data import read_learning
    from gbar.records.metrics import read_metrics

    trainings: dict[str, list[Path]] = {}
    for name, path in options.metrics:
        trainings.setdefault(name, []).append(path)
    floor = read_metrics(options.metrics[0][1])["drift_floor_mse_mV2"]
    return draw_learning(read_learning(trainings), drift_floor_mV2=floor, models=options.models)


def _spread(options: argparse.Namespace) -> object:
    from gbar.figures.emulate.spread import draw_spread
    from gbar.figures.emulate.spread_data import read_spreads

    scores = dict(options.scores)
    return draw_spread(read_spreads(scores, dict(options.metrics)), models=list(scores))
