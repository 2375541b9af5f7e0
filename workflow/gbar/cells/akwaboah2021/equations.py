"""The equations of Akwaboah et al. 2021, in the order of the supplement of the paper.

Names are the paper's. Powers are written as products and anything of parameters alone stands in `constants`:
both matter for speed. With pA, C/mmol and um^3, pA/(F V) is mM/ms without a factor, and R T/F is in mV.
"""

from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

from gbar.cells.rational import linear_over_exp as r  # r(x) = x/(e^x - 1)

Array = Any
exp = jnp.exp

R, F = 8.3143, 96.4867  # J/(K mol), C/mmol

# Total concentrations of the Ca buffers, mM.
CM_TOTAL, TC_TOTAL, TMC_TOTAL, CQ_TOTAL = 0.045, 0.031, 0.062, 10.0


def constants(scale: Any, parameter: Any, tuning: Any) -> SimpleNamespace:
    """Return scaled conductances, volumes and every other term that does not change in time (Tables S7, S8)."""
    p = parameter
    k = {name: factor * getattr(scale, name) for name, factor in tuning.k}
    RTF = R * p.T / F
    Vsub = 0.01 * p.Vcell
    Vi = 0.46 * (p.Vcell - Vsub)
    sigma = 0.0 if tuning.sigma_is_zero else (jnp.exp(p.Nao / 67.3) - 1) / 7
    Ca_total = {"all": p.Cm, "current": 1.0, "none": 1.0}[tuning.Ca_times_Cm]
    Ca_current = {"all": 1.0, "current": p.Cm, "none": 1.0}[tuning.Ca_times_Cm]
    return SimpleNamespace(
        **{name: getattr(p, name) for name in ("Nao", "Ko", "Cao", "Mgi", "Cm", "Prel", "Pup")},
        RTF=RTF,
        gNa=k["INa"] * 10.1872382,
        gtof=k["Ito"] * 1.07795129e-3,
        gtos=k["Ito"] * 0.155692740,
        gKr=k["IKr"] * 0.0186484701 * jnp.power(p.Ko, 0.59),
        gfNa=k["If"] * 0.0502968027,
        gfK=k["If"] * 0.0702798870,
        If_capped=tuning.If_capped,
        pCaL=k["ICaL"] * 0.18722844 * 2 * F,
        gKur=k["IKur"],
        gKs=k["IKs"] * 0.129,
        INaK_max=k["INaK"] * 4.3 * p.Ko / (p.Ko + 1.0),
        fNaK_sigma=0.0365 * sigma,
        INaCa_max=k["INaCa"] * 100 / ((1e3 + p.Nao * p.Nao * p.Nao) * (1.38 + p.Cao)),
        Nao3=p.Nao * p.Nao * p.Nao,
        gKACh=k["IKACh"] * 0.0011 * jnp.power(p.Ko, 0.41),
        gK1=k["IK1"] * 0.35 * jnp.sqrt(p.Ko / 5.4),
        gbNa=k["IbNa"] * 0.000674,
        gbCa=k["IbCa"] * 0.00113,
        IpCa_max=k["IpCa"] * 0.275,
        log_Nao=jnp.log(p.Nao),
        log_Ko=jnp.log(p.Ko),
        log_KsO=jnp.log(0.01833 * p.Nao + p.Ko),
        log_Cao=jnp.log(p.Cao),
        RTF_Ca=tuning.ECa_factor * RTF / 2,
        per_FVi=p.Cm / (F * Vi),
        per_2FVsub=Ca_current / (2 * F * Vsub),
        sub_over_i=Vsub / Vi,
        up_over_i=0.0116 * p.Vcell / Vi,
        rel_over_sub=0.0012 * p.Vcell / Vsub,
        rel_over_up=0.0012 / 0.0116,
        per_tau_tr=1 / p.tau_tr,
        A=Ca_total,
    )


