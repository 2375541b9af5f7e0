"""Gates that the model of O'Hara et al. 2011 and those made from it have in common."""

from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp

Array = Any
exp = jnp.exp
LARGEST_EXPONENT = 80.0  # e^80 is a number in float32, and so are its products with what it meets here


def relaxing(y: Any, kinetics: dict[str, tuple[Array, Array]]) -> dict[str, Array]:
    """Return the rates of gates from their steady states and 1/tau, per ms."""
    return {gate: (x_inf - getattr(y, gate)) * rate for gate, (x_inf, rate) in kinetics.items()}


def of_INaL(V: Array, rate_m: Array) -> dict[str, tuple[Array, Array]]:
    """Gates of INaL; mL is as fast as m of the model's INa."""
    return {
        "mL": (1 / (1 + exp(-(V + 42.85) / 5.264)), rate_m),
        "hL": (1 / (1 + exp((V + 87.61) / 7.488)), 1 / 200),
        "hLp": (1 / (1 + exp((V + 93.81) / 7.488)), 1 / 600),
    }


def of_Ito(V: Array, epicardial: bool) -> dict[str, tuple[Array, Array]]:
    """Gates of Ito; in epicardial cells it inactivates faster below -70 mV."""
    rate_a = (1 / (1.2089 * (1 + exp(-(V - 18.4099) / 29.3814))) + 3.5 / (1 + exp((V + 100) / 29.3814))) / 1.0515
    i_inf = 1 / (1 + exp((V + 43.94) / 5.711))
    # tau = 4.562 + 1/s and 23.62 + 1/s
    fast = 0.3933 * exp(-(V + 100) / 100) + 0.08004 * exp((V + 50) / 16.59)
    slow = 0.001416 * exp(-(V + 96.52) / 59.05) + 1.78e-8 * exp((V + 114.1) / 8.079)
    rate_f, rate_s = fast / (1 + 4.562 * fast), slow / (1 + 23.62 * slow)
    if epicardial:
        # tau times 1 - 0.95/(1 + e^((V + 70)/5))
        x = exp((V + 70) / 5)
        faster = (1 + x) / (0.05 + x)
        rate_f, rate_s = rate_f * faster, rate_s * faster
    # tau of the phosphorylated is (1.354 + 1e-4/(x + y)) (1 - 0.5/(1 + e^((V + 70)/20))) times as long.
    steep = exp((V - 167.4) / 15.89) + exp(jnp.minimum(-(V - 12.23) / 0.2154, LARGEST_EXPONENT))
    x = exp((V + 70) / 20)
    as_fast = (1 + x) / ((1.354 + 1e-4 / steep) * (0.5 + x))
    return {
        "a": (1 / (1 + exp(-(V - 14.34) / 14.82)), rate_a),
        "ap": (1 / (1 + exp(-(V - 24.34) / 14.82)), rate_a),
        "iF": (i_inf, rate_f),
        "iS": (i_inf, rate_s),
        "iFp": (i_inf, rate_f * as_fast),
        "iSp": (i_inf, rate_s * as_fast),
    }


def of_ICaL(V: Array, d_inf: Array) -> dict[str, tuple[Array, Array]]:
    """Gates of ICaL but for jca and nca; every tau is a constant + 1/s."""
    s_d = exp(-0.05 * (V + 6)) + exp(0.09 * (V + 14))
    s_ff = 0.0045 * (exp(-(V + 20) / 10) + exp((V + 20) / 10))
    s_fs = 3.5e-5 * (exp(-(V + 5) / 4) + exp((V + 5) / 6))
    s_fcaf = 0.04 * (exp(-(V - 4) / 7) + exp((V - 4) / 7))
    s_fcas = 1.2e-4 * (exp(-V / 3) + exp(V / 7))
    f_inf = 1 / (1 + exp((V + 19.58) / 3.696))
    rate_ff, rate_fcaf = s_ff / (1 + 7 * s_ff), s_fcaf / (1 + 7 * s_fcaf)
    return {
        "d": (d_inf, s_d / (1 + 0.6 * s_d)),
        "ff": (f_inf, rate_ff),
        "fs": (f_inf, s_fs / (1 + 1000 * s_fs)),
        "fcaf": (f_inf, rate_fcaf),
        "fcas": (f_inf, s_fcas / (1 + 100 * s_fcas)),
        "ffp": (f_inf, rate_ff / 2.5),
        "fcafp": (f_inf, rate_fcaf / 2.5),
    }


