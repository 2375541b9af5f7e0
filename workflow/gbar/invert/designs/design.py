"""The designs of inverters' networks that were published, and what a design comes to.

Source: the talk "Characterization of neuron physiology by regression of its time-dependent response with CNN" (Balewski
et al., Berkeley): the slides of model 1, of model 693, and the table of the scan's best models, whose numbers of
parameters hold for 10 outputs and inputs of about 14,500 samples.
"""

from dataclasses import dataclass
from typing import Literal

from gbar.config.invert import InverterTrainingSection, RegressorSection

# Beside blocks and dense layers: input, reshaping, flattening, output and its scaling.
OTHER_LAYERS = 5
LAYERS_OF_DENSE = 3  # the layer, its activation, its dropout

# How they were trained, as far as it was not published: epochs are those of the scan's longest; the factor is that of
# design 693, the only one told; the patiences are assumed.
EPOCHS, PLATEAU_FACTOR, PLATEAU_EPOCHS, PATIENCE = 80, 0.14, 5, 12


@dataclass(frozen=True)
class Design:
    """A published design and how it was trained."""

    network: RegressorSection
    training: InverterTrainingSection


def layers(network: RegressorSection) -> int:
    """Return the number of layers as the published table counts them: activations and dropouts are layers, too."""
    of_block = 2 * network.repeat + 1  # convolutions, their activations, the pooling
    return of_block * len(network.filters) + LAYERS_OF_DENSE * len(network.dense) + OTHER_LAYERS


def _design(
    repeat: int,
    filters: tuple[int, ...],
    kernel: int,
    pool: int,
    dense: tuple[int, ...],
    dropout: float,
    last: Literal["tanh", "linear"],
    batch_size: int,
    loss: Literal["mse", "mae"],
    optimizer: Literal["adam", "nadam"],
) -> Design:
    network = RegressorSection(
        repeat=repeat, filters=filters, kernel=kernel, pool=pool, dense=dense, dropout=dropout, last=last
    )
    training = InverterTrainingSection(
        epochs=EPOCHS,
        batch_size=batch_size,
        optimizer=optimizer,
        loss=loss,
        schedule="plateau",
        decay_rate=PLATEAU_FACTOR,
        plateau_epochs=PLATEAU_EPOCHS,
        patience=PATIENCE,
    )
    return Design(network, training)


# cnn1 is model 1, its batch unknown; 693 a later one; the others are the best of the scan, in order of rank, of which
# 203 was chosen.
DESIGNS: dict[str, Design] = {
    "cnn1": _design(2, (6, 12, 18, 24, 30, 36), 5, 3, (20, 10, 10), 0.02, "tanh", 64, "mse", "adam"),
    "693": _design(3, (18, 25), 5, 7, (148, 131, 114, 97, 80, 63, 46), 0.01, "tanh", 32, "mae", "adam"),
    "410": _design(3, (19, 28, 37, 46, 55), 7, 3, (105, 87, 69, 51, 33, 15), 0.01, "tanh", 256, "mse", "adam"),
    "335": _design(2, (13, 22, 31, 40), 7, 3, (36, 26), 0.01, "linear", 64, "mse", "nadam"),
    "203": _design(2, (18, 25, 32, 39, 46), 6, 4, (80, 63, 46, 29), 0.02, "tanh", 16, "mse", "adam"),
    "50": _design(3, (15, 23, 31, 39), 7, 3, (99, 80, 61, 42), 0.02, "linear", 64, "mae", "nadam"),
    "196": _design(2, (17, 25, 33, 41, 49), 5, 4, (82, 69, 56, 43), 0.05, "linear", 128, "mae", "adam"),
    "212": _design(3, (20, 27, 34, 41), 5, 6, (101, 86, 71, 56, 41, 26), 0.01, "linear", 256, "mae", "nadam"),
    "246": _design(3, (9, 16, 23), 7, 6, (25, 18), 0.01, "linear", 16, "mse", "nadam"),
    "437": _design(1, (14, 21, 28, 35, 42, 49), 7, 3, (58, 51, 44, 37, 30, 23, 16), 0.01, "linear", 64, "mse", "adam"),
    "242": _design(3, (16, 23, 30), 7, 4, (68, 52, 36), 0.01, "tanh", 16, "mse", "nadam"),
    "216": _design(3, (10, 18, 26), 6, 7, (57, 41, 25), 0.01, "tanh", 128, "mae", "nadam"),
    "321": _design(1, (19, 21, 23, 25), 7, 4, (77, 67, 57, 47), 0.02, "tanh", 64, "mse", "nadam"),
    "211": _design(2, (19, 22, 25, 28), 4, 4, (41, 26), 0.1, "linear", 16, "mse", "nadam"),
    "239": _design(3, (19, 26, 33, 40), 4, 5, (106, 96, 86, 76, 66, 56, 46), 0.05, "linear", 32, "mae", "adam"),
    "324": _design(3, (17, 24, 31), 3, 5, (80, 69, 58, 47, 36), 0.02, "tanh", 64, "mae", "nadam"),
}
