"""One fixed step of a neuron from files, in the order in which NEURON takes it.

With all states at t, the currents and their slopes; V by a backward Euler step on the whole tree, the injected current
included; with the new V, every mechanism's states along their exponentials, concentrations before what reads them.
Of second order, V goes to the middle of the step and as far again; states are then those of the middle of the next step.
"""

import importlib
from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp
import numpy as np

from gbar.cable.solve import increment_in_loop
from gbar.cells.compensated import plus
from gbar.cells.neurons.membrane import MV_PER_V, US_PER_UM2, constants
from gbar.cells.neurons.neuron import Mechanism, Neuron

__all__ = ["constants", "initial", "step"]

Array = Any
States = dict[tuple[str, str], Array]  # (suffix, state) -> (compartments of the mechanism, lanes)


def initial(c: SimpleNamespace) -> Array:
    """Return the states at t = 0, shape (states, lanes): V at its start everywhere, all else as INITIAL says."""
    neuron: Neuron = c.neuron
    V = jnp.broadcast_to(jnp.asarray(c.start, c.like.dtype), (neuron.tree.nodes, c.lanes))
    states: States = {}
    surroundings = _Surroundings(c, states)
    for one in neuron.mechanisms:
        y = surroundings.seen_by(one, V, starts=True)
        found = _equations(one).initial(y, c.mechanisms[one.suffix])
        _keep(states, one, found, y.V.shape, c.like.dtype)
    return jnp.concatenate([V, *states.values()])


def step(y: Array, lost: Array, c: SimpleNamespace, stimulus: Array, dt_ms: Array) -> tuple[Array, Array]:
    """Return the states one step later, and what rounding has kept out of V (float32).

    Args:
        y: states (states, lanes).
        lost: what rounding has kept out of them so far; nothing but for V.
        c: of `constants`.
        stimulus: current injected into the soma during the step, nA; a number or (lanes,).
        dt_ms: length of the step.
    """
    neuron: Neuron = c.neuron
    nodes = slice(0, neuron.tree.nodes)
    dt = jnp.asarray(dt_ms, y.dtype)
    V, states = y[nodes], {key: y[rows] for key, rows in neuron.rows().items()}
    surroundings = _Surroundings(c, states)
    current, slope = _currents(c, V, surroundings)
    part = dt / 2 if neuron.second_order else dt
    inside = slice(0, len(neuron.tree.compartments))
    diagonal = jnp.broadcast_to(c.around, V.shape).at[inside].add(c.C / part + slope)
    rhs = jnp.zeros_like(V).at[inside].add(-current).at[neuron.tree.soma].add(jnp.asarray(stimulus, y.dtype))
    dV = increment_in_loop(neuron.tree, c.g_axial, diagonal, rhs, V)
    V_new, V_lost = plus(V, 2 * dV if neuron.second_order else dV, lost[nodes])
    new: States = {}
    after = _Surroundings(c, states | new, surroundings.of_ions)
    for one in neuron.mechanisms:
        seen = after.seen_by(one, V_new, V_before=V, dt=dt)
        _keep(new, one, _equations(one).step(seen, c.mechanisms[one.suffix]), seen.V.shape, y.dtype)
        after.states |= new
    return jnp.concatenate([V_new, *new.values()]), lost.at[nodes].set(V_lost)


def _equations(one: Mechanism) -> Any:
    return importlib.import_module(one.module)


def _keep(into: States, one: Mechanism, found: dict[str, Array], shape: tuple[int, ...], dtype: Any) -> None:
    for state, _ in one.states:
        into[one.suffix, state] = jnp.broadcast_to(jnp.asarray(found[state], dtype), shape)


def _currents(c: SimpleNamespace, V: Array, surroundings: "_Surroundings") -> tuple[Array, Array]:
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


class _Surroundings:
    """What mechanisms see of the compartments: V, their own states, and ions, at one moment."""

    def __init__(self, c: SimpleNamespace, states: States, of_ions: dict[str, dict[str, Array]] | None = None):
        """Take constants, the states of all mechanisms, and the currents of ions by region where they are known."""
        self._c, self.states = c, states
        self._neuron: Neuron = c.neuron
        self.of_ions = {} if of_ions is None else of_ions
        self._ions = {(ion.name, ion.region): ion for ion in self._neuron.ions}

    def seen_by(self, one: Mechanism, V: Array, starts: bool = False, **more: Array) -> SimpleNamespace:
        """Return what a mechanism sees; where all `starts`, its own concentrations are what they shall start from."""
        voltages = {"V": V, **{name: value for name, value in more.items() if name != "dt"}}
        runs = self._neuron.nodes_of(one.regions)
        seen = {name: _joined([value[run] for run in runs]) for name, value in voltages.items()}
        seen |= {field: self._read(name, one) for name, field in one.reads}
        for name, field in one.states:
            if (one.suffix, name) in self.states:
                seen[field] = self.states[one.suffix, name]
            elif starts and name in one.writes:
                seen[field] = self._read(name, one)
        if "dt" in more:
            seen["dt"] = more["dt"]
        return SimpleNamespace(**seen)

    def _read(self, name: str, one: Mechanism) -> Array:
        """Return a quantity of an ion in the compartments of a mechanism: a number, (lanes,) or (compartments, lanes)."""
        values = [self._in_region(name, region) for region in one.regions]
        if all(value is values[0] for value in values) or (
            not any(isinstance(value, jnp.ndarray) for value in values) and len(set(values)) == 1
        ):
            if len(values) == 1 or np.ndim(values[0]) < 2:
                return values[0]
        lanes = max(np.shape(value)[-1] if np.ndim(value) else 1 for value in values)
        counts = self._neuron.counts(one.regions)
        parts = [jnp.broadcast_to(jnp.asarray(v, self._c.like.dtype), (n, lanes)) for v, n in zip(values, counts, strict=True)]
        return jnp.concatenate(parts)

    def _in_region(self, name: str, region: str) -> Array:
        for (ion_name, of_region), ion in self._ions.items():
            if of_region != region or ion_name not in name:
                continue
            if name == f"i{ion_name}":
                return self.of_ions.get(name, {}).get(region, 0.0)
            if name == f"{ion_name}i":
                return self._concentration(name, region, ion.inside)
            if name == f"{ion_name}o":
                return self._concentration(name, region, ion.outside)
            if name == f"e{ion_name}":
                if ion.reversal is not None:
                    return self._c.ions[ion.reversal]
                outside, inside = (self._in_region(f"{ion_name}{side}", region) for side in "oi")
                return MV_PER_V * ion.volts_per_kelvin() * self._c.kelvin * _log(outside / inside)
        raise KeyError((name, region))

    def _concentration(self, name: str, region: str, parameter: str) -> Array:
        writer = self._neuron.writer(name, region)
        if writer is None or (writer.suffix, name) not in self.states:
            return self._c.ions[parameter]
        row = 0
        for other, count in zip(writer.regions, self._neuron.counts(writer.regions), strict=True):
            if other == region:
                return self.states[writer.suffix, name][row : row + count]
            row += count
        raise KeyError((name, region))


def _joined(parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else jnp.concatenate(parts)


def _log(x: Array) -> Array:
    return jnp.log(x) if isinstance(x, jnp.ndarray) else float(np.log(x))
