"""Kinetics of the channels of Mainen & Sejnowski's neurons.

A channel is a table of gates. At a membrane potential V (mV) each gate has a steady state and a rate at which it
relaxes to it, here in 1/ms at 23 degrees Celsius; of two rates alpha and beta they are alpha/(alpha + beta) and
alpha + beta. Everything is written over `xp`, which is numpy or jax.numpy.

Exponentials are most of the work, so what can share one does. With lx(z) = z/(e^z - 1), lx(-z) = lx(z) + z.

Mainen ZF, Sejnowski TJ. Influence of dendritic structure on firing pattern in model neocortical neurons. Nature
1996;382:363-366. doi:10.1038/382363a0 (the kinetics are in the authors' program, ModelDB 2488).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

Array = Any
Relaxation = tuple[Array, Array]  # steady state, rate in 1/ms


@dataclass(frozen=True)
class Channel:
    """One kind of channel.

    Attributes:
        gates: (name, power with which it enters the conductance).
        relax: maps (V in mV, xp) to the relaxation of each gate, in order; of a channel opened by calcium,
            ([Ca] in mM, xp).
        by_calcium: calcium opens it, not V.
    """

    gates: tuple[tuple[str, int], ...]
    relax: Callable[[Array, ModuleType], tuple[Relaxation, ...]]
    by_calcium: bool = False


def _lx(z: Array, exp_z: Array, xp: ModuleType) -> Array:
    """Return z/(e^z - 1), with its limit 1 at 0."""
    small = xp.abs(z) < xp.finfo(z.dtype).eps ** 0.2  # e^z - 1 has lost digits there, and three terms are enough
    return xp.where(small, 1 - z / 2 + z * z / 12, z) / xp.where(small, 1.0, exp_z - 1)


def _two_state(alpha: Array, beta: Array) -> Relaxation:
    return alpha / (alpha + beta), alpha + beta


def _linear(V: Array, half: float, a: float, b: float, xp: ModuleType) -> Relaxation:
    """Return the gate of alpha = a 9 lx((half - V)/9) and beta = b 9 lx((V - half)/9)."""
    z = (half - V) / 9
    lx = _lx(z, xp.exp(z), xp)
    return _two_state(a * 9 * lx, b * 9 * (lx + z))


def _na(V: Array, xp: ModuleType) -> tuple[Relaxation, ...]:
    """alpha_h = 0.024 5 lx((-50 - V)/5), beta_h = 0.0091 5 lx((V + 75)/5); h's steady state is a fit of its own."""
    m = _linear(V, -35.0, 0.182, 0.124, xp)
    z50, z75 = (-50 - V) / 5, (-75 - V) / 5
    exp_z50 = xp.exp(z50)
    alpha = 0.024 * 5 * _lx(z50, exp_z50, xp)
    beta = 0.0091 * 5 * (_lx(z75, exp_z50 * math.exp(-5), xp) + z75)
    return m, (1 / (1 + xp.exp((V + 65) / 6.2)), alpha + beta)


def _kv(V: Array, xp: ModuleType) -> tuple[Relaxation, ...]:
    return (_linear(V, 25.0, 0.02, 0.002, xp),)


def _km(V: Array, xp: ModuleType) -> tuple[Relaxation, ...]:
    return (_linear(V, -30.0, 0.001, 0.001, xp),)


def _ca(V: Array, xp: ModuleType) -> tuple[Relaxation, ...]:
    z = -(27 + V) / 3.8
    m = _two_state(0.209 * _lx(z, xp.exp(z), xp), 0.94 * xp.exp((-75 - V) / 17))
    h = _two_state(0.000457 * xp.exp((-13 - V) / 50), 0.0065 / (xp.exp((-15 - V) / 28) + 1))
    return m, h


def _kca(Ca: Array, xp: ModuleType) -> tuple[Relaxation, ...]:
    del xp
    return (_two_state(0.01 * Ca, 0.02),)


CHANNELS = {
    "Na": Channel((("m", 3), ("h", 1)), _na),  # fast sodium
    "Kv": Channel((("n", 1),), _kv),  # delayed rectifier potassium
    "Km": Channel((("n", 1),), _km),  # slow potassium (muscarinic)
    "Ca": Channel((("m", 2), ("h", 1)), _ca),  # high-voltage-activated calcium
    "KCa": Channel((("n", 1),), _kca, by_calcium=True),  # potassium, opened by calcium
}
