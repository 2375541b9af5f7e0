"""What the model of O'Hara et al. 2011 and those made from it have in common; names are the paper's.

For speed, a gate's 1/tau is one fraction, open fractions are written as the unphosphorylated one and its difference to
the phosphorylated one, and the rates of the exchanger are counted in units of 5,000 per s; where that hides the paper's
form, it stands above. Currents are in pA/pF, concentrations in mM, volumes in uL and R T/F in mV.
"""

from collections.abc import Callable
from math import log
from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

from gbar.cells.rational import linear_over_exp

Array = Any
# Membrane currents by the names of their scalings, and parts of them, of states, constants and what is phosphorylated.
Membrane = Callable[[Any, SimpleNamespace, Array], tuple[dict[str, Array], SimpleNamespace]]
exp = jnp.exp

R, F = 8314.0, 96485.0  # mJ/(K mol), C/mol

# A cylinder 0.01 cm long, 0.0011 cm in radius, its membrane folded to twice its area; pi is 3.14 in the model.
VCELL = 1000 * 3.14 * 0.0011 * 0.0011 * 0.01  # uL
ACAP = 2 * (2 * 3.14 * 0.0011 * 0.0011 + 2 * 3.14 * 0.0011 * 0.01)  # cm^2, of 1 uF/cm^2
VMYO, VNSR, VJSR, VSS = (share * VCELL for share in (0.68, 0.0552, 0.0048, 0.02))

# Ca buffers: total and half-saturation concentration, mM.
CMDN, K_CMDN = 0.05, 0.00238  # calmodulin, myoplasm
TRPN, K_TRPN = 0.07, 0.0005  # troponin, myoplasm
BSR, K_BSR = 0.047, 0.00087  # subspace
BSL, K_BSL = 1.124, 0.0087  # subspace
CSQN, K_CSQN = 10.0, 0.8  # calsequestrin, junctional reticulum

# Protons and MgATP, and the affinities to the pump; mM. The authors' H is 1e-7, beside a Khp in the same unit.
H, KHP, MGATP, K_MGATP, MGADP = 1e-7, 1.698e-7, 9.8, 1.698e-7, 0.05


def constants(scale: Any, p: Any, tuning: Any) -> dict[str, Any]:
    """Return scaled conductances and every other term that does not change in time, of what the models share."""
    RTF = R * p.T / F
    h10 = 12.5 + 1 + p.Nao / 15 * (1 + p.Nao / 5)
    k1 = 300 * p.Cao / h10
    Mg = MGATP / K_MGATP
    Ko2 = (p.Ko / 0.3582) * (p.Ko / 0.3582)
    return {
        "gNaL": scale.INaL * tuning.GNaL,
        "gto": scale.Ito * tuning.Gto,
        "pCaL": scale.ICaL * tuning.PCa * 2 * F,
        "gKs": scale.IKs * tuning.GKs,
        "NaCa_i": scale.INaCa * (1 - tuning.subspace_share) * tuning.Gncx * 5000,
        "NaCa_ss": scale.INaCa * tuning.subspace_share * tuning.Gncx * 5000,
        "NaK": scale.INaK * tuning.Pnak,
        "gKb": scale.IKb * tuning.GKb,
        "pNab": scale.INab * tuning.PNab * F,
        "pCab": scale.ICab * tuning.PCab * 2 * F,
        "IpCa_max": scale.IpCa * 5e-4,
        "Jrel": scale.Jrel * tuning.release,
        "Jup": scale.Jup,
        "up_max": tuning.up_max * tuning.uptake,
        "leak": tuning.leak / 15,
        "per_tau_tr": 1 / tuning.tau_tr,
        "half_rel": tuning.half_rel,
        "rel_max": 0.5 * 4.75 * tuning.release_of_ICaL,
        "calmodulin": CMDN * K_CMDN * tuning.calmodulin,
        "epicardial": tuning.epicardial,
        "RTF": RTF,
        "FRT": 1 / RTF,
        "log_Nao": jnp.log(p.Nao),
        "log_Ko": jnp.log(p.Ko),
        "log_KsO": jnp.log(p.Ko + 0.01833 * p.Nao),
        "Nao": p.Nao,
        "Ko": p.Ko,
        "Cao": p.Cao,
        "exchanger": SimpleNamespace(k1=k1, h11=12 * p.Nao * p.Nao / (h10 * 75)),
        "pump": SimpleNamespace(
            a3=1899 * Ko2,
            a4=639 * Mg / (1 + Mg),
            b1=182.4 * MGADP,
            b3=79300 * 4.2 * H / (1 + Mg),
            den_o=(1 + p.Ko / 0.3582) * (1 + p.Ko / 0.3582) - 1,
        ),
    }


def electric(y: Any, c: SimpleNamespace) -> SimpleNamespace:
    """Return the driving forces VNa, VK and VKs, mV, and V F/RT with what currents of constant field need of it."""
    z = y.V * c.FRT
    log_Ki = jnp.log(y.Ki)
    return SimpleNamespace(
        VNa=y.V - c.RTF * (c.log_Nao - jnp.log(y.Nai)),
        VK=y.V - c.RTF * (c.log_Ko - log_Ki),
        VKs=y.V - c.RTF * (c.log_KsO - jnp.log(y.Ki + 0.01833 * y.Nai)),
        z=z,
        r1=linear_over_exp(z),
        r2=linear_over_exp(2 * z),
    )


