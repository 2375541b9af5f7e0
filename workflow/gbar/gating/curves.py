"""The gates that a network has learnt, as curves: steady state and time constant over voltage and calcium."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from gbar.cells.tentusscher2004.equations import kinetics
from gbar.config.gating import CELL, SAMPLE_MS
from gbar.gating.data import GATES, Normalisation, Paced
from gbar.nets.gating import GatingNetwork

# V (mV), Cai (mM) and the share of a ms in which the stimulus acts, each (run) -> x_inf, 1/tau (per ms), (gate, run)
Kinetics = Callable[[jax.Array, jax.Array, jax.Array], tuple[jax.Array, jax.Array]]


def kinetics_of(network: GatingNetwork, normalisation: Normalisation, stimulus: bool) -> Kinetics:
    """Return what a network takes the kinetics of the `GATES` for, in the unit of the cell and double precision.

    Args:
        network: the network.
        normalisation: of the cell's states.
        stimulus: whether the known stimulus is an input.
    """
    with jax.enable_x64(True):
        encoder = nnx.clone(network.encoder)
        nnx.update(encoder, jax.tree.map(lambda array: array.astype(jnp.float64), nnx.state(encoder)))
    lowest, highest = (
        np.array([bound[name] for name in GATES])[:, None] for bound in (normalisation.lowest, normalisation.highest)
    )

    def found(V_mV: jax.Array, Cai_mM: jax.Array, acting: jax.Array) -> tuple[jax.Array, jax.Array]:
        seen = [normalisation.to_unit("Cai", Cai_mM), normalisation.to_unit("V", V_mV), acting]
        a, q = encoder.gnn.curves(encoder.encode(jnp.stack(seen if stimulus else seen[:2], axis=-1)))
        return jnp.asarray(lowest + (highest - lowest) * a.T), -jnp.log(q.T) / SAMPLE_MS

    return found


def cells_own(V_mV: jax.Array, Cai_mM: jax.Array, acting: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return the same of the cell itself; it depends on the voltage alone."""
    x_inf, rate = kinetics(V_mV, CELL.tuning.endocardial_s)
    return jnp.stack([x_inf[name] for name in GATES]), jnp.stack([rate[name] for name in GATES])


def on_clamps(kinetics: Kinetics, runs: Paced) -> tuple[np.ndarray, np.ndarray]:
    """Return steady state and time constant, ms, under a cell's clamps, the stimulus not acting; (gate, voltage)."""
    V, Cai = (runs.clamped[CELL.state_names.index(name)].astype(float) for name in ("V", "Cai"))
    with jax.enable_x64(True):
        x_inf, rate = jax.jit(kinetics)(V, Cai, np.zeros_like(V))
    return np.asarray(x_inf), 1 / np.asarray(rate)


def clamp_voltages_mV(runs: Paced) -> np.ndarray:
    """Return the voltages of a cell's clamps, (voltage)."""
    return runs.clamped[CELL.state_names.index("V")].astype(float)
