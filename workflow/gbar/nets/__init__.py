"""The networks of the project by name: build one from its architecture, or only count its parameters.

An architecture is a mapping with a `name` from `names()` and the keys of that network, as in the
configuration and in a model card. A network maps a batch of scaled inputs to a batch of scaled outputs,
`net(x, rngs=None)`; random streams are given at the call, so that the network itself holds numbers only.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
from flax import nnx

from gbar.errors import wrong
from gbar.nets.convfilter import convfilter_builder
from gbar.nets.dlstm import Dormant, dlstm_builder
from gbar.nets.latent import Fixed, latent_builder
from gbar.nets.recurrentfilter import grufilter_builder
from gbar.nets.regressor import regressor_builder

Architecture = Mapping[str, Any]

Builder = Callable[[Architecture, int, int, nnx.Rngs], nnx.Module]

_BUILDERS: dict[str, Builder] = {
    "dlstm2": dlstm_builder(n_lstm=2, n_dense=3),
    "dlstm3": dlstm_builder(n_lstm=3, n_dense=3),
    "lstm_wide": dlstm_builder(n_lstm=1, n_dense=2),
    "latent": latent_builder,
    "regressor": regressor_builder,
    "convfilter": convfilter_builder,
    "grufilter": grufilter_builder,
}


def names() -> tuple[str, ...]:
    """Return the names of all networks."""
    return tuple(_BUILDERS)


def build(architecture: Architecture, n_inputs: int, n_outputs: int, seed: int = 0) -> nnx.Module:
    """Return a network with freshly drawn float32 weights.

    Args:
        architecture: `name` and the keys of that network.
        n_inputs: number of features of a sample.
        n_outputs: number of values to predict for a sample.
        seed: of the weights.

    Raises:
        UserError: unknown name or key, or a value out of bounds.
    """
    builder = _builder(architecture)
    # Compiled as one program: drawing one weight after the other compiles each by itself.
    draw = nnx.jit(lambda key: builder(architecture, n_inputs, n_outputs, nnx.Rngs(key)))
    return draw(jax.random.key(seed))


def abstract(architecture: Architecture, n_inputs: int, n_outputs: int) -> nnx.Module:
    """Return the network of `build` with shapes in place of arrays: nothing is allocated or computed."""
    builder = _builder(architecture)
    return nnx.eval_shape(lambda: builder(architecture, n_inputs, n_outputs, nnx.Rngs(0)))


def count_parameters(architecture: Architecture, n_inputs: int, n_outputs: int) -> int:
    """Return the number of weights, dormant and fixed ones among them, by abstract evaluation."""
    return _count(architecture, n_inputs, n_outputs, nnx.Any(nnx.Param, Dormant, Fixed))


def count_dormant(architecture: Architecture, n_inputs: int, n_outputs: int) -> int:
    """Return the number of weights that act on nothing, by abstract evaluation."""
    return _count(architecture, n_inputs, n_outputs, Dormant)


def _count(architecture: Architecture, n_inputs: int, n_outputs: int, kind: Any) -> int:
    weights = nnx.state(abstract(architecture, n_inputs, n_outputs), kind)
    return sum(leaf.size for leaf in jax.tree.leaves(weights))


def _builder(architecture: Architecture) -> Builder:
    name = architecture.get("name")
    if name not in _BUILDERS:
        raise wrong("architecture.name", name, f"one of {', '.join(_BUILDERS)}")
    return _BUILDERS[name]
