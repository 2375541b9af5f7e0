"""The jobs that train: a network of the first stage, and the layers of the second."""

import time

import numpy as np

from gbar.config.gating import PacedSection, RetrainingSection, SequenceSection, TheorySection
from gbar.errors import UserError
from gbar.gating.data import GATES, OBSERVED, OTHERS, Normalisation, open_paced, slices, split
from gbar.gating.networks import Layers, LayersCard, Learnt, NetworkCard, load_network, save_layers, save_network
from gbar.gating.retraining import retrain, with_layer
from gbar.gating.theory import clamps, count_weights, errors, inputs, learn_theory
from gbar.jobs.job import Input, Output, job
from gbar.nets.gating import GNN, GatingNetwork
from gbar.records.provenance import now, provenance
from gbar.training.history import EpochRecord, Progress, print_line


@job("gating learn", jax="float32", need="gating.needs.of_learning")
def learn(data: Input, paced: PacedSection, settings: TheorySection, out: Output) -> None:
    """Train a network on the unaltered cell: the first stage.

    The losses of its history are the mean squared error of the gates plus that of the other states, normalised, without
    the penalty: of the last tenth of each epoch's training samples, and of all validation samples.

    Args:
        data: runs of the unaltered cell.
        paced: what they are.
        settings: network and training.
        out: folder to write.

    Raises:
        UserError: the data set is not of these runs, or the training diverges.
    """
    begun = now()
    control = open_paced(data, paced)
    normalisation = Normalisation.of(control)
    x = inputs(control, normalisation, paced, settings.stimulus)
    y = slices(control, (*GATES, *OTHERS), normalisation, paced)
    training, validation = split(paced)
    epochs = _Epochs(settings.training)

    def report(number: int, network: GatingNetwork, parts: dict[str, np.ndarray]) -> None:
        found = errors(network, x[:, validation], y[:, validation])
        loss = sum(float(np.mean([found[name] ** 2 for name in names])) for names in (GATES, OTHERS))
        epochs.add(number, float(parts["gates"] + parts["others"]), loss)

    given, told = x[:, training], y[:, training]
    if settings.clamps:
        held = clamps(control, normalisation, paced, settings.stimulus, settings.clamps)
        given, told = (np.concatenate(pair, axis=1) for pair in zip((given, told), held, strict=True))
    network = learn_theory(given, told, settings, report)
    card = NetworkCard(
        architecture={"width": settings.width, "stimulus": settings.stimulus},
        normalisation=normalisation,
        training=settings.model_dump(mode="json") | epochs.told() | {"parameters": count_weights(network)},
        data_digest=control.digest,
        metrics={"validation_loss": epochs.history[-1].validation_loss},
        provenance=provenance(
            begun, settings.model_dump(mode="json"), on_jax=True, made_from={"data": control.digest}
        ).to_json(),
    )
    save_network(out, Learnt(network, card), epochs.history)


@job("gating retrain", jax="float32", need="gating.needs.of_retraining")
def retrain_layers(model: Input, data: Input, paced: PacedSection, settings: RetrainingSection, out: Output) -> None:
    """Train the layer of gates again on a cell, once for each eta: the published second stage.

    The losses of its history are the mean squared error of the observables, normalised, averaged over etas: of the
    last tenth of each epoch's training samples, and of all validation samples.

    Args:
        model: folder of the network.
        data: runs of a cell.
        paced: what they are.
        settings: etas and training.
        out: folder to write.

    Raises:
        UserError: as for `learn`, or there is no such network.
    """
    begun = now()
    learnt, cell = load_network(model), open_paced(data, paced)
    x = inputs(cell, learnt.normalisation, paced, learnt.stimulus)
    y = slices(cell, (*GATES, *OTHERS), learnt.normalisation, paced)
    training, validation = split(paced)
    epochs = _Epochs(settings.training)
    metrics: dict[str, list[float]] = {}

    def report(number: int, layers: GNN, parts: dict[str, np.ndarray]) -> None:
        metrics.update({name: values.tolist() for name, values in parts.items()})
        found = [
            errors(with_layer(learnt.network, layers, k), x[:, validation], y[:, validation])
            for k in range(len(settings.etas))
        ]
        loss = float(np.mean([[one[name] ** 2 for name in OBSERVED] for one in found]))
        epochs.add(number, float(parts["observables"].mean()), loss)

    layers = retrain(learnt.network, x[:, training], settings, report)
    made_from = {"data": cell.digest, "model": learnt.digest}
    card = LayersCard(
        etas=list(settings.etas),
        network=learnt.digest,
        training=settings.model_dump(mode="json") | epochs.told(),
        data_digest=cell.digest,
        metrics=metrics,
        provenance=provenance(begun, settings.model_dump(mode="json"), on_jax=True, made_from=made_from).to_json(),
    )
    save_layers(out, Layers(layers, card), epochs.history)


class _Epochs:
    """The history of a training in sequence, told of as it goes."""

    def __init__(self, settings: SequenceSection):
        self._settings = settings
        self._begun = self._last = time.monotonic()
        self._progress = Progress(settings.epochs, print_line)
        self.history: list[EpochRecord] = []

    def add(self, number: int, train_loss: float, validation_loss: float) -> None:
        """Take note of an epoch; raise `UserError` where its loss is not finite."""
        if not np.isfinite(train_loss):
            raise UserError(
                f"training.learning_rate: with {self._settings.learning_rate:g} the training diverges in epoch "
                f"{number}; choose a lower one"
            )
        done, rate = (number - 1) / self._settings.epochs, self._settings.learning_rate
        if self._settings.schedule == "cosine":
            rate *= (1 + np.cos(np.pi * done)) / 2
        now_s = time.monotonic()
        self.history.append(EpochRecord(number, train_loss, validation_loss, float(rate), now_s - self._last))
        self._progress.report(self.history, now_s - self._last)
        self._last = now_s

    def told(self) -> dict[str, float]:
        """Return what a card tells of the training's course."""
        return {"epochs_done": len(self.history), "seconds": time.monotonic() - self._begun}
