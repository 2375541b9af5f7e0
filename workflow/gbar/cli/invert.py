"""The verbs of the inverters' jobs: cut traces, scan designs, train folds, assemble and judge the ensemble."""

import argparse
from pathlib import Path

from gbar.cli.options import add_named_paths
from gbar.cli.progress import progress


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verbs."""
    traces = verbs.add_parser("traces", help="cut the inverters' data set out of a sweep's store")
    traces.add_argument("--store", type=Path, required=True, help="store of the sweep")
    traces.add_argument("--settings", required=True, help="window, scaling, folds, as JSON")
    traces.add_argument("--out", type=Path, required=True, help="data set to write, .zarr")
    traces.set_defaults(run=_traces)

    trial = verbs.add_parser("trial", help="train one randomly drawn design")
    _add_training(trial)
    trial.add_argument("--settings", required=True, help="the scan, as JSON")
    trial.add_argument("--trial", type=int, required=True, help="number of the trial")
    trial.set_defaults(run=_trial)

    rank = verbs.add_parser("rank", help="rank the trials of a scan")
    rank.add_argument("--trials", type=Path, required=True, nargs="+", help="results of the trials, .json")
    rank.add_argument("--top", type=int, required=True, help="how many of the best to name")
    rank.add_argument("--table", type=Path, required=True, help="table to write, .csv")
    rank.add_argument("--out", type=Path, required=True, help="designs of the best trials to write, .json")
    rank.set_defaults(run=_rank)

    stability = verbs.add_parser("stability", help="train the design of a trial again with several seeds")
    _add_training(stability)
    stability.add_argument("--trial", type=Path, required=True, help="result of the trial, .json")
    stability.add_argument("--settings", required=True, help="the scan, as JSON")
    stability.add_argument("--seeds", type=int, required=True, help="number of seeds")
    stability.set_defaults(run=_stability)

    golden = verbs.add_parser("golden", help="choose the design that folds and ensemble are trained with")
    golden.add_argument("--settings", required=True, help="network and training, where they are given, as JSON")
    golden.add_argument(
        "--candidates", type=Path, nargs="*", default=[], help="results of the stability, or the best trials, .json"
    )
    golden.add_argument("--out", type=Path, required=True, help="chosen design to write, .json")
    golden.set_defaults(run=_golden)

    fold = verbs.add_parser("fold", help="train the golden design at one offset of the folds with several seeds")
    _add_training(fold)
    fold.add_argument("--golden", type=Path, required=True, help="chosen design, .json")
    fold.add_argument("--offset", type=int, required=True, help="the fold that tests")
    fold.add_argument("--seeds", type=int, required=True, help="number of networks")
    fold.set_defaults(run=_fold)

    assemble = verbs.add_parser("assemble", help="join the networks of all folds into one calibrated inverter")
    assemble.add_argument("--folds", type=Path, required=True, nargs="+", help="networks of each fold")
    assemble.add_argument("--traces", type=Path, required=True, help="data set")
    assemble.add_argument("--false-alarms", type=float, required=True, help="share of own traces called out of range")
    assemble.add_argument("--out", type=Path, required=True, help="model directory to write")
    assemble.set_defaults(run=_assemble)

    judge = verbs.add_parser("judge", help="score an inverter on its held-out traces")
    _add_model(judge)
    judge.add_argument("--metrics", type=Path, required=True, help="scores to write, .json")
    judge.add_argument("--predictions", type=Path, required=True, help="answers to write, .npz")
    judge.set_defaults(run=_judge)

    cross = verbs.add_parser("cross", help="show an inverter traces of other cells")
    _add_model(cross)
    add_named_paths(cross, "--stores", "store of each other sweep, NAME=store.zarr")
    cross.add_argument("--metrics", type=Path, required=True, help="shares noticed to write, .json")
    cross.add_argument("--out", type=Path, required=True, help="answers to write, .npz")
    cross.set_defaults(run=_cross)

    size = verbs.add_parser("size", help="train the golden design on so many traces and score it")
    _add_training(size)
    size.add_argument("--golden", type=Path, required=True, help="chosen design, .json")
    size.add_argument("--number", type=int, required=True, help="training traces")
    size.add_argument("--offset", type=int, required=True, help="the fold that tests")
    size.set_defaults(run=_size)

    round_trip = verbs.add_parser("round-trip", help="simulate held-out cells again as an inverter has them")
    _add_model(round_trip)
    round_trip.add_argument("--store", type=Path, required=True, help="store that the traces were cut from")
    round_trip.add_argument("--cells", type=int, required=True, help="number of cells")
    round_trip.add_argument("--metrics", type=Path, required=True, help="medians to write, .json")
    round_trip.add_argument("--table", type=Path, required=True, help="errors to write, .csv")
    round_trip.add_argument("--examples", type=Path, required=True, help="some traces to write, .npz")
    round_trip.set_defaults(run=_round_trip)

    refine = verbs.add_parser("refine", help="fit parameters to held-out traces from an inverter's answer on")
    _add_model(refine)
    refine.add_argument("--settings", required=True, help="how, as JSON")
    refine.add_argument("--metrics", type=Path, required=True, help="medians to write, .json")
    refine.add_argument("--table", type=Path, required=True, help="errors of each cell to write, .csv")
    refine.set_defaults(run=_refine)

    answer = verbs.add_parser("answer", help="ask an inverter about a recording, for the report")
    answer.add_argument("--model", type=Path, required=True, help="model directory")
    answer.add_argument("--settings", required=True, help="the recording, as JSON")
    answer.add_argument("--out", type=Path, required=True, help="answer to write, .json")
    answer.add_argument("--traces", type=Path, required=True, help="traces to write, .npz")
    answer.set_defaults(run=_answer)


def _add_training(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--traces", type=Path, required=True, help="data set")
    verb.add_argument("--checkpoints", type=Path, required=True, help="folder for checkpoints, taken up again")
    verb.add_argument("--out", type=Path, required=True, help="what to write")


def _add_model(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--model", type=Path, required=True, help="model directory")
    verb.add_argument("--traces", type=Path, required=True, help="data set")


def _start() -> None:
    """Start JAX for networks."""
    from gbar.jobs.runtime import start_jax

    start_jax(x64=False)


def _traces(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.invert import TracesSection
    from gbar.invert.dataset import make_traces, sweep_of

    settings = parsed(TracesSection, options.settings)
    make_traces(options.store, settings, sweep_of(options.store), options.out, progress("cutting traces"))


def _trial(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.invert import DrawsSection

    _start()
    from gbar.invert.designs.scan import run_trial

    run_trial(options.traces, parsed(DrawsSection, options.settings), options.trial, options.checkpoints, options.out)


def _rank(options: argparse.Namespace) -> None:
    from gbar.invert.designs.ranking import rank_trials

    rank_trials(options.trials, options.table, options.out, options.top)


def _stability(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.invert import DrawsSection

    _start()
    from gbar.invert.designs.stability import run_stability

    settings = parsed(DrawsSection, options.settings)
    run_stability(options.traces, options.trial, settings, options.seeds, options.checkpoints, options.out)


def _golden(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.invert import DesignSection
    from gbar.invert.designs.golden import Golden, choose_golden

    given = parsed(DesignSection, options.settings)
    golden = Golden(given.network, given.training) if given.network and given.training else None
    choose_golden(golden, options.candidates, options.out)


def _fold(options: argparse.Namespace) -> None:
    _start()
    from gbar.invert.ensemble import train_fold

    train_fold(options.traces, options.golden, options.offset, options.seeds, options.checkpoints, options.out)


def _assemble(options: argparse.Namespace) -> None:
    _start()
    from gbar.invert.ensemble import assemble

    assemble(options.folds, options.traces, options.false_alarms, options.out)


def _judge(options: argparse.Namespace) -> None:
    _start()
    from gbar.invert.judge import judge

    judge(options.model, options.traces, options.metrics, options.predictions)


def _cross(options: argparse.Namespace) -> None:
    _start()
    from gbar.invert.cross import judge_cross

    judge_cross(options.model, options.traces, dict(options.stores), options.metrics, options.out)


def _size(options: argparse.Namespace) -> None:
    _start()
    from gbar.invert.designs.sizes import train_size

    train_size(options.traces, options.golden, options.number, options.offset, options.checkpoints, options.out)


def _start_solving() -> None:
    """Start JAX for solvers, and networks beside them."""
    from gbar.jobs.runtime import start_jax

    start_jax(x64=True)


def _round_trip(options: argparse.Namespace) -> None:
    _start_solving()
    from gbar.invert.round_trip import round_trip

    outputs = (options.metrics, options.table, options.examples)
    round_trip(options.model, options.traces, options.store, options.cells, *outputs, progress("simulating again"))


def _refine(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.invert import RefineSection

    settings = parsed(RefineSection, options.settings)
    _start_solving()
    from gbar.invert.refining.refine import refine_test_cells

    report = progress("refining")
    refine_test_cells(options.model, options.traces, settings, options.metrics, options.table, report)


def _answer(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.invert import RecordingSection

    settings = parsed(RecordingSection, options.settings)
    _start_solving()
    from gbar.invert.recording import ask_recording

    ask_recording(settings, options.model, options.out, options.traces)