def currents(y: Any, c: SimpleNamespace) -> dict[str, Array]:
    """Return the 14 membrane currents in pA/pF; If as it enters the voltage equation."""
    I = _currents(y, c)
    return {name: I[name] for name in I if name not in ("IfNa", "IfK")}


def rates(y: Any, c: SimpleNamespace, stimulus: Array = 0.0) -> dict[str, Array]:
    """Return dy/dt of the 30 states per ms."""
    I = _currents(y, c)
    I_Na = I["INa"] + I["IfNa"] + I["IbNa"] + 3 * I["INaK"] + 3 * I["INaCa"]
    I_K = I["Ito"] + I["IKr"] + I["IfK"] + I["IK1"] + I["IKs"] + I["IKur"] + I["IKACh"] - 2 * I["INaK"]
    I_Ca = I["ICaL"] + I["IpCa"] + I["IbCa"] - 2 * I["INaCa"]
    I_m = sum(I[name] for name in I if name not in ("IfNa", "IfK"))
    return {
        "V": -(I_m + stimulus),
        "Nai": -I_Na * c.per_FVi,
        "Ki": -I_K * c.per_FVi,
        **_calcium(y, c, I_Ca),
        **_INa_gates(y),
        **_K_gates(y),
        **_other_gates(y),
    }


def _currents(y: Any, c: SimpleNamespace) -> dict[str, Array]:
    V = y.V
    log_Ki = jnp.log(y.Ki)
    VNa = V - c.RTF * (c.log_Nao - jnp.log(y.Nai))
    VK = V - c.RTF * (c.log_Ko - log_Ki)
    VKs = V - c.RTF * (c.log_KsO - jnp.log(0.01833 * y.Nai + y.Ki))
    VCa = V - c.RTF_Ca * (c.log_Cao - jnp.log(y.Cai))
    VF_RT = V / c.RTF

    IfNa = c.gfNa * y.y * VNa
    IfK = c.gfK * y.y * VK

    z = 2 * VF_RT - 2 * 0.09457633 / c.RTF
    ICaL_flux = c.pCaL * (y.Cai * exp(z) - 0.341 * c.Cao) * r(z)

    gKur = 0.005 + 0.05 / (1 + exp(-(V - 15) / 13))

    fNaK = 1 / (1 + 0.1245 * exp(-0.1 * VF_RT) + c.fNaK_sigma * exp(-VF_RT))
    K_Nai = 87.5 / y.Nai

    # The half saturations 10 and 87.5 mM of INaCa and INaK are the other way round in Courtemanche 1998.
    Nai3 = y.Nai * y.Nai * y.Nai
    out = exp(-0.65 * VF_RT)
    INaCa = c.INaCa_max * (exp(0.35 * VF_RT) * Nai3 * c.Cao - out * c.Nao3 * y.Cai) / (1 + 0.1 * out)

    aK1 = 1.02 / (1 + exp(0.2385 * (VK - 59.215)))
    bK1 = (0.49124 * exp(0.08032 * (VK + 5.476)) + exp(0.06175 * (VK - 594.31))) / (1 + exp(-0.5143 * (VK + 4.753)))

    return {
        "INa": c.gNa * y.m * y.m * y.m * y.h * y.j * VNa,
        "Ito": (c.gtof * y.xtof * y.ytof + c.gtos * y.xtos * y.ytos) * VK,
        "IKr": c.gKr * (0.6 * y.paF + 0.4 * y.paS) * y.pi * VK,
        "IfNa": IfNa,
        "IfK": IfK,
        "If": jnp.minimum(IfNa + IfK, 0.0) if c.If_capped else IfNa + IfK,
        "ICaL": y.d * y.f * y.fCa * ICaL_flux,
        "IKur": c.gKur * gKur * y.ua * y.ua * y.ua * y.ui * VK,
        "IKs": c.gKs * y.xs * y.xs * VKs,
        "INaK": c.INaK_max * fNaK / (1 + K_Nai * jnp.sqrt(K_Nai)),
        "INaCa": INaCa,
        "IK1": c.gK1 * aK1 / (aK1 + bK1) * VK,
        "IKACh": c.gKACh * (y.Ki - c.Ko * exp(-VF_RT)),
        "IbNa": c.gbNa * VNa,
        "IbCa": c.gbCa * VCa,
        "IpCa": c.IpCa_max * y.Cai / (0.0005 + y.Cai),
    }


