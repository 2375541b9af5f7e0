"""The verbs of the emulators' jobs: cut windows, train a network, evaluate it."""

import argparse
from pathlib import Path

from gbar.cli.progress import progress


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verbs."""
    windows = verbs.add_parser("windows", help="cut the emulators' data set out of a sweep's store")
    windows.add_argument("--store", type=Path, required=True, help="store of the sweep")
    windows.add_argument("--biomarkers", type=Path, required=True, help="its table of biomarkers")
    windows.add_argument("--settings", required=True, help="windows and split, as JSON")
    windows.add_argument("--out", type=Path, required=True, help="data set to write, .zarr")
    windows.set_defaults(run=_windows)

    train = verbs.add_parser("train", help="train one emulator")
    train.add_argument("--windows", type=Path, required=True, help="data set")
    train.add_argument("--settings", required=True, help="network and training, as JSON")
    train.add_argument("--checkpoints", type=Path, required=True, help="folder for checkpoints, taken up again")
    train.add_argument("--out", type=Path, required=True, help="model directory to write")
    train.set_defaults(run=_train)

    evaluate = verbs.add_parser("evaluate", help="score one emulator on its held-out windows")
    evaluate.add_argument("--model", type=Path, required=True, help="model directory")
    evaluate.add_argument("--windows", type=Path, required=True, help="data set")
    evaluate.add_argument("--settings", required=True, help="smoothing, as JSON")
    evaluate.add_argument("--metrics", type=Path, required=True, help="scores to write, .json")
    evaluate.add_argument("--predictions", type=Path, required=True, help="predicted test windows to write, .npz")
    evaluate.add_argument("--scores", type=Path, required=True, help="table of the test windows to write, .csv")
    evaluate.set_defaults(run=_evaluate)


def _windows(options: argparse.Namespace) -> None:
    from gbar.config.emulate import DatasetSection
    from gbar.config.explain import parsed
    from gbar.emulate.dataset import make_windows

    settings = parsed(DatasetSection, options.settings)
    make_windows(options.store, options.biomarkers, settings, options.out, progress("cutting windows"))


def _train(options: argparse.Namespace) -> None:
    from gbar.config.emulate import ModelSection
    from gbar.config.explain import parsed
    from gbar.jobs.runtime import start_jax

    start_jax(x64=False)
    from gbar.emulate.training import train_emulator

    train_emulator(options.windows, parsed(ModelSection, options.settings), options.checkpoints, options.out)


def _evaluate(options: argparse.Namespace) -> None:
    from gbar.config.emulate import SmoothingSection
    from gbar.config.explain import parsed
    from gbar.jobs.runtime import start_jax

    start_jax(x64=False)
    from gbar.emulate.evaluation import evaluate_emulator

    settings = parsed(SmoothingSection, options.settings)
    evaluate_emulator(options.model, options.windows, settings, options.metrics, options.predictions, options.scores)
