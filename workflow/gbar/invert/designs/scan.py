"""A trial of the random scan: a drawn design trained once, and what became of it.

What a design does is a result, whatever it is: that its loss ran away, that it does not fit into memory, that it was
given up as unpromising. Only bad data or a scan that cannot be drawn from end a trial with an error.

A trial is unpromising if the lowest validation loss of its first `grace_epochs` epochs is above a limit: `grace_mse`,
near the 1/3 of a network that knows nothing, where the loss is the MSE. The history of a trial trained by the mean
absolute error has no MSE: its MAE is compared, with sqrt(3/4 `grace_mse`), the MAE of errors spread evenly about 0 that
have that MSE, as those of a network that knows nothing have: 1/2 at 1/3. Where parameters are known unequally well the
MAE is less than that for the same MSE, so that such a trial is given up less readily than one trained by the MSE.
"""

import math
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jax

from gbar import nets
from gbar.config.invert import DrawsSection, InverterTrainingSection, RegressorSection
from gbar.errors import wrong
from gbar.invert.designs.design import layers
from gbar.invert.designs.draws import draw
from gbar.invert.designs.sizes import subset
from gbar.invert.refining.fitting import Fitted, fit
from gbar.invert.traces import Traces, open_traces, parts
from gbar.jobs.job import Folder, Input, Output, job
from gbar.records.metrics import write_metrics
from gbar.training.history import EpochRecord, Log, print_line
from gbar.training.loop import Stop

FAILED = "failed"
# Keys of the sections that a draw decides: the hyper-parameters in the table of a scan.
DRAWN_NETWORK = ("repeat", "filters", "kernel", "pool", "dense", "dropout", "last")
DRAWN_TRAINING = ("batch_size", "loss", "optimizer", "decay_rate", "seed")


@job("trial", jax="float32", need="invert.needs.of_trial")
def run_trial(
    traces: Input, settings: DrawsSection, trial: int, checkpoints: Folder, out: Output, log: Log = print_line
) -> None:
    """Train one randomly drawn design and write what became of it.

    Args:
        traces: data set.
        settings: the ranges, and how trials are trained.
        trial: its number.
        checkpoints: folder for checkpoints; taken up when a run was cut off, removed after success.
        out: result to write, .json.
        log: takes one line of progress.

    Raises:
        UserError: no such fold, too few traces, damaged data, or a scan that nothing can be drawn from.
    """
    data = open_traces(traces)
    network, training = draw(settings, trial, data.samples, len(data.parameters))
    found: dict[str, Any]
    try:
        (fitted,) = fit_design(data, settings, network, training, [training.seed], Path(checkpoints), log)
        found = outcome(fitted) | {"reason": fitted.reason}
    except (MemoryError, jax.errors.JaxRuntimeError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        log(f"{FAILED}: {reason}")
        nothing = dict.fromkeys(("validation_mse", "validation_loss", "epochs", "minutes"))
        found = {"status": FAILED, "seed": training.seed, **nothing, "reason": reason}
    architecture, recipe = network.model_dump(mode="json"), training.model_dump(mode="json")
    write_metrics(
        Path(out),
        {
            "trial": trial,
            "hyperparameters": {key: architecture[key] for key in DRAWN_NETWORK}
            | {key: recipe[key] for key in DRAWN_TRAINING},
            "network": architecture,
            "training": recipe,
            **found,
            "parameters": nets.count_parameters(architecture, data.samples, len(data.parameters)),
            "flat_size": network.flat_size(data.samples),
            "layers": layers(network),
            "data_digest": data.digest,
        },
    )
    shutil.rmtree(checkpoints, ignore_errors=True)


def fit_design(
    data: Traces,
    scan: DrawsSection,
    network: RegressorSection,
    training: InverterTrainingSection,
    seeds: Sequence[int],
    checkpoints: Path,
    log: Callable[[str], None],
) -> list[Fitted]:
    """Train a design with several seeds on the traces of a scan, by its rules."""
    learnt, validated, _ = parts(data, scan.fold)
    if scan.traces is not None:
        if scan.traces > len(learnt):
            raise wrong("scan.traces", scan.traces, f"at most {len(learnt)}, the training traces of offset {scan.fold}")
        learnt = subset(data, learnt, scan.traces)
    return fit(data, learnt, validated, network, training, seeds, checkpoints, log, grace(scan, training.loss))


def grace(scan: DrawsSection, loss: str) -> Stop | None:
    """Return the rule that gives up an unpromising trial; None if it is switched off.

    Args:
        scan: tells `grace_epochs` and `grace_mse`.
        loss: "mse" or "mae", what the losses of the history are.
    """
    if not scan.grace_epochs:
        return None
    limit = scan.grace_mse if loss == "mse" else math.sqrt(0.75 * scan.grace_mse)

    def reason(history: Sequence[EpochRecord]) -> str | None:
        lowest = min(record.validation_loss for record in history[: scan.grace_epochs])
        if len(history) < scan.grace_epochs or lowest <= limit:
            return None
        return f"validation {loss.upper()} {lowest:.3g} after {scan.grace_epochs} epochs is above {limit:.3g}"

    return reason


def outcome(fitted: Fitted) -> dict[str, Any]:
    """Return what became of a training, JSON-able; a loss that never was finite is None."""
    return {
        "seed": fitted.seed,
        "status": fitted.status,
        **{
            key: value if math.isfinite(value) else None
            for key, value in (("validation_mse", fitted.validation_mse), ("validation_loss", fitted.validation_loss))
        },
        "epochs": fitted.epochs,
        "minutes": fitted.minutes,
    }