def _calcium(y: Any, c: SimpleNamespace, I_Ca: Array) -> dict[str, Array]:
    """Ca fluxes and buffers (structure of Kurata 2002, without a leak of the reticulum)."""
    K_Casub = 0.0012 / y.Casub
    Jdif = (y.Casub - y.Cai) / 0.04
    Jrel = c.Prel * (y.Carel - y.Casub) / (1 + K_Casub * K_Casub)
    Jup = c.Pup / (1 + 0.0006 / y.Cai)
    Jtr = (y.Caup - y.Carel) * c.per_tau_tr
    TM_free = 1 - y.fTMC - y.fTMM
    dfTC = 88.8 * y.Cai * (1 - y.fTC) - 0.446 * y.fTC
    dfTMC = 227.7 * y.Cai * TM_free - 0.00751 * y.fTMC
    dfTMM = 2.277 * c.Mgi * TM_free - 0.751 * y.fTMM
    dfCMi = 227.7 * y.Cai * (1 - y.fCMi) - 0.542 * y.fCMi
    dfCMs = 227.7 * y.Casub * (1 - y.fCMs) - 0.542 * y.fCMs
    dfCQ = 0.534 * y.Carel * (1 - y.fCQ) - 0.445 * y.fCQ
    bound_i = CM_TOTAL * dfCMi + TC_TOTAL * dfTC + TMC_TOTAL * dfTMC
    return {
        "fTC": dfTC,
        "fTMC": dfTMC,
        "fTMM": dfTMM,
        "fCMi": dfCMi,
        "fCMs": dfCMs,
        "fCQ": dfCQ,
        "Cai": c.A * (Jdif * c.sub_over_i - Jup * c.up_over_i - bound_i),
        "Casub": c.A * (Jrel * c.rel_over_sub - I_Ca * c.per_2FVsub - Jdif - CM_TOTAL * dfCMs),
        "Caup": c.A * (Jup - Jtr * c.rel_over_up),
        "Carel": c.A * (Jtr - Jrel - CQ_TOTAL * dfCQ),
    }


def _INa_gates(y: Any) -> dict[str, Array]:
    """Gates of INa: Luo-Rudy 1991 forms with fitted constants; the branches do not meet at -40 mV."""
    V = y.V
    am = 2.81165049 * r(-0.1 * (V + 47.13))
    bm = 0.0411026646 * exp(-V / 11)
    low = V < -40
    ah = jnp.where(low, 0.185913230 * exp(-(80 + V) / 6.8), 0.0)
    bh = jnp.where(
        low,
        2.33559087 * exp(0.079 * V) + 2.69343146e5 * exp(0.35 * V),
        1 / (0.111372808 * (1 + exp(-(V + 0.823823189) / 7.98343615))),
    )
    aj_low = (-9.44262616e4 * exp(0.195789481 * V) - 4.34129546e-5 * exp(-0.0595815316 * V)) * (V + 37.78)
    aj = jnp.where(low, aj_low / (1 + exp(0.429535950 * (V + 79.23))), 0.0)
    bj = jnp.where(
        low,
        0.126055107 * exp(-0.00545387213 * V) / (1 + exp(-0.1378 * (V + 40.14))),
        0.437170307 * exp(-2.87045755e-7 * V) / (1 + exp(-0.0242211297 * (V + 52.2647290))),
    )
    return {
        "m": am * (1 - y.m) - bm * y.m,
        "h": ah * (1 - y.h) - bh * y.h,
        "j": aj * (1 - y.j) - bj * y.j,
    }