def goldman(z: Array, r: Array, inside: Array, outside: Array) -> Array:
    """Return z (inside e^z - outside)/(e^z - 1), where r = z/(e^z - 1), without the singularity at 0."""
    return inside * (z + r) - outside * r


def camk(y: Any) -> tuple[Array, Array]:
    """Return the fraction of channels that CaMK has phosphorylated, and the rate of CaMKt."""
    bound = 0.05 * (1 - y.CaMKt) * y.Cass / (y.Cass + 0.0015)
    active = bound + y.CaMKt
    return active / (active + 0.15), 0.05 * bound * active - 0.00068 * y.CaMKt


def INaL(y: Any, c: SimpleNamespace, e: SimpleNamespace, fp: Array) -> Array:
    """Late Na current."""
    return c.gNaL * (y.hL + fp * (y.hLp - y.hL)) * y.mL * e.VNa


def Ito(y: Any, c: SimpleNamespace, e: SimpleNamespace, fp: Array) -> Array:
    """Transient outward K current."""
    AiF = 1 / (1 + exp((y.V - 213.6) / 151.2))
    open_ = y.a * (y.iS + AiF * (y.iF - y.iS))
    open_p = y.ap * (y.iSp + AiF * (y.iFp - y.iSp))
    return c.gto * (open_ + fp * (open_p - open_)) * e.VK


def open_ICaL(y: Any, fp: Array) -> tuple[Array, Array]:
    """Open fractions of the L-type Ca channels that voltage inactivates, and of those that calcium does."""
    AfCa = 0.3 + 0.6 / (1 + exp((y.V - 10) / 10))
    f, f_p = 0.6 * y.ff + 0.4 * y.fs, 0.6 * y.ffp + 0.4 * y.fs
    fCa, fCa_p = y.fcas + AfCa * (y.fcaf - y.fcas), y.fcas + AfCa * (y.fcafp - y.fcas)
    return y.d * (f + fp * (1.1 * f_p - f)), y.d * y.jca * (fCa + fp * (1.1 * fCa_p - fCa))


def IKs(y: Any, c: SimpleNamespace, e: SimpleNamespace) -> Array:
    """Slow delayed rectifier K current; (3.8e-5/Cai)^1.4 is its dependence on calcium."""
    by_Ca = 1 + 0.6 / (1 + exp(1.4 * (log(3.8e-5) - jnp.log(y.Cai))))
    return c.gKs * by_Ca * y.xs1 * y.xs2 * e.VKs


def INaCa(y: Any, c: SimpleNamespace, e: SimpleNamespace) -> tuple[Array, Array]:
    """Na-Ca exchanger, of the myoplasm and of the subspace.

    With rates in units of 5,000 per s, k2 = k5 = 1, k3'' = h8, k4'' = h2.
    """
    k1 = c.exchanger.k1
    hna, per_hca = exp(0.5224 * e.z), exp(-0.167 * e.z)
    outer = 1 / (88.12 * hna + c.Nao * (1 + hna))
    k3pp = c.Nao * outer
    k3 = 12 * 88.12 * hna * outer + k3pp
    k8 = c.exchanger.h11 * k3pp

    def of(Na: Array, Ca: Array) -> Array:
        h1 = 1 / (88.12 + Na * (1 + hna))
        h4 = 1 / (75 + Na * (5 + Na))
        k4pp = Na * hna * h1
        k4 = 12 * 88.12 * per_hca * h1 + k4pp
        k6 = 22500 * Ca * h4
        k7 = 12 * Na * Na * h4 * k4pp
        k6_7 = k6 + k7
        x1 = k4 * k6_7 + k7 * (1 + k3)
        x2 = k1 * k7 * (k4 + 1) + k4 * k6 * (k1 + k8)
        x3 = k1 * k3 * k6_7 + k8 * k6 * (1 + k3)
        x4 = k8 * (k4 + 1) + k3 * (k1 + k8)
        JNa = 3 * (x4 * k7 - x1 * k8) + x3 * k4pp - x2 * k3pp
        JCa = x2 - x1 * k1
        return (JNa + 2 * JCa) / ((x1 + x2 + x3 + x4) * (1 + 2.25e-8 / (Ca * Ca)))

    return c.NaCa_i * of(y.Nai, y.Cai), c.NaCa_ss * of(y.Nass, y.Cass)


