"""The Izhikevich neuron as loops that numba compiles: the scheme of gbar, written for it alone.

A step of implicit Euler in V and u is a quadratic equation in V; its root nearer the present V is taken. Two layouts:
row after row, each in one loop over time; and rows side by side in blocks, which fills the processor's vectors.
"""

import math
from collections.abc import Mapping

import numba
import numpy as np

START_mV, START_u, PEAK_mV = -65.0, -13.0, 30.0
BLOCK = 64  # rows side by side: their state fits the first cache
CHUNK = 128  # steps before a block's samples are turned into rows


def izhikevich(
    rows: Mapping[str, np.ndarray], current: np.ndarray, dt_ms: float = 0.02, *, side_by_side: bool = True
) -> np.ndarray:
    """Return V in mV, float32, (rows, samples), computed in float64 under the dimensionless current of all rows."""
    a, b, c, d = (np.ascontiguousarray(rows[name], float) for name in "abcd")
    traces = np.empty((len(a), len(current)), np.float32)
    solve = _side_by_side if side_by_side else _one_by_one
    solve(a, b, c, d, np.asarray(current, float), dt_ms, traces)
    return traces


@numba.njit(inline="always", fastmath=True, error_model="numpy")
def _step(V, u, a, b, c, d, I, dt):
    """Reset if due, then solve V' = V + dt f(V', u'), u' = u + dt a (b V' - u') for V' and u'."""
    reset = PEAK_mV < V
    V = c if reset else V
    u = u + d if reset else u
    shrink = 1.0 / (1.0 + dt * a)
    A = 0.04 * dt
    B = 1.0 - 5.0 * dt + dt * dt * a * b * shrink
    C = V + dt * (140.0 + I - u * shrink)
    V = 2.0 * C / (B + math.sqrt(B * B - 4.0 * A * C))
    return V, (u + dt * a * b * V) * shrink


@numba.njit(fastmath=True, error_model="numpy", cache=False)
def _one_by_one(a, b, c, d, current, dt, traces):
    for row in range(len(a)):
        V, u = START_mV, START_u
        for k in range(len(current)):
            traces[row, k] = V
            V, u = _step(V, u, a[row], b[row], c[row], d[row], current[k], dt)


@numba.njit(fastmath=True, error_model="numpy", cache=False)
def _side_by_side(a, b, c, d, current, dt, traces):
    V, u = np.empty(BLOCK), np.empty(BLOCK)
    samples = np.empty((CHUNK, BLOCK), np.float32)
    ab, cb, db, bb = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(0, len(a), BLOCK):
        count = min(BLOCK, len(a) - first)
        for i in range(BLOCK):
            row = first + min(i, count - 1)
            ab[i], bb[i], cb[i], db[i] = a[row], b[row], c[row], d[row]
            V[i], u[i] = START_mV, START_u
        for start in range(0, len(current), CHUNK):
            steps = min(CHUNK, len(current) - start)
            for k in range(steps):
                I = current[start + k]
                for i in range(BLOCK):
                    samples[k, i] = V[i]
                    V[i], u[i] = _step(V[i], u[i], ab[i], bb[i], cb[i], db[i], I, dt)
            for i in range(count):
                for k in range(steps):
                    traces[first + i, start + k] = samples[k, i]