def _K_gates(y: Any) -> dict[str, Array]:
    """Gates of Ito, IKr, IKs and IKur."""
    V = y.V
    xto_inf = 1 / (1 + exp(-(V - 14.6825076) / 15.9100592))
    yto_inf = 1 / (1 + exp((V + 41.1) / 6.68))
    v_xtof = (V + 48.0328534) / 48.9599981
    tau_xtof = 3.83118368 * exp(-v_xtof * v_xtof) + 0.285524250
    tau_ytof = 123.540497 * exp(-(V + 50.3128630) * (V + 50.3128630) / 316.319213) + 13.2886316
    tau_xtos = 4.13205093 / (1 + exp((V + 2.30054808) / 26.7131386)) + 0.112598680
    tau_ytos = 1135.96188 / (1 + exp((V + 49.5801337) / 5.53181883)) + 19.7135761

    pa_inf = 1 / (1 + exp(-(V + 6.42652882) / 11.8799783))
    pi_inf = 1 / (1 + exp((V + 40.1163188) / 14.0822232))
    rate_paF = (0.0423722972 * exp(V / 17.0356140) + 1.24135620e-3 * exp(-V / 23.3474212)) / 0.963756681
    rate_paS = (4.56822754e-3 * exp(V / 14.6185713) + 1.71859133e-4 * exp(-V / 17.3714985)) / 0.963756681
    rate_pi = 0.0847065470 * exp(-V / 52.1505971) + 0.759956413 * exp(V / 107.977148)

    xs_inf = 1 / jnp.sqrt(1 + exp(-(V - 19.9) / 12.7))
    rate_xs = 2 * (4e-5 * 17 * r(-(V - 19.9) / 17) + 3.5e-5 * 9 * r((V - 19.9) / 9))

    ua_inf = 1 / (1 + exp(-(V + 30.3) / 9.6))
    ui_inf = 1 / (1 + exp((V - 99.45) / 27.48))
    rate_ua = 3 * (0.65 / (exp(-(V + 10) / 8.5) + exp(-(V - 30) / 59)) + 0.65 / (2.5 + exp((V + 82) / 17)))
    rate_ui = 3 * (1 / (21 + exp(-(V - 185) / 28)) + exp((V - 158) / 16))
    return {
        "xtof": (xto_inf - y.xtof) / tau_xtof,
        "ytof": (yto_inf - y.ytof) / tau_ytof,
        "xtos": (xto_inf - y.xtos) / tau_xtos,
        "ytos": (yto_inf - y.ytos) / tau_ytos,
        "paF": (pa_inf - y.paF) * rate_paF,
        "paS": (pa_inf - y.paS) * rate_paS,
        "pi": (pi_inf - y.pi) * rate_pi,
        "xs": (xs_inf - y.xs) * rate_xs,
        "ua": (ua_inf - y.ua) * rate_ua,
        "ui": (ui_inf - y.ui) * rate_ui,
    }


def _other_gates(y: Any) -> dict[str, Array]:
    """Gates of If and ICaL."""
    V = y.V
    y_inf = 1 / (1 + exp((V + 80.6) / 6.8))
    rate_y = (exp(-(1.68826991 + 0.0367280874 * V)) + exp(5.17628426 + 0.0535050858 * V)) / 4010.31320

    d_inf = 1 / (1 + exp(-(V + 1.00592002) / 6.38249172))
    f_inf = 1 / (1 + exp((V + 29.16060561) / 3.60776178))
    fCa_inf = 0.00035 / (0.00035 + y.Casub)
    ad = 0.02839 * 2.5 * r(-(V + 35) / 2.5) + 0.0849 * 4.8 * r(-V / 4.8)
    bd = 0.01143 * 2.5 * r((V - 5) / 2.5)
    v_f = (V + 32.5) / 13.9
    tau_f = 257.1 * exp(-v_f * v_f) + 44.3
    return {
        "y": (y_inf - y.y) * rate_y,
        "d": (d_inf - y.d) * (ad + bd),
        "f": (f_inf - y.f) / tau_f,
        "fCa": (fCa_inf - y.fCa) * 0.035 / fCa_inf,
    }
