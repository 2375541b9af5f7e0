"""The networks of both stages as folders, of `gbar.models.model_files`.

gating          the network of the first stage, and the map of its inputs and outputs onto [0, 1]
gating_layers   the layers of gates of the second stage; the first axis of every array is by eta
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import jax
import jax.numpy as jnp
from flax import nnx

from gbar.errors import UserError
from gbar.gating.data import Normalisation
from gbar.gating.theory import new_network
from gbar.models.model_files import GATING, GATING_LAYERS, damaged, read_model_files
from gbar.models.network_folder import TrainedCard, card_of, write_network_folder
from gbar.nets.gating import GNN, GatingNetwork
from gbar.records.digest import digest_of
from gbar.training.checkpoint import flatten, unflatten
from gbar.training.history import EpochRecord


@dataclass(frozen=True, kw_only=True)
class NetworkCard(TrainedCard):
    """What there is to know about a network of the first stage.

    Attributes:
        architecture: `width`, and whether the `stimulus` is an input.
        normalisation: of the cell's states.
        kind: of the folder.
    """

    architecture: dict[str, Any]
    normalisation: Normalisation
    kind: str = GATING


@dataclass(frozen=True, kw_only=True)
class LayersCard(TrainedCard):
    """What there is to know about the layers of the second stage; the metrics are losses at the end, by eta.

    Attributes:
        etas: weight of staying with the first stage, one a layer.
        network: digest of the network of the first stage.
        kind: of the folder.
    """

    etas: list[float]
    network: str
    kind: str = GATING_LAYERS


@dataclass(frozen=True)
class Learnt:
    """A network of the first stage and its card."""

    network: GatingNetwork
    card: NetworkCard

    @property
    def normalisation(self) -> Normalisation:
        """The map of the cell's states onto [0, 1]."""
        return self.card.normalisation

    @property
    def stimulus(self) -> bool:
        """Whether the known stimulus is an input."""
        return self.card.architecture["stimulus"]

    @property
    def digest(self) -> str:
        """Digest of the numbers that were learnt."""
        return digest_of("parameters", flatten(_numbers(self.network)))


@dataclass(frozen=True)
class Layers:
    """The layers of gates of the second stage, the first axis of every array by eta, and their card."""

    layers: GNN
    card: LayersCard


def save_network(path: str | Path, learnt: Learnt, history: Sequence[EpochRecord]) -> None:
    """Write the folder of a network, whole or not at all."""
    write_network_folder(path, learnt.card, _numbers(learnt.network), history)


def load_network(path: str | Path) -> Learnt:
    """Return the network in a folder.

    Raises:
        UserError: the folder holds no such network, a damaged one, or one of another format version.
    """
    values, arrays = read_model_files(path, GATING)
    try:
        card = card_of(NetworkCard, values)
        network = new_network(card.architecture["width"], 0, card.architecture["stimulus"])
        nnx.update(network, unflatten(_numbers(network), arrays))
    except (ValueError, KeyError, TypeError) as reason:
        raise damaged(Path(path), reason) from None
    return Learnt(network, card)


def save_layers(path: str | Path, layers: Layers, history: Sequence[EpochRecord]) -> None:
    """Write the folder of the second stage's layers, whole or not at all."""
    write_network_folder(path, layers.card, _numbers(layers.layers), history)


def load_layers(path: str | Path, learnt: Learnt, data_digest: str) -> Layers:
    """Return the layers in a folder.

    Args:
        path: of the folder.
        learnt: network that they must have been trained from.
        data_digest: of the data that they must have been trained on.

    Raises:
        UserError: the folder holds no layers, damaged ones, or such of another network or other data.
    """
    values, arrays = read_model_files(path, GATING_LAYERS)
    try:
        card = card_of(LayersCard, values)
        graph, state = nnx.split(learnt.network.encoder.gnn, nnx.Param)
        if any(len(array) != len(card.etas) for array in arrays.values()):
            raise ValueError(f"its arrays are not of {len(card.etas)} etas")
        one = {name: array[0] for name, array in arrays.items()}
        unflatten(_numbers(learnt.network.encoder.gnn), one)
        nnx.replace_by_pure_dict(state, {name: jnp.asarray(arrays[name]) for name in one})
    except (ValueError, KeyError, TypeError) as reason:
        raise damaged(Path(path), reason) from None
    for found, wanted, what in (
        (card.network, learnt.digest, "from another network"),
        (card.data_digest, data_digest, "on other data"),
    ):
        if found != wanted:
            raise UserError(f"{path}: these layers were trained {what} than named beside them; train them again")
    return Layers(nnx.merge(graph, state), card)


def _numbers(module: nnx.Module) -> dict[str, Any]:
    """Return what was learnt, in single precision as it is, whatever JAX makes new arrays of."""
    pure = nnx.to_pure_dict(cast(nnx.State, nnx.state(module, nnx.Param)))
    return jax.tree.map(lambda array: array.astype(jnp.float32), pure)