def nca(y: Any, Ca: Array, k2n: float, nca: Array) -> Array:
    """Return the rate of a fraction nca of channels inactivated by calcium, which falls at the rate jca."""
    x = 1 + 0.002 / Ca
    x2 = x * x
    return k2n * y.jca / (k2n + y.jca * x2 * x2) - nca * y.jca


def of_IKs(V: Array) -> dict[str, tuple[Array, Array]]:
    """Gates of IKs; tau of xs1 is 817.3 + 1/s."""
    xs_inf = 1 / (1 + exp(-(V + 11.6) / 8.932))
    s = 2.326e-4 * exp((V + 48.28) / 17.8) + 0.001292 * exp(-(V + 210) / 230)
    return {
        "xs1": (xs_inf, s / (1 + 817.3 * s)),
        "xs2": (xs_inf, 0.01 * exp((V - 50) / 20) + 0.0193 * exp(-(V + 66.54) / 31)),
    }


def of_hERG(V: Array, y: Any, drug: SimpleNamespace) -> dict[str, Array]:
    """Rates of the channel hERG and of a drug bound to it (Li et al. 2017), at 37 degrees.

    IC1, IC2, IO are inactivated, C1, C2, O are not; the ligand binds to open and open inactivated channels, and is
    trapped where these close (Cbound). Every rate is A e^(B V) q10^1.7.
    """
    k1 = 0.0264 * 4.843**1.7 * exp(4.631e-5 * V)
    k2 = 4.986e-6 * 4.23**1.7 * exp(-0.004226 * V)
    k3 = 0.001214 * 4.962**1.7 * exp(0.008516 * V)
    k4 = 1.854e-5 * 3.769**1.7 * exp(-0.04641 * V)
    k11 = 0.0007868 * 4.942**1.7 * exp(1.535e-8 * V)
    k21 = 5.455e-6 * 4.156**1.7 * exp(-0.1688 * V)
    k31 = 0.005509 * 4.22**1.7 * exp(7.771e-9 * V)
    k41 = 0.001416 * 1.459**1.7 * exp(-0.02877 * V)
    k51 = 0.4492 * 5**1.7 * exp(0.008595 * V)
    k52 = 0.3181 * 4.663**1.7 * exp(3.613e-8 * V)
    k53 = 0.149 * 2.412**1.7 * exp(0.004668 * V)
    k61 = 0.01241 * 5.568**1.7 * exp(0.1725 * V)
    k62 = 0.3226 * 5**1.7 * exp(-0.0006575 * V)
    k63 = 0.008978 * 5.682**1.7 * exp(-0.02215 * V)
    off_inactivated = drug.Ku * k53 / k63
    trapping = drug.Kt / (1 + exp(-(V - drug.Vhalf) / 6.789))

    IC1_IC2 = k11 * y.IC1 - k21 * y.IC2
    IC2_IO = k3 * y.IC2 - k4 * y.IO
    C1_C2 = k1 * y.C1 - k2 * y.C2
    C2_O = k31 * y.C2 - k41 * y.O
    C1_IC1 = k51 * y.C1 - k61 * y.IC1
    C2_IC2 = k52 * y.C2 - k62 * y.IC2
    O_IO = k53 * y.O - k63 * y.IO
    O_bound = drug.kon * y.O - drug.Ku * y.Obound
    IO_bound = drug.kon * y.IO - off_inactivated * y.IObound
    O_trapped = drug.Kt * y.Obound - trapping * y.Cbound
    IO_trapped = drug.Kt * y.IObound - trapping * y.Cbound
    return {
        "IC1": C1_IC1 - IC1_IC2,
        "IC2": IC1_IC2 + C2_IC2 - IC2_IO,
        "C1": -C1_C2 - C1_IC1,
        "C2": C1_C2 - C2_O - C2_IC2,
        "O": C2_O - O_IO - O_bound,
        "IO": IC2_IO + O_IO - IO_bound,
        "IObound": IO_bound - IO_trapped,
        "Obound": O_bound - O_trapped,
        "Cbound": O_trapped + IO_trapped,
    }
