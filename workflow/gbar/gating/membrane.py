"""The second stage of ours: which membrane current was altered, and by what factor, from recorded V and Cai.

Given V and Cai, the model's other states follow by themselves: gates are driven by V, fCa and g by Cai, and CaSR, Nai
and Ki by the fluxes. The membrane equation over a window of n ms is then linear in the factors g_k on the currents,

    V(t + n) - V(t) = -Σ_k g_k ∫ I_k dt      from t to t + n, where no stimulus acts,

and regression over many windows gives the factors. The published second stage compares voltages one ms apart, which
are nearly all stimulus. Factors are drawn to 1 by a penalty of the form of Cauchy's distribution, log(1 + (g - 1)²/r²):
it holds what the record does not tell (the background currents, much alike) and lets go of what it does. Since charges
scale with the factors and concentrations follow from charges, the whole is repeated with the factors found.

Windows leave the upstroke out, which samples 1 ms apart do not resolve: the factor of INa is not found.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from gbar.cells.tentusscher2004.equations import kinetics
from gbar.config.gating import CELL, MEMBRANE, SAMPLE_MS, MembraneSection
from gbar.errors import UserError
from gbar.gating.beats import PULSE_MS, follows_one_to_one
from gbar.gating.data import GATES

SUBSTEPS = 10  # of a sample, for gates and charges
FACTORS = (0.05, 8.0)  # within which concentrations are followed
REWEIGHTINGS = 10  # of the penalty, until the factors stand still


@dataclass(frozen=True)
class Record:
    """What is observed of a cell under known pacing, from rest on.

    Attributes:
        V_mV: (run, sample), sample k at k ms.
        Cai_mM: of the same shape.
        cycle_length_ms: (run).
        first_ms: where the part begins that is explained.
        noise_mV: known deviation of the noise on V.
        every_ms: the samples that were taken, one every so many ms; those between are not looked at.
    """

    V_mV: np.ndarray
    Cai_mM: np.ndarray
    cycle_length_ms: np.ndarray
    first_ms: int
    noise_mV: float = 0.0
    every_ms: int = 1


@dataclass(frozen=True)
class Factors:
    """What regression found.

    Attributes:
        factor: on each current of `MEMBRANE`; 1 is the unaltered cell.
        error_mV: root mean squared error of the changes of voltage.
    """

    factor: np.ndarray
    error_mV: float


def chosen_runs(record: Record, candidates: np.ndarray, settings: MembraneSection) -> np.ndarray:
    """Return the numbers of the runs to use: of those that follow one to one, some spread over the cycle lengths.

    Raises:
        UserError: fewer runs than asked for follow the stimulus one to one.
    """
    follows = follows_one_to_one(record.V_mV, record.cycle_length_ms, record.first_ms)
    usable = follows & (record.cycle_length_ms >= settings.shortest_ms)
    good = sorted((i for i in candidates if usable[i]), key=lambda i: record.cycle_length_ms[i])
    if len(good) < settings.runs:
        raise UserError(
            f"runs: {settings.runs} is not allowed; of the cycle lengths from {settings.shortest_ms:g} ms on, the cell "
            f"follows {len(good)} one to one"
        )
    return np.array([good[k] for k in np.linspace(0, len(good) - 1, settings.runs).round().astype(int)])


@jax.jit
def charges(V_mV: jax.Array, Cai_mM: jax.Array, cycle_length_ms: jax.Array, factor: jax.Array) -> jax.Array:
    """Return the charge of each unscaled current over each ms, pA ms/pF, (sample - 1, current, run).

    Gates relax along their exponential at the voltage amid a substep, voltage and calcium being interpolated.

    Args:
        V_mV: (run, sample).
        Cai_mM: of the same shape.
        cycle_length_ms: (run).
        factor: on each current, for the concentrations; (current).
    """
    c = CELL.constants(dict(zip(MEMBRANE, factor, strict=True)), {})
    row = {name: k for k, name in enumerate(CELL.state_names)}
    dt_ms = SAMPLE_MS / SUBSTEPS
    pulse_pA_pF = CELL.stimulus.gain

    def substep(carry, k):
        y, charge, (V, Cai, t) = carry
        amid = (k + 0.5) / SUBSTEPS
        y = y.at[row["V"]].set(V[0] + (V[1] - V[0]) * amid).at[row["Cai"]].set(Cai[0] + (Cai[1] - Cai[0]) * amid)
        phase = jnp.mod(t + amid, cycle_length_ms)
        stimulus = jnp.where((phase > PULSE_MS[0]) & (phase < PULSE_MS[1]), pulse_pA_pF, 0.0)
        current = CELL.currents_of(y, c)
        charge += dt_ms * jnp.stack([current[name] for name in MEMBRANE])
        after = y + dt_ms * jnp.stack(CELL.rates(y, c, stimulus))
        x_inf, rate = kinetics(y[row["V"]], c.endocardial_s)
        for gate in GATES:
            relaxed = x_inf[gate] + (y[row[gate]] - x_inf[gate]) * jnp.exp(-dt_ms * rate[gate])
            after = after.at[row[gate]].set(relaxed)
        return (after, charge, (V, Cai, t)), None

    def sample(y, between):
        charge = jnp.zeros((len(MEMBRANE), y.shape[1]))
        (y, charge, _), _ = jax.lax.scan(substep, (y, charge, between), jnp.arange(SUBSTEPS))
        return y, charge / factor[:, None]

    V, Cai = V_mV.T, Cai_mM.T
    pairs = (jnp.stack([a[:-1], a[1:]], axis=1) for a in (V, Cai))
    y = jnp.asarray(CELL.initial)[:, None] * jnp.ones(V.shape[1])
    return jax.lax.scan(sample, y, (*pairs, SAMPLE_MS * jnp.arange(len(V) - 1)))[1]


def regress(record: Record, settings: MembraneSection) -> Factors:
    """Return the factors under which the membrane equation explains a record; JAX must be in double precision."""
    factor = np.ones(len(MEMBRANE))
    error = np.inf
    for _ in range(settings.sweeps):
        found = charges(*(jnp.asarray(a, float) for a in (record.V_mV, record.Cai_mM, record.cycle_length_ms, factor)))
        A, b = _windows(record, np.asarray(found), settings)
        factor = _penalised(A, b, settings)
        error = float(np.sqrt(np.mean((b - A @ factor) ** 2)))
        factor = np.clip(factor, *FACTORS)
    return Factors(factor, error)


def _windows(record: Record, charge: np.ndarray, settings: MembraneSection) -> tuple[np.ndarray, np.ndarray]:
    """Return minus the charges (window, current), and the changes of voltage (window), of all windows."""
    passed = np.concatenate([np.zeros_like(charge[:1]), np.cumsum(charge, axis=0)])
    n, t = settings.window_ms, np.arange(record.V_mV.shape[1])
    A, b = [], []
    for run, (V, cycle) in enumerate(zip(record.V_mV, record.cycle_length_ms, strict=True)):
        phase = np.mod(t - PULSE_MS[0], cycle)
        within = (phase >= settings.after_ms) & (phase + n < cycle - 1)
        start = np.flatnonzero(within & (t >= record.first_ms) & (t + n < len(t)))
        A.append(passed[start, :, run] - passed[start + n, :, run])
        b.append(V[start + n] - V[start])
    return np.concatenate(A), np.concatenate(b)


def _penalised(A: np.ndarray, b: np.ndarray, settings: MembraneSection) -> np.ndarray:
    """Return the factors of least squared error and penalty, the penalty's weight by the factors themselves.

    Windows overlap: `window_ms` of them count as one.
    """
    weight = 1 / (settings.error_mV**2 * settings.window_ms)
    curvature, slope = weight * A.T @ A, weight * A.T @ (b - A.sum(axis=1))
    x = np.zeros(A.shape[1])
    for _ in range(REWEIGHTINGS):
        x = np.linalg.solve(curvature + np.diag(1 / (settings.ridge**2 + x**2)), slope)
    return 1 + x
