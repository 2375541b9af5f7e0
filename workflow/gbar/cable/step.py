"""One fixed step of a tree of compartments, in the order in which NEURON takes it.

With the gates at t, the currents and their slopes; V by a backward Euler step on the whole tree, the injected current
included; with the new V, every gate along its exponential; calcium by an implicit Euler step driven by the calcium
current at t; with the new calcium, the gates it opens.

V is solved for by its increment, and summed up without loss. Gates and calcium decay to where they go: what rounding
does to them is forgotten.
"""

from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

from gbar.cable.channels import CHANNELS
from gbar.cable.mechanisms import Placement
from gbar.cable.membrane import constants
from gbar.cable.solve import axial_currents, solve_tree
from gbar.cable.states import variables
from gbar.cells.compensated import plus

__all__ = ["constants", "initial", "step"]

Array = Any


def initial(c: SimpleNamespace) -> Array:
    """Return the states at t = 0, shape (states, lanes): V at its start everywhere, all else steady at it."""
    where = variables(c.cable)
    found = {"V": jnp.broadcast_to(c.start, (c.cable.tree.nodes, len(c.start)))}
    if c.cable.pool is not None:
        Ca = where["Cai"].nodes
        found["Cai"] = jnp.broadcast_to(c.Ca_rest, (Ca.stop - Ca.start, len(c.start)))
    for placement in c.cable.channels:
        for name, steady, _ in _relaxations(placement, c, found):
            found[name] = steady
    return jnp.concatenate([found[name] for name in where])


def step(y: Array, lost: Array, c: SimpleNamespace, stimulus: Array, dt_ms: Array) -> tuple[Array, Array]:
    """Return the states one step later, and what rounding has kept out of V (float32).

    Args:
        y: states (states, lanes).
        lost: what rounding has kept out of them so far; nothing but for V.
        c: of `constants`.
        stimulus: current injected into the soma during the step, nA; a number or (lanes,).
        dt_ms: length of the step.
    """
    where = variables(c.cable)
    old = {name: y[variable.rows] for name, variable in where.items()}
    dt = jnp.asarray(dt_ms, y.dtype)
    dV, I_Ca = _increment_of_V(old, c, jnp.asarray(stimulus, y.dtype), dt)
    V, V_lost = plus(old["V"], dV, lost[where["V"].rows])
    new = {"V": V}
    if c.cable.pool is not None:
        influx = jnp.maximum(0.0, c.Ca_per_nA * I_Ca)
        new["Cai"] = (old["Cai"] + dt * (influx + c.Ca_rest / c.Ca_decay)) / (1 + dt / c.Ca_decay)
    for placement in c.cable.channels:
        for name, steady, rate in _relaxations(placement, c, new):
            new[name] = steady + (old[name] - steady) * jnp.exp(-dt * c.phi * rate)
    return jnp.concatenate([new[name] for name in where]), lost.at[where["V"].rows].set(V_lost)


def _increment_of_V(old: dict[str, Array], c: SimpleNamespace, stimulus: Array, dt: Array) -> tuple[Array, Array]:
    """Return the increments (nodes, lanes), mV, and the calcium current at t of the compartments that have one, nA."""
    tree = c.cable.tree
    V, I_Ca = old["V"], None
    charging = c.C / dt + c.g_leak
    leaking = c.g_leak * (V[: len(tree.compartments)] - c.E_leak)
    diagonal, rhs = list(c.g_around), axial_currents(tree, c.g_axial, V)
    for node in range(len(tree.compartments)):
        diagonal[node] = diagonal[node] + charging[node]
        rhs[node] = rhs[node] - leaking[node]
    rhs[tree.soma] = rhs[tree.soma] + stimulus
    for placement in c.cable.channels:
        channel = c.channels[placement.channel]
        g = channel.g
        for gate, power in CHANNELS[placement.channel].gates:
            for _ in range(power):
                g = g * old[f"{placement.channel}_{gate}"]
        nodes = c.cable.tree.compartments_of(placement.density.groups)
        I = g * (V[nodes] - channel.E)
        if placement.channel == "Ca":
            I_Ca = I
        for row, node in enumerate(range(nodes.start, nodes.stop)):
            diagonal[node] = diagonal[node] + g[row]
            rhs[node] = rhs[node] - I[row]
    return jnp.stack(solve_tree(tree, c.g_axial, diagonal, rhs)), I_Ca


def _relaxations(placement: Placement, c: SimpleNamespace, now: dict[str, Array]) -> list[tuple[str, Array, Array]]:
    """Return (variable, steady state, rate in 1/ms at 23 degrees) of the gates of a channel, as V or calcium is now."""
    channel = CHANNELS[placement.channel]
    nodes = c.cable.tree.compartments_of(placement.density.groups)
    if channel.by_calcium:
        pool = variables(c.cable)["Cai"].nodes
        opened_by = now["Cai"][nodes.start - pool.start : nodes.stop - pool.start]
    else:
        opened_by = now["V"][nodes] + c.channels[placement.channel].shift
    names = [f"{placement.channel}_{gate}" for gate, _ in channel.gates]
    return [(name, *relaxation) for name, relaxation in zip(names, channel.relax(opened_by, jnp), strict=True)]
