"""`gbar subthreshold`: the jobs of the subthreshold study, and its figures."""

import argparse
from pathlib import Path

from gbar.cli.options import add_named_paths
from gbar.cli.progress import progress


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb with a verb of its own for each job."""
    study = verbs.add_parser("subthreshold", help="filters from a noisy current to a neuron's voltage")
    jobs = study.add_subparsers(title="jobs", metavar="JOB", required=True)

    data = jobs.add_parser("make-data", help="draw currents and solve the neuron under them")
    data.add_argument("--settings", required=True, help="currents, as JSON")
    data.add_argument("--out", type=Path, required=True, help="data set to write, .zarr")
    data.set_defaults(run=_make_data)

    train = jobs.add_parser("train", help="train one filter")
    train.add_argument("--data", type=Path, required=True, help="data set")
    train.add_argument("--settings", required=True, help="network and training, as JSON")
    train.add_argument("--checkpoints", type=Path, required=True, help="folder for checkpoints, taken up again")
    train.add_argument("--out", type=Path, required=True, help="folder of the filter to write")
    train.set_defaults(run=_train)

    evaluate = jobs.add_parser("evaluate", help="judge one filter on validation and test paths")
    evaluate.add_argument("--model", type=Path, required=True, help="folder of the filter")
    evaluate.add_argument("--data", type=Path, required=True, help="data set")
    evaluate.add_argument("--metrics", type=Path, required=True, help="errors to write, .json")
    evaluate.add_argument("--predictions", type=Path, required=True, help="predicted voltages to write, .npz")
    evaluate.set_defaults(run=_evaluate)

    baseline = jobs.add_parser("baseline", help="fit and judge one linear filter")
    baseline.add_argument("--data", type=Path, required=True, help="data set")
    baseline.add_argument("--settings", required=True, help="its lags, as JSON")
    baseline.add_argument("--metrics", type=Path, required=True, help="errors to write, .json")
    baseline.set_defaults(run=_baseline)


def add_figures(drawings: argparse._SubParsersAction) -> None:
    """Add the study's figures to those of `gbar figure`."""
    samples = drawings.add_parser("subthreshold_samples", help="predicted beside simulated subthreshold voltages")
    samples.add_argument("--data", type=Path, required=True, help="data set")
    add_named_paths(samples, "--predictions", "predicted voltages of each filter, NAME=predictions.npz")
    samples.add_argument("--part", choices=("validation", "test"), required=True, help="which paths")
    samples.set_defaults(draw=_samples)

    weights = drawings.add_parser("subthreshold_weights", help="error of each filter against its number of weights")
    add_named_paths(weights, "--metrics", "errors, NAME=metrics.json, a filter once for each training")
    weights.set_defaults(draw=_weights)


def _make_data(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.subthreshold import CurrentsSection
    from gbar.jobs.runtime import start_jax

    settings = parsed(CurrentsSection, options.settings)
    start_jax(x64=True)
    from gbar.subthreshold.dataset import make_currents

    make_currents(settings, options.out, progress("drawing paths"))


def _train(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.subthreshold import FilterSection
    from gbar.jobs.runtime import start_jax

    settings = parsed(FilterSection, options.settings)
    start_jax(x64=False)
    from gbar.subthreshold.training import train_filter

    train_filter(options.data, settings, options.checkpoints, options.out)


def _evaluate(options: argparse.Namespace) -> None:
    from gbar.jobs.runtime import start_jax

    start_jax(x64=False)
    from gbar.subthreshold.evaluation import evaluate_filter

    evaluate_filter(options.model, options.data, options.metrics, options.predictions)


def _baseline(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.subthreshold import BaselineSection

    settings = parsed(BaselineSection, options.settings)
    from gbar.subthreshold.evaluation import evaluate_baseline

    evaluate_baseline(options.data, settings, options.metrics)


def _samples(options: argparse.Namespace) -> object:
    from gbar.figures.subthreshold.data import read_samples
    from gbar.figures.subthreshold.samples import draw_samples

    return draw_samples(read_samples(options.data, dict(options.predictions), options.part))


def _weights(options: argparse.Namespace) -> object:
    from gbar.figures.subthreshold.data import read_errors
    from gbar.figures.subthreshold.weights import draw_weights

    return draw_weights(*read_errors(options.metrics))
