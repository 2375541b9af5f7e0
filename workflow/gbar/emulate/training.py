"""The job that trains one emulator on the windows of a sweep."""

import numpy as np

from gbar.config.emulate import LatentNetworkSection, ModelSection
from gbar.emulate.calibration import calibrate
from gbar.emulate.deep import train_deep
from gbar.emulate.latent import train_latent
from gbar.emulate.model import load_model
from gbar.emulate.split import TRAIN, VALIDATION
from gbar.emulate.subset import with_settings
from gbar.emulate.windows_store import open_windows
from gbar.jobs.job import Folder, Input, Output, job
from gbar.models.model_files import add_metrics
from gbar.records.provenance import Provenance, now, provenance
from gbar.training.optimiser import TrainingSettings


@job("train", jax="float32", need="jobs.resources.of_training")
def train_emulator(windows: Input, settings: ModelSection, checkpoints: Folder, out: Output) -> None:
    """Train one emulator: a network that predicts a window's trace from its inputs.

    The losses of its history are mean squared errors in mV^2.

    Args:
        windows: data set.
        settings: network and training.
        checkpoints: folder for checkpoints; taken up when a run was cut off, removed after success.
        out: model directory to write.

    Raises:
        UserError: fewer training windows than the batch size, or fewer training settings than asked for.
    """
    start, data = now(), open_windows(windows)

    def made_by() -> Provenance:
        made_from = {} if data.provenance is None else {"windows": data.provenance.to_json()}
        return provenance(start, settings.model_dump(mode="json"), on_jax=True, made_from=made_from)

    if settings.split == "window":
        data = data.split_as_published()
    if settings.settings is not None:
        data = with_settings(data, settings.settings)
    architecture = settings.network.model_dump(mode="json")
    training = TrainingSettings(**settings.training.model_dump())
    notes = {"split": settings.split, "settings": int(np.sum(data.setting_split == TRAIN))}
    if not isinstance(settings.network, LatentNetworkSection):
        train_deep(data, architecture, training, checkpoints, out, notes, made_by)
        return
    beating = TrainingSettings(**settings.beating.model_dump())
    train_latent(data, architecture, training, beating, checkpoints, out, notes, made_by)
    add_metrics(out, {"calibration": calibrate(load_model(out), data, data.part(VALIDATION))})
