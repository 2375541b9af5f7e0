"""What does not change in time of a tree of compartments, for many parameter sets.

Currents are in nA, conductances in uS, capacitances in nF, so that nF mV/ms = uS mV = nA.
"""

from collections.abc import Callable
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp
import numpy as np

from gbar.cable.mechanisms import Cable, Density

Array = Any

F = 96485.33212  # C/mol
NA_PER_UM2 = 100.0  # mA/cm2 of 1 nA through 1 um2

# Unit of a parameter -> value for 1 um2 of membrane, in uS or nF.
_OF_1_UM2: dict[str, Callable[[Array], Array]] = {
    "pS/um2": lambda x: 1e-6 * x,
    "S/cm2": lambda x: 1e-2 * x,
    "ohm cm2": lambda x: 1e-2 / x,
    "uF/cm2": lambda x: 1e-5 * x,
}
_US_UM_PER_OHM_CM = 100.0  # uS of (1 um)/(1 ohm cm)


def constants(scale: Any, parameter: Any, tuning: Cable) -> SimpleNamespace:
    """Return capacitances, conductances and whatever else the step needs.

    Args:
        scale: nothing: maximal conductances are parameters.
        parameter: value of each parameter, shape (lanes,) or a number.
        tuning: the neuron.

    Returns:
        Arrays of shape (lanes,) or (nodes, lanes); of `channels`, by name, g (uS) of the compartments that have it,
        E (mV) and shift (mV).
    """
    del scale
    p = _by_lane(vars(parameter))
    tree = tuning.tree
    per_resistivity = _US_UM_PER_OHM_CM / p[tuning.resistivity]
    edge = np.array([edge.per_resistivity_um for edge in tree.edges])
    around = np.zeros(tree.nodes)
    np.add.at(around, [edge.child for edge in tree.edges], edge)
    np.add.at(around, [edge.parent for edge in tree.edges], edge)
    phi = 2.3 ** ((p[tuning.temperature] - 23) / 10)  # of rates and of maximal conductances
    no_shift = jnp.zeros_like(phi)
    c = SimpleNamespace(
        cable=tuning,
        phi=phi,
        start=p[tuning.start],
        C=_of_compartments(tuning, tuning.capacitance, p),
        g_leak=_of_compartments(tuning, tuning.leak, p),
        E_leak=p[tuning.leak_reversal],
        g_axial=_column(edge, phi) * per_resistivity,
        g_around=_column(around, phi) * per_resistivity,
        channels={
            placement.channel: SimpleNamespace(
                g=_of_compartments(tuning, placement.density, p) * phi,
                E=p[placement.reversal],
                shift=no_shift if placement.shift is None else p[placement.shift],
            )
            for placement in tuning.channels
        },
    )
    if tuning.pool is not None:
        [groups] = [placement.density.groups for placement in tuning.channels if placement.channel == "Ca"]
        area = _column([piece.area_um2 for piece in tree.compartments[tree.compartments_of(groups)]], phi)
        # Influx of Ca in mM/ms per nA outward, from -1e4 i/(2 F depth) with i in mA/cm2 and the depth in um.
        c.Ca_per_nA = -1e4 * NA_PER_UM2 / area / (2 * F * p[tuning.pool.depth])
        c.Ca_rest, c.Ca_decay = p[tuning.pool.rest], p[tuning.pool.decay]
    return c


def _by_lane(parameter: dict[str, Any]) -> dict[str, Array]:
    dtype = jnp.result_type(*parameter.values())
    arrays = [jnp.atleast_1d(jnp.asarray(value, dtype)) for value in parameter.values()]
    return dict(zip(parameter, jnp.broadcast_arrays(*arrays), strict=True))


def _column(values: Any, like: Array) -> Array:
    return jnp.asarray(values, like.dtype).reshape(-1, 1)


def _of_compartments(cable: Cable, density: Density, p: dict[str, Array]) -> Array:
    """Return a density times the area of every compartment that has it, (compartments, lanes)."""
    found = [jnp.zeros((0, len(p[cable.start])), p[cable.start].dtype)]
    setting = {group: (parameter, unit) for group, parameter, unit in density.by_group}
    pieces = cable.tree.compartments[cable.tree.compartments_of(density.groups)]
    for group, members in groupby(pieces, lambda piece: piece.group):
        parameter, unit = setting[group]
        area = _column([piece.area_um2 for piece in members], p[parameter])
        found.append(area * _OF_1_UM2[unit](p[parameter]))
    return jnp.concatenate(found)
