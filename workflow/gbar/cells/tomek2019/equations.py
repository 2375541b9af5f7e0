"""The equations of ToR-ORd with dynamic chloride (Tomek et al. 2020), but for what it has from O'Hara et al. 2011."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

from gbar.cells.ohara2011 import common, gates
from gbar.cells.ohara2011.common import ACAP, VMYO, VSS, F

Array = Any
exp = jnp.exp

K2N = 500.0  # per s
DAVIES = 1.82e6 * (74 * 310) ** -1.5  # of water at 310 K, whatever the temperature of the Nernst factor


def constants(scale: Any, parameter: Any, tuning: Any) -> SimpleNamespace:
    """Return scaled conductances (mS/uF), permeabilities times F, and every other term that does not change in time."""
    p = parameter
    go1, go2 = _activities((p.Nao + p.Ko + p.Clo + 4 * p.Cao) / 2000)
    return SimpleNamespace(
        **common.constants(scale, p, tuning),
        gNa=scale.INa * 11.7802,
        gKr=scale.IKr * tuning.GKr * jnp.sqrt(p.Ko / 5),
        gK1=scale.IK1 * tuning.GK1 * jnp.sqrt(p.Ko / 5),
        gClCa=scale.IClCa * 0.2843,
        gClb=scale.IClb * 0.00198,
        log_Clo=jnp.log(p.Clo),
        Na_outside=go1 * p.Nao,
        K_outside=go1 * p.Ko,
        Ca_outside=go2 * p.Cao,
    )


def rates(y: Any, c: SimpleNamespace, stimulus: Array = 0.0) -> dict[str, Array]:
    """Return dy/dt of the 45 states per ms; the stimulus is carried by K."""
    fp, dCaMKt = common.camk(y)
    I, part = _membrane(y, c, fp)
    carried = SimpleNamespace(
        Na_i=I["INa"] + I["INaL"] + I["INab"] + part.ICaNa_i + 3 * part.INaCa_i + 3 * I["INaK"],
        Na_ss=part.ICaNa_ss + 3 * part.INaCa_ss,
        K_i=I["Ito"] + I["IKr"] + I["IKs"] + I["IK1"] + I["IKb"] + part.ICaK_i + stimulus - 2 * I["INaK"],
        K_ss=part.ICaK_ss,
        Ca_i=part.ICaL_i + I["IpCa"] + I["ICab"] - 2 * part.INaCa_i,
        Ca_ss=part.ICaL_ss - 2 * part.INaCa_ss,
    )
    I_Cl = I["IClCa"] + I["IClb"]
    JCl = (y.Clss - y.Cli) / 2
    dJrel_np, dJrel_p = common.release(y, c, part.ICaL_ss)
    return {
        "V": -(carried.Na_i + carried.Na_ss + carried.K_i + carried.K_ss + carried.Ca_i + carried.Ca_ss + I_Cl),
        **common.concentrations(y, c, carried, common.reticulum(y, c, fp)),
        "Cli": I["IClb"] * (ACAP / (F * VMYO)) + JCl * (VSS / VMYO),
        "Clss": I["IClCa"] * (ACAP / (F * VSS)) - JCl,
        "CaMKt": dCaMKt,
        "Jrel_np": dJrel_np,
        "Jrel_p": dJrel_p,
        **gates.relaxing(y, _kinetics(y.V, c)),
        "nca_ss": gates.nca(y, y.Cass, K2N, y.nca_ss),
        "nca_i": gates.nca(y, y.Cai, K2N, y.nca_i),
        **_channel_of_IKr(y, c),
    }


def _membrane(y: Any, c: SimpleNamespace, fp: Array) -> tuple[dict[str, Array], SimpleNamespace]:
    """Return the currents by the names of their scalings, and what is but a part of them or scaled with them."""
    V = y.V
    e = common.electric(y, c)
    hj, hj_p = y.h * y.j, y.hp * y.jp
    VCl_i, VCl_ss = (V - c.RTF * (jnp.log(Cl) - c.log_Clo) for Cl in (y.Cli, y.Clss))
    aK1 = 4.094 / (1 + exp(0.1217 * (e.VK - 49.934)))
    bK1 = (15.72 * exp(0.0674 * (e.VK - 3.257)) + exp(0.0618 * (e.VK - 594.31))) / (1 + exp(-0.1629 * (e.VK + 14.207)))
    INaCa_i, INaCa_ss = common.INaCa(y, c, e)
    gi1, gi2 = _activities((y.Nai + y.Ki + y.Cli + 4 * y.Cai) / 2000)
    gss1, gss2 = _activities((y.Nass + y.Kss + y.Clss + 4 * y.Cass) / 2000)
    by_V, by_Ca = common.open_ICaL(y, fp)
    open_i = 0.2 * c.pCaL * (by_V + y.nca_i * (by_Ca - by_V))
    open_ss = 0.8 * c.pCaL * (by_V + y.nca_ss * (by_Ca - by_V))
    PNa, PK = 0.00125 / 2, 3.574e-4 / 2  # of the channel, for ions of one charge
    part = SimpleNamespace(
        INaCa_i=INaCa_i,
        INaCa_ss=INaCa_ss,
        ICaL_i=open_i * common.goldman(2 * e.z, e.r2, gi2 * y.Cai, c.Ca_outside),
        ICaL_ss=open_ss * common.goldman(2 * e.z, e.r2, gss2 * y.Cass, c.Ca_outside),
        ICaNa_i=open_i * (PNa * common.goldman(e.z, e.r1, gi1 * y.Nai, c.Na_outside)),
        ICaNa_ss=open_ss * (PNa * common.goldman(e.z, e.r1, gss1 * y.Nass, c.Na_outside)),
        ICaK_i=open_i * (PK * common.goldman(e.z, e.r1, gi1 * y.Ki, c.K_outside)),
        ICaK_ss=open_ss * (PK * common.goldman(e.z, e.r1, gss1 * y.Kss, c.K_outside)),
    )
    I = {
        "INa": c.gNa * (y.m * y.m * y.m) * (hj + fp * (hj_p - hj)) * e.VNa,
        "INaL": common.INaL(y, c, e, fp),
        "Ito": common.Ito(y, c, e, fp),
        "ICaL": part.ICaL_i + part.ICaL_ss,
        "IKr": c.gKr * y.O * e.VK,
        "IKs": common.IKs(y, c, e),
        "IK1": c.gK1 * aK1 / (aK1 + bK1) * e.VK,
        "INaCa": INaCa_i + INaCa_ss,
        "INaK": common.INaK(y, c, e),
        "IKb": c.gKb * e.VK / (1 + exp(-(V - 10.8968) / 23.9871)),
        "INab": c.pNab * common.goldman(e.z, e.r1, y.Nai, c.Nao),
        "ICab": c.pCab * common.goldman(2 * e.z, e.r2, gi2 * y.Cai, c.Ca_outside),
        "IpCa": c.IpCa_max * y.Cai / (0.0005 + y.Cai),
        "IClCa": c.gClCa * VCl_ss / (1 + 0.1 / y.Cass),
        "IClb": c.gClb * VCl_i,
    }
    return I, part


currents = partial(common.currents, membrane=_membrane)


def _activities(I: Array) -> tuple[Array, Array]:
    """Return the activity coefficients of ions of one and two charges at an ionic strength, M (Davies)."""
    root = jnp.sqrt(I)
    x = exp(-DAVIES * (root / (1 + root) - 0.3 * I))
    return x, (x * x) * (x * x)


def _kinetics(V: Array, c: SimpleNamespace) -> dict[str, tuple[Array, Array]]:
    """Return x_inf and 1/tau, per ms, of the gates."""
    m_inf = 1 / (1 + exp(-(V + 56.86) / 9.03))
    h_inf, hp_inf = 1 / (1 + exp((V + 71.55) / 7.43)), 1 / (1 + exp((V + 77.55) / 7.43))
    x, x_slow = (V + 45.79) / 15.54, (V - 4.823) / 51.12
    rate_m = 1 / (0.1292 * exp(-x * x) + 0.06487 * exp(-x_slow * x_slow))
    low = V < -40
    V_low = jnp.minimum(V, -40.0)
    ah = 0.057 * exp(-(V_low + 80) / 6.8)
    bh = 2.7 * exp(0.079 * V_low) + 3.1e5 * exp(0.3485 * V_low)
    rate_h = jnp.where(low, ah + bh, 0.77 / (0.13 * (1 + exp(-(V + 10.66) / 11.1))))
    aj_low = (-2.5428e4 * exp(0.2444 * V_low) - 6.948e-6 * exp(-0.04391 * V_low)) * (V_low + 37.78)
    rate_j = jnp.where(
        low,
        aj_low / (1 + exp(0.311 * (V_low + 79.23)))
        + 0.02424 * exp(-0.01052 * V_low) / (1 + exp(-0.1378 * (V_low + 40.14))),
        0.6 * exp(0.057 * V) / (1 + exp(-0.1 * (V + 32))),
    )
    # A Gompertz curve, which reaches 1 at 31.4978 mV.
    d_inf = jnp.where(V >= 31.4978, 1.0, 1.0763 * exp(-1.007 * exp(-0.0829 * V)))
    return {
        "m": (m_inf * m_inf, rate_m),
        "h": (h_inf * h_inf, rate_h),
        "hp": (hp_inf * hp_inf, rate_h),
        "j": (h_inf * h_inf, rate_j),
        "jp": (h_inf * h_inf, rate_j / 1.46),
        **gates.of_INaL(V, rate_m),
        **gates.of_Ito(V, c.epicardial),
        **gates.of_ICaL(V, d_inf),
        "jca": (1 / (1 + exp((V + 18.08) / 2.7916)), 1 / 72.5),
        **gates.of_IKs(V),
    }


def _channel_of_IKr(y: Any, c: SimpleNamespace) -> dict[str, Array]:
    """Rates of the channel of IKr (after Lu et al. 2001): C3 - C2 - C1 - O, and I behind C1 and O."""
    z = y.V * c.FRT
    C3_C2 = 0.1161 * exp(0.299 * z) * y.C3 - 0.2442 * exp(-1.604 * z) * y.C2
    C2_C1 = 1.25 * 0.1235 * y.C2 - 0.1911 * y.C1
    opening, closing = 0.0578 * exp(0.971 * z), 0.349e-3 * exp(-1.062 * z)
    inactivating, recovering = 0.2533 * exp(0.5953 * z), 1.25 * 0.0522 * exp(-0.8209 * z)
    C1_O = opening * y.C1 - closing * y.O
    O_I = inactivating * y.O - recovering * y.I
    C1_to_I = 0.52e-4 * exp(1.525 * z)
    C1_I = C1_to_I * (y.C1 - closing * recovering / (opening * inactivating) * y.I)
    return {"C3": -C3_C2, "C2": C3_C2 - C2_C1, "C1": C2_C1 - C1_O - C1_I, "O": C1_O - O_I, "I": C1_I + O_I}
