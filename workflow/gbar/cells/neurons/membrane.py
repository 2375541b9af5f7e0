"""What does not change in time of a neuron from files. Currents are in nA, conductances in uS, capacitances in nF."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gbar.cells.neurons.neuron import ZERO_CELSIUS, Mechanism, Neuron, Setting

Array = Any

NF_PER_UM2 = 1e-5  # of 1 uF/cm2
US_PER_UM2 = 1e-2  # of 1 S/cm2, and nA/um2 of 1 mA/cm2
US_UM_PER_OHM_CM = 100.0  # uS of (1 um)/(1 ohm cm)
MV_PER_V = 1e3


def constants(scale: Any, parameter: Any, tuning: Neuron) -> SimpleNamespace:
    """Return capacitances, conductances and whatever else the step needs.

    Args:
        scale: factor on each maximal conductance, by its name: a number or (lanes,).
        parameter: value of each parameter, likewise.
        tuning: the neuron.

    Returns:
        Arrays of shape (compartments or edges, 1 or lanes), and numbers; of `mechanisms`, what their equations need.
    """
    scales, p, tree = vars(scale), vars(parameter), tuning.tree
    given = [value for value in (*scales.values(), *p.values()) if np.ndim(value)]
    areas = np.array([piece.area_um2 for piece in tree.compartments])[:, None]
    regions = tuple(region for region, _ in tuning.regions)

    def setting(one: Setting, of: tuple[str, ...]) -> Array:
        return by_compartment(one.parameters, _scaled(one, p, scales), tuning.counts(of))

    Ra = dict(zip(regions, tuning.resistivity.parameters, strict=True))
    resistance: Any = np.zeros((len(tree.edges), 1))
    for region in regions:
        of_region = [sum(r for group, r in edge.resistances_per_um if group == region) for edge in tree.edges]
        resistance = resistance + np.array(of_region).reshape(-1, 1) * p[Ra[region]]
    c = SimpleNamespace(
        neuron=tuning,
        lanes=max([np.size(value) for value in given], default=1),
        like=jnp.zeros((), jnp.float64),  # in the precision of the states
        area=jnp.asarray(areas),
        C=jnp.asarray(areas * NF_PER_UM2 * setting(tuning.capacitance, regions)),
        g_axial=jnp.asarray(US_UM_PER_OHM_CM / resistance),
        start=p["v_init"],
        kelvin=p["celsius"] + ZERO_CELSIUS,
        ions={name: p[name] for name in _of_ions(tuning)},
        mechanisms={one.suffix: _of_mechanism(one, tuning, p, areas, setting) for one in tuning.mechanisms},
    )
    c.around = _around(tuning, c.g_axial)
    return c


def by_compartment(names: Sequence[str], values: Sequence[Array], counts: Sequence[int]) -> Array:
    """Return values of regions as one for all where they are the same, else (compartments, 1 or lanes)."""
    if len(set(names)) == 1 or all(not np.ndim(value) and value == values[0] for value in values):
        return values[0]
    lanes = max(np.size(value) for value in values)
    parts = [jnp.broadcast_to(jnp.asarray(one), (n, lanes)) for one, n in zip(values, counts, strict=True)]
    return jnp.concatenate(parts)


def _scaled(one: Setting, p: Mapping[str, Array], scales: Mapping[str, Array]) -> list[Array]:
    values = [p[name] for name in one.parameters]
    for k, names in enumerate(one.scales):
        for name in names:
            if np.ndim(scales[name]) or scales[name] != 1:
                values[k] = values[k] * scales[name]
    return values


def _of_ions(neuron: Neuron) -> list[str]:
    found = [name for ion in neuron.ions for name in (ion.reversal, ion.inside, ion.outside)]
    return [name for name in dict.fromkeys(found) if name]


def _of_mechanism(
    one: Mechanism, neuron: Neuron, p: Mapping[str, Array], areas: np.ndarray, setting: Callable[..., Array]
) -> SimpleNamespace:
    nodes = np.concatenate([np.arange(run.start, run.stop) for run in neuron.nodes_of(one.regions)])
    fields = {each.field: setting(each, one.regions) for each in one.settings}
    fields |= {
        "celsius": p["celsius"],
        "v_init": p["v_init"],
        "diam": jnp.asarray(np.array(neuron.diameters_um)[nodes, None]),
        "area": jnp.asarray(areas[nodes]),
    }
    equations = importlib.import_module(one.module)
    return equations.constants(SimpleNamespace(), SimpleNamespace(**fields), None)


def _around(neuron: Neuron, g_axial: Array) -> Array:
    """Return the conductances of the cables at each node, together."""
    tree = neuron.tree
    found = jnp.zeros((tree.nodes, g_axial.shape[1] if tree.edges else 1))
    for ends in ([edge.child for edge in tree.edges], [edge.parent for edge in tree.edges]):
        if ends:
            found = found + jax.ops.segment_sum(g_axial, jnp.array(ends), tree.nodes)
    return found
