"""Beats as a latent emulator learns them: windows freed of the next beat, and their principal components.

A window is aligned at its own upstroke, but the next upstroke falls anywhere in it, and so far as it does,
principal components blur. Up to shortly before the next upstroke a window shows one beat alone; what follows
is replaced by a smooth continuation, since the emulator takes it from the shape of the next beat instead
(`gbar.nets.latent`), which is the same thing seen from there.
"""

from typing import NamedTuple

import numpy as np

SLOPE_SAMPLES = 8  # over which the slope is taken that a trace goes on with
OVERSAMPLING, ITERATIONS = 10, 6


class Components(NamedTuple):
    """Principal components of traces.

    Attributes:
        mean: mean trace, (samples).
        basis: orthonormal components, the strongest first, (rank, samples).
        coefficients: of each trace, (trace, rank).
    """

    mean: np.ndarray
    basis: np.ndarray
    coefficients: np.ndarray

    def encode(self, traces: np.ndarray) -> np.ndarray:
        """Return the coefficients of traces, (trace, samples)."""
        return (traces - self.mean) @ self.basis.T


def without_next_beat(traces: np.ndarray, last: np.ndarray, ease: float) -> np.ndarray:
    """Return traces that go on smoothly where the next beat would begin to show.

    From sample k on, V_i = V_k + s e (1 - exp(-(i - k) / e)) with the slope s that the trace has there.

    Args:
        traces: windows, shape (window, samples).
        last: the sample k of each window, as a fraction; NaN or beyond the window leaves it as it is.
        ease: the e of the equation, samples over which the slope dies away.
    """
    traces = traces.copy()
    n = traces.shape[1]
    for window in np.flatnonzero(last < n - 1):
        k = int(last[window])
        run = min(SLOPE_SAMPLES, k)
        slope = (traces[window, k] - traces[window, k - run]) / run
        ahead = np.arange(1, n - k)
        traces[window, k + 1 :] = traces[window, k] + slope * ease * (1 - np.exp(-ahead / ease))
    return traces


def principal_components(traces: np.ndarray, rank: int, seed: int = 0) -> Components:
    """Return the leading principal components of traces, by orthogonal iteration from a random start.

    Args:
        traces: shape (trace, samples), float32.
        rank: number of components, at most either side of `traces`.
        seed: of the start, which the result does not depend on to working precision.
    """
    mean = traces.mean(axis=0, dtype=float).astype(traces.dtype)
    centred = traces - mean
    width = min(rank + OVERSAMPLING, *traces.shape)
    basis = np.random.default_rng(seed).standard_normal((traces.shape[1], width)).astype(traces.dtype)
    for _ in range(ITERATIONS):
        basis = np.linalg.qr(centred.T @ (centred @ basis))[0]
    _, _, within = np.linalg.svd(centred @ basis, full_matrices=False)
    basis = within[:rank] @ basis.T
    return Components(mean, basis, centred @ basis.T)
