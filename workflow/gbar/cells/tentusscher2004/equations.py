"""The equations of ten Tusscher et al. 2004, in the order of the appendix of the paper; names are the paper's.

For speed, exponentials whose arguments are multiples of each other are powers of one, and 1/tau is one fraction;
where that hides the paper's form, it stands above. With pA, C/mmol and um^3, pA/(F V) is mM/ms without a factor, and
R T/F is in mV.
"""

from math import exp as e
from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

from gbar.cells.rational import linear_over_exp

Array = Any
exp = jnp.exp  # of arrays; e of numbers

R, F = 8.314472, 96.4853415  # J/(K mol), C/mmol

# Ca buffers of cytosol and reticulum: total and half-saturation concentration, mM.
BUF_C, K_BUF_C = 0.15, 0.001
BUF_SR, K_BUF_SR = 10.0, 0.3


def constants(scale: Any, parameter: Any, tuning: Any) -> SimpleNamespace:
    """Return scaled conductances (nS/pF) and every other term that does not change in time (Table 1)."""
    p = parameter
    RTF = R * p.T / F
    sqrt_Ko = jnp.sqrt(p.Ko / 5.4)
    Nao3 = p.Nao * p.Nao * p.Nao
    KNaCa = scale.KNaCa * 1000 / ((87.5 * 87.5 * 87.5 + Nao3) * (1.38 + p.Cao))
    return SimpleNamespace(
        gNa=scale.gNa * 14.838,
        gK1=scale.gK1 * 5.405 * sqrt_Ko,
        gto=scale.gto * tuning.gto,
        gKr=scale.gKr * 0.096 * sqrt_Ko,
        gKs=scale.gKs * tuning.gKs,
        pCaL=scale.gCaL * 1.75e-4 * 2e3 * F,  # 1.75e-4 cm^3/(uF s) with F in C/mol
        INaK_max=scale.PNaK * 1.362 * p.Ko / (p.Ko + 1.0),
        INaCa_in=KNaCa * p.Cao,
        INaCa_out=KNaCa * 2.5 * Nao3,
        IpCa_max=scale.gpCa * 0.825,
        gpK=scale.gpK * 0.0146,
        gbNa=scale.gbNa * 2.9e-4,
        gbCa=scale.gbCa * 5.92e-4,
        Irel=scale.Irel,
        Iup_max=scale.Iup * 4.25e-4,
        leak=scale.Ileak * 8e-5,
        RTF=RTF,
        FRT=1 / RTF,
        log_Nao=jnp.log(p.Nao),
        log_Ko=jnp.log(p.Ko),
        log_KsO=jnp.log(p.Ko + 0.03 * p.Nao),
        log_Cao=jnp.log(p.Cao),
        Cao_CaL=0.341 * p.Cao,
        per_FVc=p.Cm / (F * p.Vc),
        c_over_sr=p.Vc / p.Vsr,
        endocardial_s=tuning.endocardial_s,
    )


def currents(y: Any, c: SimpleNamespace) -> dict[str, Array]:
    """Return what can be scaled, by the name of its scaling: membrane currents in pA/pF, Ca fluxes in mM/ms."""
    return _membrane(y, c) | _reticulum(y, c)


def rates(y: Any, c: SimpleNamespace, stimulus: Array = 0.0) -> dict[str, Array]:
    """Return dy/dt of the 17 states per ms; the stimulus is carried by K."""
    I = _membrane(y, c)
    J = _reticulum(y, c)
    I_Na = I["gNa"] + I["gbNa"] + 3 * I["PNaK"] + 3 * I["KNaCa"]
    I_K = I["gK1"] + I["gto"] + I["gKr"] + I["gKs"] + I["gpK"] - 2 * I["PNaK"] + stimulus
    I_Ca = I["gCaL"] + I["gbCa"] + I["gpCa"] - 2 * I["KNaCa"]
    J_sr = J["Iup"] - J["Irel"] - J["Ileak"]
    free_c, free_sr = y.Cai + K_BUF_C, y.CaSR + K_BUF_SR
    x_inf, rate = kinetics(y.V, c.endocardial_s)
    return {
        "V": -(I_Na + I_K + I_Ca),
        **{gate: (x_inf[gate] - getattr(y, gate)) * rate[gate] for gate in x_inf},
        **_gates_of_calcium(y),
        "Cai": -(J_sr + I_Ca * c.per_FVc / 2) / (1 + BUF_C * K_BUF_C / (free_c * free_c)),
        "CaSR": c.c_over_sr * J_sr / (1 + BUF_SR * K_BUF_SR / (free_sr * free_sr)),
        "Nai": -I_Na * c.per_FVc,
        "Ki": -I_K * c.per_FVc,
    }


