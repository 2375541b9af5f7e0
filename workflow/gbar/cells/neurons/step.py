"""One fixed step of a neuron from files, in the order in which NEURON takes it.

With all states at t, the currents and their slopes; V by a backward Euler step on the whole tree, the injected current
included; with the new V, every mechanism's states along their exponentials, concentrations before what reads them.
Of second order, V goes to the middle of the step and as far again; states are then those of the middle of the next.
"""

import importlib
from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp
import numpy as np

from gbar.cable.solve import increment_in_loop
from gbar.cells.compensated import plus
from gbar.cells.neurons.membrane import US_PER_UM2, constants
from gbar.cells.neurons.neuron import Mechanism, Neuron
from gbar.cells.neurons.surroundings import States, Surroundings

__all__ = ["constants", "initial", "step"]

Array = Any


def initial(c: SimpleNamespace) -> Array:
    """Return the states at t = 0, shape (states, lanes): V at its start everywhere, all else as INITIAL says."""
    neuron: Neuron = c.neuron
    V = jnp.broadcast_to(jnp.asarray(c.start, c.like.dtype), (neuron.tree.nodes, c.lanes))
    states: States = {}
    surroundings = Surroundings(c, states)
    for one in neuron.mechanisms:
        y = surroundings.seen_by(one, V)
        found = _equations(one).initial(y, c.mechanisms[one.suffix])
        _keep(states, one, found, y.V.shape, c.like.dtype)
    return jnp.concatenate([V, *states.values()])


def step(y: Array, lost: Array, c: SimpleNamespace, stimulus: Array, dt_ms: Array) -> tuple[Array, Array]:
    """Return the states one step later, and what rounding has kept out of V; arguments as of `gbar.cable.step.step`."""
    neuron: Neuron = c.neuron
    nodes = slice(0, neuron.tree.nodes)
    dt = jnp.asarray(dt_ms, y.dtype)
    V, states = y[nodes], {key: y[rows] for key, rows in neuron.rows().items()}
    surroundings = Surroundings(c, states)
    current, slope = _currents(c, V, surroundings)
    part = dt / 2 if neuron.second_order else dt
    inside = slice(0, len(neuron.tree.compartments))
    diagonal = jnp.broadcast_to(c.around, V.shape).at[inside].add(c.C / part + slope)
    rhs = jnp.zeros_like(V).at[inside].add(-current).at[neuron.tree.soma].add(jnp.asarray(stimulus, y.dtype))
    dV = increment_in_loop(neuron.tree, c.g_axial, diagonal, rhs, V)
    V_new, V_lost = plus(V, 2 * dV if neuron.second_order else dV, lost[nodes])
    new: States = {}
    after = Surroundings(c, states | new, surroundings.of_ions)
    for one in neuron.mechanisms:
        seen = after.seen_by(one, V_new, dt, V)
        _keep(new, one, _equations(one).step(seen, c.mechanisms[one.suffix]), seen.V.shape, y.dtype)
        after.states |= new
    return jnp.concatenate([V_new, *new.values()]), lost.at[nodes].set(V_lost)


def _equations(one: Mechanism) -> Any:
    return importlib.import_module(one.module)


def _keep(into: States, one: Mechanism, found: dict[str, Array], shape: tuple[int, ...], dtype: Any) -> None:
    for state, _ in one.states:
        into[one.suffix, state] = jnp.broadcast_to(jnp.asarray(found[state], dtype), shape)


def _currents(c: SimpleNamespace, V: Array, surroundings: Surroundings) -> tuple[Array, Array]:
    """Return the current out of each compartment, nA, and its slope, uS; tell the surroundings those of ions."""
    neuron: Neuron = c.neuron
    total: dict[str, Array] = {}
    slope: dict[str, Array] = {}
    for one in neuron.mechanisms:
        found = _equations(one).currents(surroundings.seen_by(one, V), c.mechanisms[one.suffix])
        shape = (sum(neuron.counts(one.regions)), V.shape[1])
        _add(total, neuron, one, found["<total>"], shape)
        _add(slope, neuron, one, found["<slope>"], shape)
        for ion, name in one.currents:
            _add(surroundings.of_ions.setdefault(f"i{ion}", {}), neuron, one, found[name], shape)
    whole = []
    for values in (total, slope):
        parts = [values.get(region, jnp.zeros((n, V.shape[1]), V.dtype)) for region, n in neuron.regions]
        whole.append(c.area * US_PER_UM2 * jnp.concatenate(parts))
    return whole[0], whole[1]


def _add(into: dict[str, Array], neuron: Neuron, one: Mechanism, value: Array, shape: tuple[int, int]) -> None:
    """Add a quantity of a mechanism to that of its regions."""
    if not np.ndim(value) and not isinstance(value, jnp.ndarray) and value == 0:
        return
    value, row = jnp.broadcast_to(jnp.asarray(value), shape), 0
    for region, count in zip(one.regions, neuron.counts(one.regions), strict=True):
        part = value[row : row + count]
        into[region] = into[region] + part if region in into else part
        row += count
