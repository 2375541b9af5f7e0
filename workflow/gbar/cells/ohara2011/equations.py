"""The equations of O'Hara et al. 2011 and of CiPAORdv1.0, but for what `common` and `gates` have.

The two differ in conductances and in IKr, whose gates xrf and xrs CiPAORdv1.0 replaced by a Markov model of hERG.
"""

from functools import partial
from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

from gbar.cells.ohara2011 import common, gates

Array = Any
exp = jnp.exp


def constants(scale: Any, parameter: Any, tuning: Any) -> SimpleNamespace:
    """Return scaled conductances (mS/uF), permeabilities times F, and every other term that does not change in time."""
    p = parameter
    return SimpleNamespace(
        **common.constants(scale, p, tuning),
        gNa=scale.INa * 75,
        gKr=scale.IKr * tuning.GKr * jnp.sqrt(p.Ko / 5.4),
        gK1=scale.IK1 * tuning.GK1 * jnp.sqrt(p.Ko),
        hERG=_drug(p) if tuning.dynamic_hERG else None,
    )


def _drug(p: Any) -> SimpleNamespace:
    """Return the rates of a drug at its concentration; per ms."""
    present = p.D > 0
    Dn = jnp.where(present, jnp.power(jnp.where(present, p.D, 1.0), p.n), 0.0)
    return SimpleNamespace(kon=p.Kmax * p.Ku * Dn / (Dn + p.halfmax), Ku=p.Ku, Kt=p.Kt, Vhalf=p.Vhalf)


def rates(y: Any, c: SimpleNamespace, stimulus: Array = 0.0) -> dict[str, Array]:
    """Return dy/dt of the states per ms; the stimulus is carried by K."""
    fp, dCaMKt = common.camk(y)
    I, part = _membrane(y, c, fp)
    carried = SimpleNamespace(
        Na_i=I["INa"] + I["INaL"] + I["INab"] + 3 * part.INaCa_i + 3 * I["INaK"],
        Na_ss=part.ICaNa + 3 * part.INaCa_ss,
        K_i=I["Ito"] + I["IKr"] + I["IKs"] + I["IK1"] + I["IKb"] + stimulus - 2 * I["INaK"],
        K_ss=part.ICaK,
        Ca_i=I["IpCa"] + I["ICab"] - 2 * part.INaCa_i,
        Ca_ss=I["ICaL"] - 2 * part.INaCa_ss,
    )
    dJrel_np, dJrel_p = common.release(y, c, I["ICaL"])
    return {
        "V": -(carried.Na_i + carried.Na_ss + carried.K_i + carried.K_ss + carried.Ca_i + carried.Ca_ss),
        **common.concentrations(y, c, carried, common.reticulum(y, c, fp)),
        "CaMKt": dCaMKt,
        "Jrel_np": dJrel_np,
        "Jrel_p": dJrel_p,
        **gates.relaxing(y, _kinetics(y.V, c)),
        "nca": gates.nca(y, y.Cass, 1000.0, y.nca),
        **(gates.relaxing(y, _of_IKr(y.V)) if c.hERG is None else gates.of_hERG(y.V, y, c.hERG)),
    }


