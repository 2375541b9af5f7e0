"""A trained filter as a folder, and all that it takes to predict with it.

The folder is one of `gbar.models.model_files`, its kind "filter". Current and voltage are scaled linearly,
scaled = (value - offset) / scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from gbar import nets
from gbar.models.model_files import FILTER, damaged, read_model_files
from gbar.models.network_folder import TrainedCard, card_of, numbers_of, write_network_folder
from gbar.subthreshold.dataset import Part
from gbar.training.checkpoint import unflatten
from gbar.training.history import EpochRecord

SAMPLES_AT_ONCE = 100_000  # their hidden units are kept at once: 6 MB a layer of 16


@dataclass(frozen=True)
class Scaling:
    """What current and voltage are scaled by.

    The current has no offset: before it begins there is none, and a filter is to see it so.

    Attributes:
        current_pA: unit of the scaled current.
        offset_mV: subtracted from the voltage.
        scale_mV: unit of the scaled voltage.
    """

    current_pA: float = 1.0
    offset_mV: float = 0.0
    scale_mV: float = 1.0

    @classmethod
    def of(cls, part: Part) -> "Scaling":
        """Return the scaling that gives paths deviation 1, and their voltages mean 0; 1 for what does not vary."""
        V = part.V_mV.astype(float)
        return cls(float(part.current_pA.std()) or 1.0, float(V.mean()), float(V.std()) or 1.0)


@dataclass(frozen=True, kw_only=True)
class FilterCard(TrainedCard):
    """What there is to know about a trained filter.

    Attributes:
        architecture: as for `gbar.nets.build`.
        scaling: of current and voltage.
        kind: of the folder.
    """

    architecture: dict[str, Any]
    scaling: Scaling
    kind: str = FILTER


class Filter:
    """A trained filter: call it with currents to predict voltages."""

    def __init__(self, network: nnx.Module, card: FilterCard):
        self.card = card
        graph, self._state = nnx.split(network)
        scaling = card.scaling

        def predict(state: nnx.State, current_pA: jax.Array) -> jax.Array:
            scaled = nnx.merge(graph, state)(current_pA / np.float32(scaling.current_pA))
            return scaled * np.float32(scaling.scale_mV) + np.float32(scaling.offset_mV)

        self._predict = jax.jit(predict)

    def __call__(self, current_pA: np.ndarray) -> np.ndarray:
        """Return the voltages under currents, mV, float32, of the same shape (path, sample).

        The currents are sampled every ms; before them there was none.
        """
        at_once = max(1, SAMPLES_AT_ONCE // current_pA.shape[1])
        blocks = (current_pA[start : start + at_once] for start in range(0, len(current_pA), at_once))
        return np.concatenate([np.asarray(self._predict(self._state, jnp.asarray(x, jnp.float32))) for x in blocks])


def save_filter(path: str | Path, network: nnx.Module, card: FilterCard, history: Sequence[EpochRecord]) -> None:
    """Write the folder of a filter, whole or not at all."""
    write_network_folder(path, card, numbers_of(network), history)


def load_filter(path: str | Path) -> Filter:
    """Return the filter in a folder.

    Raises:
        UserError: the folder holds no filter, a damaged one, or one of another format version.
    """
    path = Path(path)
    values, arrays = read_model_files(path, FILTER)
    try:
        card = card_of(FilterCard, values)
        network = nets.abstract(card.architecture, 1, 1)
        nnx.update(network, unflatten(numbers_of(network), arrays))
    except (ValueError, KeyError, TypeError) as reason:
        raise damaged(path, reason) from None
    return Filter(network, card)
