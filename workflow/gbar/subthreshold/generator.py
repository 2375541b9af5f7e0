"""The data of the subthreshold study: noisy currents into a Hodgkin-Huxley neuron, and the voltage that follows.

The current is an Ornstein-Uhlenbeck process in steps of 1 ms,

    x[0] = 0,  x[i] = x[i-1] + theta (mu - x[i-1]) dt + sigma sqrt(dt) N(0, 1),

drawn from NumPy's legacy generator, path by path. A path that makes the neuron spike is drawn again, so that all that
is left stays below threshold. As in the published simulations (NEST, all delays 1 ms), sample k of the current acts
from k + 2 to k + 3 ms, and sample k of the voltage is taken at k + 1 ms: V[k] depends on x[0 .. k-2].

Hagen E. Convolutional neural network of Hodgkin-Huxley dynamics, notebook HodkinHuxleyDataGeneration, version 2d5eb8d
of 2019, github.com/espenhgn/MLexperiments.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gbar.cells import hodgkinhuxley1952
from gbar.errors import UserError
from gbar.solve import OK, SolverSettings, solve_rows
from gbar.solve.stimulus import Stimulus

SAMPLE_MS = 1.0
LAG = 2  # samples from a current to the first voltage that it moves
SPIKE_MV = 0.0  # a spike is a point at or above this where the voltage falls
SPIKE_GRID_MS = 0.1  # resolution of the published simulations, at which spikes are told
ROWS_AT_ONCE = 1024  # 1 s of them at the resolution of spikes are 41 MB
# Of a row of 1 s, 20,000 steps of the solver; a design in which nearly every path spikes has no data.
LEAST_ACCEPTED = 0.01


@dataclass(frozen=True)
class Noise:
    """An Ornstein-Uhlenbeck current.

    Attributes:
        theta: rate of return to the mean, 1/ms.
        mu: mean, pA.
        sigma: strength of the noise, pA / sqrt(ms).
    """

    theta: float = 0.01
    mu: float = 0.0
    sigma: float = 25.0

    def draw(self, generator: np.random.RandomState, paths: int, samples: int) -> np.ndarray:
        """Return the next paths of the generator, pA, shape (path, sample); each takes samples - 1 normals."""
        x = np.zeros((paths, samples))
        steps = self.sigma * np.sqrt(SAMPLE_MS) * generator.normal(size=(paths, samples - 1))
        for i in range(1, samples):
            x[:, i] = x[:, i - 1] + self.theta * (self.mu - x[:, i - 1]) * SAMPLE_MS + steps[:, i - 1]
        return x


@dataclass(frozen=True)
class Paths:
    """Currents and voltages of one length.

    Attributes:
        current_pA: float64, shape (path, sample).
        V_mV: float32, shape (path, sample).
        drawn: how many paths were drawn for these; the others made the neuron spike.
    """

    current_pA: np.ndarray
    V_mV: np.ndarray
    drawn: int


def voltage(current_pA: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve the neuron under currents, each from rest.

    Args:
        current_pA: shape (path, sample).

    Returns:
        The voltage at 1, 2, … ms, mV, float32, of the same shape, and whether the neuron stayed below threshold, shape
        (path,).
    """
    paths, samples = current_pA.shape
    start_ms = np.append(0.0, np.arange(samples) + float(LAG))
    stimulus = Stimulus(np.tile(start_ms, (paths, 1)), np.hstack([np.zeros((paths, 1)), current_pA]))
    cell = hodgkinhuxley1952.cell("nest")
    every = round(SAMPLE_MS / SPIKE_GRID_MS)
    # One point beyond the last sample, as the published simulations had.
    duration_ms = samples * SAMPLE_MS + SPIKE_GRID_MS
    solution = solve_rows(cell, {}, {}, duration_ms, SPIKE_GRID_MS, SolverSettings("rosenbrock"), stimulus=stimulus)
    if np.any(solution.status != OK):
        raise UserError("subthreshold: the neuron could not be solved under this noise; make it weaker")
    V = solution.traces["V"]
    falls = V[:, 1:] < V[:, :-1]
    is_below = ~np.any((V[:, 1:] >= SPIKE_MV) & falls, axis=1)
    return V[:, every::every], is_below


def draw_below_threshold(
    noise: Noise,
    generator: np.random.RandomState,
    paths: int,
    samples: int,
    progress: Callable[[float], None] | None = None,
) -> Paths:
    """Draw paths until so many of them leave the neuron below threshold, in the order of drawing.

    Never are more drawn than would be one by one: what the generator gives next does not depend on the batches.

    Args:
        noise: the current.
        generator: source of the normals.
        paths: how many to return.
        samples: samples of each.
        progress: told the fraction done.

    Raises:
        UserError: nearly every path makes the neuron spike.
    """
    currents, voltages = np.empty((paths, samples)), np.empty((paths, samples), np.float32)
    done = drawn = 0
    while done < paths:
        x = noise.draw(generator, min(paths - done, ROWS_AT_ONCE), samples)
        V, is_below = voltage(x)
        kept = int(is_below.sum())
        currents[done : done + kept], voltages[done : done + kept] = x[is_below], V[is_below]
        done, drawn = done + kept, drawn + len(x)
        if drawn * LEAST_ACCEPTED > max(done, 1):
            raise UserError(f"subthreshold: {drawn - done} of {drawn} paths made the neuron spike; lower noise.sigma")
        if progress:
            progress(done / paths)
    return Paths(currents, voltages, drawn)
