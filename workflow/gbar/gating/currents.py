"""Membrane currents under the record of a cell: those that a network's gates make, and the cell's own.

As in the published study, all states but the gates are taken from the record, and all conductances are those of the
unaltered cell: what is altered must show in the gates.
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gbar.config.gating import CELL, SAMPLE_MS, PacedSection
from gbar.gating.data import GATES, Normalisation, Paced
from gbar.gating.networks import Learnt
from gbar.gating.retraining import gates_of
from gbar.gating.theory import inputs
from gbar.nets.gating import GatingNetwork

CURRENTS = ("gNa", "gCaL", "gKr", "gKs", "gto")  # INa, ICaL, IKr, IKs and Ito, those of the published figures
# Charges of these tell what was altered; that of INa flows in an upstroke which samples 1 ms apart do not resolve.
RANKED = tuple(name for name in CURRENTS if name != "gNa")


def recorded(runs: Paced, numbers: np.ndarray, paced: PacedSection) -> np.ndarray:
    """Return all states of some runs, one sample after each that a network is given, (state, run, sample)."""
    after = slice(paced.first_ms + 1, paced.first_ms + paced.slices)
    return runs.paced[:, numbers, after]


def gates_told(
    network: GatingNetwork, learnt: Learnt, runs: Paced, numbers: np.ndarray, paced: PacedSection
) -> np.ndarray:
    """Return the gates that a network tells at the samples of `recorded`, normalised, (gate, run, sample).

    Args:
        network: of the first stage, or with another layer of gates.
        learnt: the first stage, with what it is given.
        runs: of a cell.
        numbers: of the runs.
        paced: what they are.
    """
    x = inputs(runs, learnt.normalisation, paced, learnt.stimulus)[:-1, numbers]
    return np.asarray(gates_of(network, jnp.asarray(x))).transpose(2, 1, 0)


def currents_under(states: Any, gates: Any, normalisation: Normalisation) -> np.ndarray:
    """Return the `CURRENTS` of the unaltered cell whose gates a network tells, pA/pF, (current, …).

    Args:
        states: recorded, in the cell's order, (state, …).
        gates: normalised, (gate, …).
        normalisation: of the gates.
    """
    told = np.array(states)
    for name, gate in zip(GATES, gates, strict=True):
        told[CELL.state_names.index(name)] = normalisation.from_unit(name, gate)
    return own_currents(told, {})


def own_currents(states: Any, scales: Mapping[str, float]) -> np.ndarray:
    """Return the `CURRENTS` of a cell in some states, pA/pF, (current, …).

    Args:
        states: in the cell's order, (state, …).
        scales: factor on each current that is altered.
    """
    factors = {name: scales.get(name, 1.0) for name in CELL.current_names}
    return np.asarray(_currents(jnp.asarray(states), factors))


def factors_of(runs: Paced) -> dict[str, float]:
    """Return the factor on each current of a cell."""
    return dict(zip(CELL.current_names, runs.scale.tolist(), strict=True))


def charges(currents: np.ndarray, kept: slice) -> np.ndarray:
    """Return the mean charge of a run over some samples, pA ms/pF, (current), of currents (current, run, sample)."""
    return SAMPLE_MS * currents[..., kept].sum(axis=-1, dtype=float).mean(axis=-1)


@jax.jit
def _currents(states: jax.Array, scales: dict[str, float]) -> jax.Array:
    found = CELL.currents_of(states, CELL.constants(scales, {}))
    return jnp.stack([found[name] for name in CURRENTS])
