"""The equations of Hodgkin and Huxley 1952 with the voltage absolute; currents are in pA, not pA/pF."""

from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

from gbar.cells.rational import linear_over_exp as r  # r(x) = x/(e^x - 1)

Array = Any
exp = jnp.exp


def constants(scale: Any, parameter: Any, tuning: Any) -> SimpleNamespace:
    """Return scaled conductances (nS), reversal potentials (mV) and the capacitance (pF)."""
    return SimpleNamespace(
        gNa=scale.gNa * 12000,
        gK=scale.gK * 3600,
        gL=scale.gL * 30,
        ENa=parameter.ENa,
        EK=parameter.EK,
        EL=parameter.EL,
        per_C=1 / parameter.C_m,
    )


def currents(y: Any, c: SimpleNamespace) -> dict[str, Array]:
    """Return the three currents in pA, by the name of their conductance."""
    n2 = y.n * y.n
    return {
        "gNa": c.gNa * y.m * y.m * y.m * y.h * (y.V - c.ENa),
        "gK": c.gK * n2 * n2 * (y.V - c.EK),
        "gL": c.gL * (y.V - c.EL),
    }


def rates(y: Any, c: SimpleNamespace, stimulus: Array = 0.0) -> dict[str, Array]:
    """Return dy/dt of the 4 states per ms; the stimulus is in pA and depolarises where positive."""
    V = y.V
    am = r(-(V + 40) / 10)
    bm = 4 * exp(-(V + 65) / 18)
    ah = 0.07 * exp(-(V + 65) / 20)
    bh = 1 / (1 + exp(-(V + 35) / 10))
    an = 0.1 * r(-(V + 55) / 10)
    bn = 0.125 * exp(-(V + 65) / 80)
    return {
        "V": (stimulus - sum(currents(y, c).values())) * c.per_C,
        "m": am * (1 - y.m) - bm * y.m,
        "h": ah * (1 - y.h) - bh * y.h,
        "n": an * (1 - y.n) - bn * y.n,
    }