def INaK(y: Any, c: SimpleNamespace, e: SimpleNamespace) -> Array:
    """Na-K pump."""
    p = c.pump
    Nai = y.Nai / 9.073 * exp(0.155 / 3 * e.z)
    Nao = c.Nao / 27.78 * exp(-1.155 / 3 * e.z)
    Ki = 2 * y.Ki
    Nai1, Nao1 = 1 + Nai, 1 + Nao
    per_i = 1 / (Nai1 * Nai1 * Nai1 + Ki * (2 + Ki))
    per_o = 1 / (Nao1 * Nao1 * Nao1 + p.den_o)
    a1, a2, a3, a4 = 949.5 * Nai * Nai * Nai * per_i, 687.2, p.a3 * per_o, p.a4
    b1, b2, b4 = p.b1, 39.4 * Nao * Nao * Nao * per_o, 40 * Ki * Ki * per_i
    b3 = p.b3 / (1 + H / KHP + y.Nai / 224 + y.Ki / 292)
    x1 = a1 * a2 * (a4 + b3) + b4 * b3 * (a2 + b2)
    x2 = b1 * b4 * (b2 + a3) + a2 * a3 * (a1 + b4)
    x3 = a3 * a4 * (a2 + b1) + b2 * b1 * (b3 + a4)
    x4 = b3 * b2 * (b4 + a1) + a4 * a1 * (a3 + b2)
    return c.NaK * (3 * (x1 * a3 - x2 * b3) + 2 * (x4 * b1 - x3 * a1)) / (x1 + x2 + x3 + x4)


def release(y: Any, c: SimpleNamespace, ICaL: Array) -> tuple[Array, Array]:
    """Return the rates of Jrel_np and Jrel_p, which follow a Ca current into the subspace."""
    Ca2 = y.Cajsr * y.Cajsr
    Ca8 = (Ca2 * Ca2) * (Ca2 * Ca2)
    target = -c.rel_max * ICaL * Ca8 / (Ca8 + c.half_rel**8)
    tau = 4.75 * y.Cajsr / (y.Cajsr + 0.0123)
    tau_np, tau_p = jnp.maximum(tau, 0.001), jnp.maximum(1.25 * tau, 0.001)
    return (target - y.Jrel_np) / tau_np, (1.25 * target - y.Jrel_p) / tau_p


def reticulum(y: Any, c: SimpleNamespace, fp: Array) -> dict[str, Array]:
    """Release (mM of the junctional reticulum per ms) and uptake less leak (mM of the network reticulum per ms)."""
    up = c.up_max * y.Cai / (y.Cai + 0.00092)
    up_p = 2.75 * c.up_max * y.Cai / (y.Cai + 0.00092 - 0.00017)
    return {
        "Jrel": c.Jrel * (y.Jrel_np + fp * (y.Jrel_p - y.Jrel_np)),
        "Jup": c.Jup * (up + fp * (up_p - up) - c.leak * y.Cansr),
    }


def currents(y: Any, c: SimpleNamespace, membrane: Membrane) -> dict[str, Array]:
    """Return what can be scaled, by the name of its scaling: membrane currents in pA/pF, Ca fluxes in mM/ms.

    ICaL is what calcium carries; Na and K through the same channels (ICaNa, ICaK) are scaled with it.
    """
    fp, _ = camk(y)
    return membrane(y, c, fp)[0] | reticulum(y, c, fp)


def concentrations(y: Any, c: SimpleNamespace, I: SimpleNamespace, J: dict[str, Array]) -> dict[str, Array]:
    """Return the rates of Na, K and Ca in myoplasm, subspace and reticulum.

    I has the currents carried by each ion through the membrane of myoplasm and subspace: Na_i, Na_ss, K_i, K_ss, Ca_i
    and Ca_ss, pA/pF, outward positive; J the fluxes of `reticulum`.
    """
    per_i, per_ss = ACAP / (F * VMYO), ACAP / (F * VSS)
    JNa, JK, JCa = (y.Nass - y.Nai) / 2, (y.Kss - y.Ki) / 2, (y.Cass - y.Cai) / 0.2
    Jtr = (y.Cansr - y.Cajsr) * c.per_tau_tr
    cmdn, trpn, bsr, bsl, csqn = y.Cai + K_CMDN, y.Cai + K_TRPN, y.Cass + K_BSR, y.Cass + K_BSL, y.Cajsr + K_CSQN
    free_i = 1 / (1 + c.calmodulin / (cmdn * cmdn) + TRPN * K_TRPN / (trpn * trpn))
    free_ss = 1 / (1 + BSR * K_BSR / (bsr * bsr) + BSL * K_BSL / (bsl * bsl))
    free_jsr = 1 / (1 + CSQN * K_CSQN / (csqn * csqn))
    return {
        "Nai": JNa * (VSS / VMYO) - I.Na_i * per_i,
        "Nass": -I.Na_ss * per_ss - JNa,
        "Ki": JK * (VSS / VMYO) - I.K_i * per_i,
        "Kss": -I.K_ss * per_ss - JK,
        "Cai": free_i * (JCa * (VSS / VMYO) - I.Ca_i * (per_i / 2) - J["Jup"] * (VNSR / VMYO)),
        "Cass": free_ss * (J["Jrel"] * (VJSR / VSS) - I.Ca_ss * (per_ss / 2) - JCa),
        "Cansr": J["Jup"] - Jtr * (VJSR / VNSR),
        "Cajsr": free_jsr * (Jtr - J["Jrel"]),
    }
