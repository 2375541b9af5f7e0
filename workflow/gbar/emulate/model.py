"""A trained network as a folder: written by `save_model`, and all that `load_model` needs to predict with it.

What the folder holds is told in `gbar.models.model_files`.
Inputs and outputs are scaled linearly, scaled = (value - offset) / scale, each input by its own pair, the
trace by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

import gbar
from gbar import nets
from gbar.errors import UserError, wrong
from gbar.models.card_values import check_card
from gbar.models.model_files import EMULATOR, FORMAT, damaged, read_model_files
from gbar.models.network_folder import numbers_of, write_network_folder
from gbar.nets.latent import Latent
from gbar.sweeps.store import Quantity
from gbar.traces.settings import of_kind
from gbar.training.checkpoint import unflatten
from gbar.training.history import EpochRecord

BATCH = 256  # largest number of samples predicted at once


@dataclass(frozen=True)
class Input:
    """One input of a network.

    Attributes:
        name: its name.
        offset: subtracted from its value.
        scale: what the difference is divided by.
        minimum: the smallest value it was trained on.
        maximum: the largest.
        own_value: its value in the control cell: 1 of a scaling, what the cell has of a parameter.
        unit: of its values; "1" of a scaling.
    """

    name: str
    offset: float
    scale: float
    minimum: float
    maximum: float
    own_value: float = 1.0
    unit: str = "1"

    @property
    def is_scaling(self) -> bool:
        """Whether it is a factor; otherwise it is the value of a parameter or a number of the stimulus."""
        return self.unit == "1" and self.own_value == 1

    @property
    def quantity(self) -> Quantity:
        """The input in words."""
        return Quantity(self.name, self.unit, "", self.own_value)

    def covers(self, value: float) -> bool:
        """Tell whether a value is in the range it was trained on, which is known in float32."""
        return self.minimum <= float(np.float32(value)) <= self.maximum


@dataclass(frozen=True)
class Output:
    """The scaling of the trace and its sample times.

    Attributes:
        offset_mV: subtracted from the trace.
        scale_mV: what the difference is divided by.
        times_ms: time of each sample from the start of the window.
    """

    offset_mV: float
    scale_mV: float
    times_ms: tuple[float, ...]


@dataclass(frozen=True)
class ModelCard:
    """What there is to know about a trained network.

    Attributes:
        architecture: as for `gbar.nets.build`.
        inputs: in the order of the network's features.
        output: what it predicts.
        training: settings of the training and how it ended.
        data_digest: digest of the data set it was trained on, as that has it.
        metrics: its errors.
        provenance: where it comes from (`gbar.records.provenance`), which no digest of the model covers; None if not
            known.
        gbar_version: version that wrote the folder.
        format: version of the folder's layout.
        beats: what counts as a beat of the cell, as `BeatSettings` has it; the cardiac numbers where it is empty.
    """

    architecture: Mapping[str, Any]
    inputs: tuple[Input, ...]
    output: Output
    training: Mapping[str, Any] = field(default_factory=dict)
    data_digest: str = ""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] | None = None
    gbar_version: str = gbar.__version__
    format: int = FORMAT
    beats: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ModelCard":
        """Return the card of a parsed model.json; other keys than the card's are left to later versions."""
        known = {key: values[key] for key in cls.__dataclass_fields__ if key != "beats"} | {
            "beats": values.get("beats", {})
        }
        inputs = tuple(Input(**item) for item in values["inputs"])
        output = Output(**values["output"] | {"times_ms": tuple(values["output"]["times_ms"])})
        return cls(**known | {"inputs": inputs, "output": output})


@dataclass(frozen=True)
class Prediction:
    """All that a model says of n settings.

    Attributes:
        trace: mV, float32 (n, samples).
        members: what each network of an ensemble predicts by itself, mV, (members, n, samples); None for a model
            that is no ensemble. The other fields are None with it.
        cycle_length_ms: time from the upstroke to the next one, as each member has it, (members, n).
        beats: probability that the setting beats at all, (n,); where it is low the trace means nothing.
    """

    trace: np.ndarray
    members: np.ndarray | None = None
    cycle_length_ms: np.ndarray | None = None
    beats: np.ndarray | None = None

    @property
    def spread_mV(self) -> np.ndarray | None:
        """Standard deviation of the members, its root mean square over the samples of each trace, mV, (n,)."""
        return None if self.members is None else np.sqrt(np.mean(np.var(self.members, axis=0, ddof=1), axis=-1))


