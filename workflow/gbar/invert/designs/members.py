"""The networks of an ensemble, asked one after the other: memory is that of one of them, however many there are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from gbar import nets
from gbar.invert.traces import STEP_mV, Traces, scaled
from gbar.nets.regressor import Regressor
from gbar.training.checkpoint import flatten, unflatten

BATCH = 64  # traces a network is shown at once: some 40 MB a layer at 9,000 samples and 18 channels
BLOCK = 1024  # traces read at once
MOST_FEATURES = 256  # of the last hidden layer; of more units evenly spaced ones, since their covariance is kept


class Members:
    """Networks of one shape."""

    def __init__(
        self,
        architecture: Mapping[str, Any],
        samples: int,
        outputs: int,
        clip_mV: tuple[float, float],
        stacked: Mapping[str, np.ndarray],
    ):
        """Take up the networks.

        Args:
            architecture: as for `gbar.nets.build`.
            samples: number of samples of a trace.
            outputs: number of parameters predicted.
            clip_mV: what traces are clipped to.
            stacked: the networks' numbers by path, each with a leading axis of networks.

        Raises:
            ValueError: numbers that are not those of this architecture.
        """
        # float32 as in training, whatever the process computes in: a solver beside it wants float64.
        with jax.enable_x64(False):
            graph, state = nnx.split(nets.abstract(architecture, samples, outputs))
        template = nnx.to_pure_dict(cast(nnx.State, state))
        count = {len(array) for array in stacked.values()}
        if len(count) != 1:
            raise ValueError(f"arrays tell of {sorted(count)} networks")
        self._states = [
            unflatten(template, {name: array[member] for name, array in stacked.items()}) for member in range(*count)
        ]

        def say(state: Any, V_mV: jax.Array) -> tuple[jax.Array, jax.Array]:
            network = cast(Regressor, nnx.merge(graph, state))
            features = network.features(scaled(V_mV, clip_mV))
            return network.output(features), features[:, :: -(-features.shape[1] // MOST_FEATURES)]

        self._say = jax.jit(say)

    def __len__(self) -> int:
        return len(self._states)

    def say(self, V_mV: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what each network makes of traces.

        Args:
            V_mV: membrane potential, mV, float32, (n > 0, samples).

        Returns:
            Unit parameters (networks, n, parameters) and features of the last hidden layer (networks, n, features),
            float32.
        """
        parts = []
        for start in range(0, len(V_mV), BATCH):
            block = V_mV[start : start + BATCH]
            # Filled up to a power of two, so that few shapes are compiled.
            size = 1 << (len(block) - 1).bit_length()
            filled = jnp.asarray(np.pad(block, ((0, size - len(block)), (0, 0)), mode="edge"))
            said = [self._say(state, filled) for state in self._states]
            parts.append([np.stack([np.asarray(one)[: len(block)] for one in of]) for of in zip(*said, strict=True)])
        unit, features = zip(*parts, strict=True)
        return np.concatenate(unit, axis=1), np.concatenate(features, axis=1)


def stack(states: Iterable[Any]) -> dict[str, np.ndarray]:
    """Return the numbers of networks of one shape by their path, each with a leading axis of networks."""
    flat = [flatten(state) for state in states]
    return {name: np.stack([one[name] for one in flat]) for name in flat[0]}


def blocks_of(traces: Traces, rows: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the traces of rows, up to `BLOCK` at a time, mV, float32, (n, samples)."""
    for start in range(0, len(rows), BLOCK):
        yield traces.read(rows[start : start + BLOCK]) * np.float32(STEP_mV)
