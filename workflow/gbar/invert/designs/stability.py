"""The design of a trial trained again with several seeds: how far its error depends on luck."""

import shutil
from pathlib import Path

import jax

from gbar.config.explain import checked
from gbar.config.invert import DrawsSection, InverterTrainingSection, RegressorSection
from gbar.invert.designs.scan import FAILED, fit_design, outcome
from gbar.invert.traces import open_traces
from gbar.jobs.job import Folder, Input, Output, job
from gbar.records.metrics import read_metrics, write_metrics
from gbar.training.history import Log, print_line


@job("stability", jax="float32", need="invert.needs.of_stability")
def run_stability(
    traces: Input,
    trial: Input,
    settings: DrawsSection,
    seeds: int,
    checkpoints: Folder,
    out: Output,
    log: Log = print_line,
) -> None:
    """Train the design of a trial again with several seeds, those that follow its own.

    Args:
        traces: data set.
        trial: result of the trial.
        settings: how trials are trained.
        seeds: number of networks.
        checkpoints: folder for checkpoints; taken up when a run was cut off, removed after success.
        out: result to write, .json.
        log: takes one line of progress.

    Raises:
        UserError: the result cannot be read, or as for a trial.
    """
    result = read_metrics(trial)
    network = checked(RegressorSection, result["network"])
    training = checked(InverterTrainingSection, result["training"])
    numbers = [training.seed + 1 + k for k in range(seeds)]
    data = open_traces(traces)
    try:
        fitted = fit_design(data, settings, network, training, numbers, Path(checkpoints), log)
        members = [outcome(one) for one in fitted]
    except (MemoryError, jax.errors.JaxRuntimeError) as error:
        log(f"{FAILED}: {error}")
        nothing = dict.fromkeys(("validation_mse", "validation_loss", "epochs", "minutes"))
        members = [{"seed": number, "status": FAILED, **nothing} for number in numbers]
    same = {key: result[key] for key in ("trial", "network", "training")}
    write_metrics(Path(out), {**same, "members": members, "data_digest": data.digest})
    shutil.rmtree(checkpoints, ignore_errors=True)