class Model:
    """A trained network with its card: call it to predict traces; `beats` tells what counts as a beat of its cell."""

    def __init__(self, network: nnx.Module, card: ModelCard):
        self.card = card
        self.beats = of_kind("cardiac", card.beats)
        graph, self._state = nnx.split(network)
        # float32 as in training, whatever the process computes in.
        offset, scale = (np.array([getattr(i, key) for i in card.inputs], np.float32) for key in ("offset", "scale"))
        out_offset, out_scale = np.float32(card.output.offset_mV), np.float32(card.output.scale_mV)

        def predict(state: nnx.State, features: jax.Array) -> jax.Array:
            scaled = nnx.merge(graph, state)((features - offset) / scale)
            return scaled * out_scale + out_offset

        self._predict = jax.jit(predict)
        self._outlook = None
        if isinstance(network, Latent):
            sample_ms = np.float32(card.output.times_ms[1] - card.output.times_ms[0])

            def outlook(state: nnx.State, features: jax.Array) -> tuple[jax.Array, ...]:
                said = cast(Latent, nnx.merge(graph, state)).outlook((features - offset) / scale)
                return said.traces * out_scale + out_offset, said.cycles * sample_ms, said.beats

            self._outlook = jax.jit(outlook)

    @property
    def is_ensemble(self) -> bool:
        """Whether `predict` tells members, cycle length and beating apart from the trace."""
        return self._outlook is not None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of the features."""
        return tuple(item.name for item in self.card.inputs)

    @property
    def own_values(self) -> dict[str, float]:
        """What each input is in the control cell."""
        return {item.name: item.own_value for item in self.card.inputs}

    @property
    def times_ms(self) -> np.ndarray:
        """Time of each predicted sample."""
        return np.array(self.card.output.times_ms)

    def __call__(self, scales: Mapping[str, Any] | np.ndarray) -> np.ndarray:
        """Predict the traces of n settings.

        Args:
            scales: the inputs by name, each a number or n numbers; or an array (n, inputs) in the order of
                `inputs`.

        Returns:
            Traces in mV, float32 (n, samples).

        Raises:
            UserError: an input is missing, unknown, of another length than the others, or not finite.
        """
        features = self._features(scales)
        traces = [np.asarray(self._predict(self._state, block))[:count] for block, count in _blocks(features)]
        return np.concatenate(traces) if traces else np.empty((0, len(self.card.output.times_ms)), np.float32)

    def predict(self, scales: Mapping[str, Any] | np.ndarray) -> Prediction:
        """Predict the traces of n > 0 settings with all else the model says of them.

        Args:
            scales: as for a call.
        """
        trace, features = self(scales), self._features(scales)
        if self._outlook is None:
            return Prediction(trace)
        parts = [
            tuple(
                np.asarray(said)[..., :count, :] if said.ndim == 3 else np.asarray(said)[..., :count]
                for said in self._outlook(self._state, block)
            )
            for block, count in _blocks(features)
        ]
        members, cycle_length_ms, beats = zip(*parts, strict=True)
        return Prediction(
            trace, np.concatenate(members, axis=1), np.concatenate(cycle_length_ms, axis=1), np.concatenate(beats)
        )

    def _features(self, scales: Mapping[str, Any] | np.ndarray) -> np.ndarray:
        """Return checked inputs as an array (n, inputs)."""
        if isinstance(scales, Mapping):
            if missing := [name for name in self.inputs if name not in scales]:
                raise UserError(f"inputs: {', '.join(missing)} missing; the model takes {', '.join(self.inputs)}")
            if unknown := [str(name) for name in scales if name not in self.inputs]:
                raise UserError(f"inputs: {', '.join(unknown)} unknown; the model takes {', '.join(self.inputs)}")
            columns = [np.atleast_1d(_numbers(f"input {name}", scales[name])) for name in self.inputs]
            lengths = {column.size for column in columns} - {1}
            if len(lengths) > 1 or any(column.ndim > 1 for column in columns):
                raise UserError(f"inputs: lengths {sorted(lengths)} differ; give one number or n numbers for each")
            features = np.stack(np.broadcast_arrays(*columns), axis=1)
        else:
            features = _numbers("inputs", scales)
            if features.ndim != 2 or features.shape[1] != len(self.inputs):
                allowed = f"(n, {len(self.inputs)}), one column each for {', '.join(self.inputs)}"
                raise wrong("shape of the inputs", features.shape, allowed)
        for name, column in zip(self.inputs, features.T, strict=True):
            if not np.isfinite(column).all():
                raise wrong(f"input {name}", float(column[~np.isfinite(column)][0]), "finite")
        return features


def save_model(path: str | Path, network: nnx.Module, card: ModelCard, history: Sequence[EpochRecord]) -> None:
    """Write a model folder, whole or not at all, over an older model if there is one.

    Args:
        path: the folder to write.
        network: the trained network.
        card: what it is.
        history: of its training.

    Raises:
        UserError: `path` is something else than a model or an empty folder, or cannot be written.
    """
    path = Path(path)
    if path.exists() and not ((path / "model.json").is_file() or (path.is_dir() and not any(path.iterdir()))):
        raise UserError(f"{path}: exists and is no model; remove it or choose another folder")
    write_network_folder(path, card, numbers_of(network), history)


def load_model(path: str | Path) -> Model:
    """Return the model in a folder, ready to predict.

    Raises:
        UserError: the folder holds no emulator, a damaged one, or one of another format version.
    """
    path = Path(path)
    values, arrays = read_model_files(path, EMULATOR)
    try:
        check_card(values)
        card = ModelCard.from_json(values)
        network = nets.abstract(card.architecture, len(card.inputs), len(card.output.times_ms))
        state = unflatten(numbers_of(network), arrays)
    except (ValueError, KeyError, TypeError, OverflowError) as reason:
        raise damaged(path, reason) from None
    nnx.update(network, state)
    return Model(network, card)


def _blocks(features: np.ndarray) -> Iterator[tuple[jax.Array, int]]:
    """Yield up to `BATCH` settings at a time, filled up to a power of two so that few shapes are compiled."""
    for start in range(0, len(features), BATCH):
        block = features[start : start + BATCH]
        size = 1 << (len(block) - 1).bit_length()
        filled = np.concatenate([block, np.repeat(block[-1:], size - len(block), axis=0)])
        yield jnp.asarray(filled, jnp.float32), len(block)


def _numbers(key: str, value: Any) -> np.ndarray:
    """Return a float32 array of numbers given under `key`."""
    try:
        return np.asarray(value, np.float32)
    except (TypeError, ValueError):
        raise wrong(key, value, "a number or an array of numbers") from None
