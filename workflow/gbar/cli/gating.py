"""`gbar gating`: the jobs of the gating study."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from gbar.cli.options import positive
from gbar.cli.progress import progress
from gbar.errors import UserError, wrong

if TYPE_CHECKING:
    from gbar.config.gating import PacedSection


def add_verbs(verbs: argparse._SubParsersAction) -> None:
    """Add the verb with a verb of its own for each job."""
    study = verbs.add_parser("gating", help="hidden gates and altered currents from voltage and calcium")
    jobs = study.add_subparsers(title="jobs", metavar="JOB", required=True)

    data = jobs.add_parser("make-data", help="solve a cell at every cycle length and under every clamp")
    data.add_argument("--settings", required=True, help="the runs, as JSON")
    data.add_argument("--scales", required=True, help="factor on each altered current, as JSON; {} for the control")
    data.add_argument("--out", type=Path, required=True, help="data set to write, .zarr")
    data.set_defaults(run=_make_data)

    learn = jobs.add_parser("learn", help="train a network on the unaltered cell: the first stage")
    learn.add_argument("--data", type=Path, required=True, help="data set of the unaltered cell")
    _add_paced(learn)
    learn.add_argument("--settings", required=True, help="network and training, as JSON")
    learn.add_argument("--out", type=Path, required=True, help="folder of the network to write")
    learn.set_defaults(run=_learn)

    test = jobs.add_parser("test-network", help="judge a network on runs it has not seen, and in the cell")
    test.add_argument("--model", type=Path, required=True, help="folder of the network")
    test.add_argument("--data", type=Path, required=True, help="data set of the unaltered cell")
    _add_paced(test)
    test.add_argument(
        "--closed-loop-ms", type=positive, required=True, nargs="+", help="cycle lengths at which it drives the cell"
    )
    test.add_argument("--metrics", type=Path, required=True, help="errors to write, .json")
    test.add_argument("--traces", type=Path, required=True, help="voltages and gate curves to write, .npz")
    test.set_defaults(run=_test_network)

    retrain = jobs.add_parser("retrain", help="train the layer of gates again on a cell: the published second stage")
    retrain.add_argument("--model", type=Path, required=True, help="folder of the network")
    retrain.add_argument("--data", type=Path, required=True, help="data set of the cell")
    _add_paced(retrain)
    retrain.add_argument("--settings", required=True, help="etas and training, as JSON")
    retrain.add_argument("--out", type=Path, required=True, help="folder of the layers to write")
    retrain.set_defaults(run=_retrain)

    judge = jobs.add_parser("judge-retrained", help="judge what the published second stage tells of an altered cell")
    judge.add_argument("--model", type=Path, required=True, help="folder of the network")
    judge.add_argument("--control-layers", type=Path, required=True, help="layers trained again on the unaltered cell")
    judge.add_argument("--altered-layers", type=Path, required=True, help="layers trained again on the altered cell")
    judge.add_argument("--control", type=Path, required=True, help="data set of the unaltered cell")
    judge.add_argument("--altered", type=Path, required=True, help="data set of the altered cell")
    _add_paced(judge)
    judge.add_argument("--shown", required=True, help="cycle lengths of the figures, as JSON")
    judge.add_argument("--eta", type=positive, required=True, help="the layer of the nearest eta is shown")
    judge.add_argument("--scores", type=Path, required=True, help="scores to write, .json")
    judge.add_argument("--traces", type=Path, required=True, help="voltages, currents and gate curves to write, .npz")
    judge.set_defaults(run=_judge_retrained)

    identify = jobs.add_parser("identify", help="find the altered current of a cell and its factor: our second stage")
    identify.add_argument("--data", type=Path, required=True, help="data set of the cell")
    _add_paced(identify)
    identify.add_argument("--settings", required=True, help="regression and fit, as JSON")
    identify.add_argument("--record", required=True, help="how the voltage is recorded, as JSON")
    identify.add_argument("--out", type=Path, required=True, help="factors to write, .json")
    identify.set_defaults(run=_identify)

    held_out = jobs.add_parser("judge-identified", help="judge a cell as identified at other cycle lengths")
    held_out.add_argument("--control", type=Path, required=True, help="data set of the unaltered cell")
    held_out.add_argument("--altered", type=Path, required=True, help="data set of the altered cell")
    held_out.add_argument("--identified", type=Path, required=True, help="factors found of it, .json")
    _add_paced(held_out)
    held_out.add_argument("--shown", required=True, help="cycle lengths of the figures, as JSON")
    held_out.add_argument("--scores", type=Path, required=True, help="scores to write, .json")
    held_out.add_argument("--traces", type=Path, required=True, help="voltage and currents to write, .npz")
    held_out.set_defaults(run=_judge_identified)

    variant = jobs.add_parser("variant", help="write an altered cell for `gbar simulate --altered`")
    variant.add_argument("--identified", type=Path, help="factors on its currents, of identify")
    variant.add_argument("--curves", type=Path, help="curves of its gates, of judge-retrained")
    variant.add_argument("--out", type=Path, required=True, help="altered cell to write, .json")
    variant.set_defaults(run=_variant)


def _add_paced(job: argparse.ArgumentParser) -> None:
    job.add_argument("--paced", required=True, help="the runs that data sets hold, as JSON")


def _paced(options: argparse.Namespace) -> "PacedSection":
    from gbar.config.explain import parsed
    from gbar.config.gating import PacedSection

    return parsed(PacedSection, options.paced)


def _make_data(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.gating import PacedSection
    from gbar.jobs.runtime import start_jax

    settings, scales = parsed(PacedSection, options.settings), _scales(options.scales)
    start_jax(x64=True)
    from gbar.gating.data import make_paced

    make_paced(settings, scales, options.out, progress("solving the cell"))


def _scales(text: str) -> dict[str, float]:
    """Return the factors on currents of a cell, none for the control."""
    from gbar.config.explain import checked
    from gbar.config.gating import AlteredSection

    try:
        scales = json.loads(text)
    except ValueError as error:
        raise UserError(f"--scales: {text!r} is no JSON ({error})") from None
    if not isinstance(scales, dict):
        raise wrong("--scales", text, "a JSON object")
    return checked(AlteredSection, {"scales": scales}).scales if scales else {}


def _learn(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.gating import TheorySection
    from gbar.jobs.runtime import start_jax

    paced, settings = _paced(options), parsed(TheorySection, options.settings)
    start_jax(x64=False)
    from gbar.gating.training import learn

    learn(options.data, paced, settings, options.out)


def _test_network(options: argparse.Namespace) -> None:
    from gbar.jobs.runtime import start_jax

    paced = _paced(options)
    start_jax(x64=True)
    from gbar.gating.evaluation import judge_network

    judge_network(options.model, options.data, paced, options.closed_loop_ms, options.metrics, options.traces)


def _retrain(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.gating import RetrainingSection
    from gbar.jobs.runtime import start_jax

    paced, settings = _paced(options), parsed(RetrainingSection, options.settings)
    start_jax(x64=False)
    from gbar.gating.training import retrain_layers

    retrain_layers(options.model, options.data, paced, settings, options.out)


def _judge_retrained(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.gating import ShownSection
    from gbar.jobs.runtime import start_jax

    paced, shown = _paced(options), parsed(ShownSection, options.shown)
    start_jax(x64=True)
    from gbar.gating.published import Stages, judge_retrained

    stages = Stages(options.model, options.control_layers, options.altered_layers)
    judge_retrained(stages, options.control, options.altered, paced, shown, options.eta, options.scores, options.traces)


def _identify(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.gating import IdentificationSection, RecordSection
    from gbar.jobs.runtime import start_jax

    paced = _paced(options)
    settings, kind = parsed(IdentificationSection, options.settings), parsed(RecordSection, options.record)
    start_jax(x64=True)
    from gbar.gating.identify import identify

    identify(options.data, paced, settings, kind, options.out, progress("fitting"))


def _judge_identified(options: argparse.Namespace) -> None:
    from gbar.config.explain import parsed
    from gbar.config.gating import ShownSection
    from gbar.jobs.runtime import start_jax

    paced, shown = _paced(options), parsed(ShownSection, options.shown)
    start_jax(x64=True)
    from gbar.gating.held_out import judge_identified

    judge_identified(
        options.control,
        options.altered,
        options.identified,
        paced,
        shown,
        options.scores,
        options.traces,
        progress("simulating"),
    )


def _variant(options: argparse.Namespace) -> None:
    from gbar.gating.variant import make_variant

    make_variant(options.identified, options.curves, options.out)