def _membrane(y: Any, c: SimpleNamespace, fp: Array) -> tuple[dict[str, Array], SimpleNamespace]:
    """Return the currents by the names of their scalings, and what is but a part of them or scaled with them."""
    V = y.V
    e = common.electric(y, c)
    h, h_p = 0.99 * y.hf + 0.01 * y.hs, 0.99 * y.hf + 0.01 * y.hsp
    hj, hj_p = h * y.j, h_p * y.jp
    by_V, by_Ca = common.open_ICaL(y, fp)
    open_CaL = c.pCaL * (by_V + y.nca * (by_Ca - by_V))
    if c.hERG is None:
        Axrf = 1 / (1 + exp((V + 54.81) / 38.21))
        rectified = 1 / ((1 + exp((V + 55) / 75)) * (1 + exp((V - 10) / 30)))
        open_Kr = (y.xrs + Axrf * (y.xrf - y.xrs)) * rectified
    else:
        open_Kr = y.O
    INaCa_i, INaCa_ss = common.INaCa(y, c, e)
    part = SimpleNamespace(
        INaCa_i=INaCa_i,
        INaCa_ss=INaCa_ss,
        ICaNa=open_CaL * (0.00125 * 0.75 / 2 * common.goldman(e.z, e.r1, y.Nass, c.Nao)),
        ICaK=open_CaL * (3.574e-4 * 0.75 / 2 * common.goldman(e.z, e.r1, y.Kss, c.Ko)),
    )
    I = {
        "INa": c.gNa * (y.m * y.m * y.m) * (hj + fp * (hj_p - hj)) * e.VNa,
        "INaL": common.INaL(y, c, e, fp),
        "Ito": common.Ito(y, c, e, fp),
        "ICaL": open_CaL * common.goldman(2 * e.z, e.r2, y.Cass, 0.341 * c.Cao),
        "IKr": c.gKr * open_Kr * e.VK,
        "IKs": common.IKs(y, c, e),
        "IK1": c.gK1 * y.xk1 * e.VK / (1 + exp((V + 105.8 - 2.6 * c.Ko) / 9.493)),
        "INaCa": INaCa_i + INaCa_ss,
        "INaK": common.INaK(y, c, e),
        "IKb": c.gKb * e.VK / (1 + exp(-(V - 14.48) / 18.34)),
        "INab": c.pNab * common.goldman(e.z, e.r1, y.Nai, c.Nao),
        "ICab": c.pCab * common.goldman(2 * e.z, e.r2, y.Cai, 0.341 * c.Cao),
        "IpCa": c.IpCa_max * y.Cai / (0.0005 + y.Cai),
    }
    return I, part


currents = partial(common.currents, membrane=_membrane)


def _kinetics(V: Array, c: SimpleNamespace) -> dict[str, tuple[Array, Array]]:
    """Return x_inf and 1/tau, per ms, of the gates that both models have."""
    h_inf = 1 / (1 + exp((V + 82.9) / 6.086))
    rate_m = 6.765 * exp((V + 11.64) / 34.77) + 8.552 * exp(-(V + 77.42) / 5.955)
    rate_hf = 1.432e-5 * exp(-(V + 1.196) / 6.285) + 6.149 * exp((V + 0.5096) / 20.27)
    rate_hs = 0.009794 * exp(-(V + 17.95) / 28.05) + 0.3343 * exp((V + 5.73) / 56.66)
    # tau_j = 2.038 + 1/s
    s = 0.02136 * exp(-(V + 100.6) / 8.281) + 0.3052 * exp((V + 0.9941) / 38.45)
    rate_j = s / (1 + 2.038 * s)
    ICaL = gates.of_ICaL(V, 1 / (1 + exp(-(V + 3.94) / 4.23)))
    rate_xk1 = (exp(-(V + 127.2) / 20.36) + exp((V + 236.8) / 69.33)) / 122.2
    return {
        "m": (1 / (1 + exp(-(V + 39.57) / 9.871)), rate_m),
        "hf": (h_inf, rate_hf),
        "hs": (h_inf, rate_hs),
        "hsp": (1 / (1 + exp((V + 89.1) / 6.086)), rate_hs / 3),
        "j": (h_inf, rate_j),
        "jp": (h_inf, rate_j / 1.46),
        **gates.of_INaL(V, rate_m),
        **gates.of_Ito(V, c.epicardial),
        **ICaL,
        "jca": (ICaL["ff"][0], 1 / 75),
        **gates.of_IKs(V),
        "xk1": (1 / (1 + exp(-(V + 2.5538 * c.Ko + 144.59) / (1.5692 * c.Ko + 3.8115))), rate_xk1),
    }


def _of_IKr(V: Array) -> dict[str, tuple[Array, Array]]:
    """Gates of IKr of 2011; tau = 12.98 + 1/s and 1.865 + 1/s."""
    x_inf = 1 / (1 + exp(-(V + 8.337) / 6.789))
    fast = 0.3652 * exp((V - 31.66) / 3.869) + 4.123e-5 * exp(-(V - 47.78) / 20.38)
    slow = 0.06629 * exp((V - 34.70) / 7.355) + 1.128e-5 * exp(-(V - 29.74) / 25.94)
    return {"xrf": (x_inf, fast / (1 + 12.98 * fast)), "xrs": (x_inf, slow / (1 + 1.865 * slow))}