def _membrane(y: Any, c: SimpleNamespace) -> dict[str, Array]:
    V = y.V
    VNa = V - c.RTF * (c.log_Nao - jnp.log(y.Nai))
    VK = V - c.RTF * (c.log_Ko - jnp.log(y.Ki))
    VKs = V - c.RTF * (c.log_KsO - jnp.log(y.Ki + 0.03 * y.Nai))
    VCa = V - c.RTF / 2 * (c.log_Cao - jnp.log(y.Cai))
    VF_RT = V * c.FRT

    # aK1 = 0.1/(1 + e^(0.06 (VK - 200))), bK1 = (3 e^(2e-4 (VK + 100)) + e^(0.1 (VK - 10)))/(1 + e^(-0.5 VK))
    k = exp(0.02 * VK)
    k5 = k * k * k * k * k
    bK1 = 3 * exp(2e-4 * (VK + 100)) + k5 * e(-1)
    bK1_over_aK1 = 10 * bK1 * (1 + k * k * k * e(-12)) / (1 + exp(-0.5 * VK))

    # z (Cai e^z - 0.341 Cao)/(e^z - 1) without the singularity at V = 0.
    z = 2 * VF_RT
    r = linear_over_exp(z)
    ICaL_flux = c.pCaL * (y.Cai * (z + r) - c.Cao_CaL * r)

    e_NaK = exp(-0.1 * VF_RT)
    e2 = e_NaK * e_NaK
    e_V = e2 * e2 * e2 * e2 * e2  # e^(-V F/RT)
    e_in = exp(0.35 * VF_RT)
    e_out = e_in * e_V
    Nai3 = y.Nai * y.Nai * y.Nai

    return {
        "gNa": c.gNa * y.m * y.m * y.m * y.h * y.j * VNa,
        "gK1": c.gK1 / (1 + bK1_over_aK1) * VK,
        "gto": c.gto * y.r * y.s * VK,
        "gKr": c.gKr * y.Xr1 * y.Xr2 * VK,
        "gKs": c.gKs * y.Xs * y.Xs * VKs,
        "gCaL": y.d * y.f * y.fCa * ICaL_flux,
        "PNaK": c.INaK_max * y.Nai / ((y.Nai + 40) * (1 + 0.1245 * e_NaK + 0.0353 * e_V)),
        "KNaCa": (c.INaCa_in * e_in * Nai3 - c.INaCa_out * e_out * y.Cai) / (1 + 0.1 * e_out),
        "gpCa": c.IpCa_max * y.Cai / (y.Cai + 0.0005),
        "gpK": c.gpK * VK / (1 + exp((25 - V) / 5.98)),
        "gbNa": c.gbNa * VNa,
        "gbCa": c.gbCa * VCa,
    }


def _reticulum(y: Any, c: SimpleNamespace) -> dict[str, Array]:
    """Release, uptake and leak of the reticulum, mM of cytosolic Ca per ms."""
    CaSR2, Cai2 = y.CaSR * y.CaSR, y.Cai * y.Cai
    return {
        "Irel": c.Irel * (0.016464 * CaSR2 / (0.25 * 0.25 + CaSR2) + 0.008232) * y.d * y.g,
        "Iup": c.Iup_max * Cai2 / (Cai2 + 2.5e-4 * 2.5e-4),
        "Ileak": c.leak * (y.CaSR - y.Cai),
    }


def _gates_of_calcium(y: Any) -> dict[str, Array]:
    """The gates fCa and g follow Cai with 2 ms, but do not recover while V is above -60 mV."""
    x, x_g = y.Cai / 3.25e-4, y.Cai / 3.5e-4
    x2, x_g2 = x * x, x_g * x_g
    x4, x_g6 = x2 * x2, x_g2 * x_g2 * x_g2
    aCa = 1 / (1 + x4 * x4)
    bCa = 0.1 / (1 + exp((y.Cai - 0.0005) / 0.0001))
    cCa = 0.2 / (1 + exp((y.Cai - 0.00075) / 0.0008))
    fCa_inf = (aCa + bCa + cCa + 0.23) / 1.46
    g_inf = 1 / (1 + jnp.where(x_g < 1, x_g6, x_g6 * x_g6 * x_g2 * x_g2))

    def rate(x_inf, x):
        return jnp.where((x_inf > x) & (y.V > -60), 0.0, (x_inf - x) / 2)

    return {"fCa": rate(fCa_inf, y.fCa), "g": rate(g_inf, y.g)}


def kinetics(V: Array, endocardial_s: bool) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return x_inf and 1/tau, per ms, of the ten gates that follow the voltage."""
    # eN is e^(V/N), rN is e^(-V/N).
    e14, e20, r20, r24 = exp(V / 14), exp(V / 20), exp(-V / 20), exp(-V / 24)
    e7, e10, r10, r12 = e14 * e14, e20 * e20, r20 * r20, r24 * r24
    e5, r5, r6 = e10 * e10, r10 * r10, r12 * r12

    low = V < -40
    V_low = jnp.minimum(V, -40.0)
    hj_inf = 1 / (1 + exp((V + 71.55) / 7.43))
    m_inf = 1 / (1 + exp((-56.86 - V) / 9.03))
    x_inf = {
        "m": m_inf * m_inf,
        "h": hj_inf * hj_inf,
        "j": hj_inf * hj_inf,
        "d": 1 / (1 + exp((-5 - V) / 7.5)),
        "f": 1 / (1 + e7 * e(20 / 7)),
        "r": 1 / (1 + r6 * e(20 / 6)),
        "s": 1 / (1 + e5 * e(28 / 5 if endocardial_s else 20 / 5)),
        "Xs": e14 / (e14 + e(-5 / 14)),
        "Xr1": e7 / (e7 + e(-26 / 7)),
        "Xr2": r24 / (r24 + e(88 / 24)),
    }

    # tau_m = [0.1/(1 + a) + 0.1/(1 + b)]/(1 + e^((-60 - V)/5))
    a, b = e5 * e(35 / 5), exp((V - 50) / 200)
    rate_m = (1 + r5 * e(-60 / 5)) * 10 * (1 + a) * (1 + b) / (2 + a + b)

    ah = 0.057 * exp((-80 - V_low) / 6.8)
    bh = 2.7 * exp(0.079 * V_low) + 3.1e5 * exp(0.3485 * V_low)
    rate_h = jnp.where(low, ah + bh, 0.77 / (0.13 + 0.13 * exp((-10.66 - V) / 11.1)))

    aj_low = (-2.5428e4 * exp(0.2444 * V_low) - 6.948e-6 * exp(-0.04391 * V_low)) * (V_low + 37.78)
    aj = jnp.where(low, aj_low / (1 + exp(0.311 * (V_low + 79.23))), 0.0)
    bj = jnp.where(low, 0.02424, 0.6) * exp(jnp.where(low, -0.01052, 0.057) * V)
    rate_j = aj + bj / (1 + jnp.where(low, exp(-0.1378 * (V + 40.14)), r10 * e(-3.2)))

    # tau_d = [1.4/(1 + a) + 0.25] 1.4/(1 + b) + c/(1 + c)
    a, b, c = exp((-35 - V) / 13), e5 * e(5 / 5), e20 * e(-50 / 20)
    ab = (1 + a) * (1 + b)
    rate_d = ab * (1 + c) / (1.4 * (1.65 + 0.25 * a) * (1 + c) + ab * c)

    # tau_f = 1125 e^(-(V + 27)^2/240) + 80 + 165 a/(1 + a)
    a = e10 * e(-25 / 10)
    rate_f = (1 + a) / ((1125 * exp(-(V + 27) * (V + 27) / 240) + 80) * (1 + a) + 165 * a)

    rate_r = 1 / (9.5 * exp(-(V + 40) * (V + 40) / 1800) + 0.8)

    if endocardial_s:
        rate_s = 1 / (1000 * exp(-(V + 67) * (V + 67) / 1000) + 8)
    else:  # tau_s = 85 e^(-(V + 45)^2/320) + 5/(1 + a) + 3
        a = e5 * e(-20 / 5)
        rate_s = (1 + a) / ((85 * exp(-(V + 45) * (V + 45) / 320) + 3) * (1 + a) + 5)

    return x_inf, {
        "m": rate_m,
        "h": rate_h,
        "j": rate_j,
        "d": rate_d,
        "f": rate_f,
        "r": rate_r,
        "s": rate_s,
        "Xs": jnp.sqrt(1 + r6 * e(-10 / 6)) * (1 + e20 * e(-60 / 20)) / 1100,
        "Xr1": (1 + r10 * e(-45 / 10)) * (1 + exp((V + 30) / 11.5)) / (450 * 6),
        "Xr2": (1 + r20 * e(-60 / 20)) * (1 + e20 * e(-60 / 20)) / (3 * 1.12),
    }
