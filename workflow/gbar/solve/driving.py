"""What is integrated, on the device: the equations of each lane, and the stimulus it is under."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import export

from gbar.cells.cell import Cell
from gbar.solve.derivative import sparse_jacobian
from gbar.solve.settings import LANE_MULTIPLE, SolverSettings
from gbar.solve.stimulus import Stimulus

Array = jax.Array | np.ndarray

# Numbers of pieces are rounded up to powers of two from here, so that few programs are compiled.
FEWEST_PIECES = 64


# Lanes where the user gives none. On a CPU: a lane of an adaptive method waits for the rows that take longer, and is
# given the next; lanes of a fixed step march together, as many as keep their states in the second-level cache of a
# core. A GPU is not filled by fewer than thousands.
ADAPTIVE_LANES = 64
LOCKSTEP_STATES = 16_384
LOCKSTEP_LANES = (64, 1024)
ACCELERATOR_LANES = 8192


def lanes_of(cell: Cell, settings: SolverSettings, rows: int) -> int:
    """Return how many rows are integrated side by side; settings are complete but for their lanes."""
    if settings.lanes is not None:
        return settings.lanes
    filled = -(-rows // LANE_MULTIPLE) * LANE_MULTIPLE
    if jax.default_backend() != "cpu":
        return min(ACCELERATOR_LANES, filled)
    if settings.method == "rosenbrock":
        return ADAPTIVE_LANES
    most = LOCKSTEP_STATES // len(cell.states) // LANE_MULTIPLE * LANE_MULTIPLE
    return min(int(np.clip(most, *LOCKSTEP_LANES)), filled)


class Pieces(NamedTuple):
    """A stimulus as arrays with the pieces first and the lanes last; one column where all lanes share it.

    Attributes:
        start: when each piece starts, in ms or in steps; never, for those that only pad.
        value: of each piece, float64.
    """

    start: Array
    value: Array

    def value_in(self, piece: jax.Array) -> jax.Array:
        """Return the value of the piece that each lane (or all of them, a scalar) is in."""
        return self.value[piece, self._column(piece)]

    def next_start(self, piece: jax.Array) -> jax.Array:
        """Return when the piece after that of each lane (or of all of them, a scalar) starts."""
        return self.start[piece + 1, self._column(piece)]

    def _column(self, piece: jax.Array) -> jax.Array | int:
        return jnp.arange(self.start.shape[1]) if self.start.shape[1] > 1 and piece.ndim else 0


export.register_namedtuple_serialization(Pieces, serialized_name="gbar.solve.driving.Pieces")


def padded(stimulus: Stimulus | None) -> tuple[np.ndarray, np.ndarray]:
    """Return starts and values of a stimulus, each (rows or 1, pieces), followed by pieces that never start."""
    if stimulus is None:
        stimulus = Stimulus(np.zeros(1), np.zeros(1))
    start, value = np.atleast_2d(stimulus.start_ms), np.atleast_2d(stimulus.value)
    pieces = max(FEWEST_PIECES, 1 << int(start.shape[1]).bit_length())
    padding = ((0, 0), (0, pieces - start.shape[1]))
    return np.pad(start, padding, constant_values=np.inf), np.pad(value, padding)


def constants_in(dtype: Any, c: SimpleNamespace) -> SimpleNamespace:
    """Return constants of a cell, which are worked out in float64, in the precision of the states."""

    def cast(leaf: Any) -> Any:
        if isinstance(leaf, SimpleNamespace):
            return constants_in(dtype, leaf)
        is_floating = isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jnp.floating)
        return leaf.astype(dtype) if is_floating else leaf

    return SimpleNamespace(**jax.tree.map(cast, vars(c)))


def system(cell: Cell, c: SimpleNamespace, stimulus: jax.Array, clamped: bool) -> Callable[..., list[jax.Array]]:
    """Return the right-hand side of a cell, f(*y), under a stimulus; a clamped cell's voltage does not move."""

    def rates(*y: jax.Array) -> list[jax.Array]:
        if not clamped:
            return filled(cell.rates(y, c, stimulus), y)
        f = dict(zip(cell.state_names, filled(cell.rates(y, c), y), strict=True))
        return list((f | {"V": jnp.zeros_like(f["V"])}).values())

    def filled(f: list[jax.Array], y: Sequence[jax.Array]) -> list[jax.Array]:
        """Return rates of the shape of the states: one may be the same number in all lanes."""
        return [x if jnp.ndim(x) else jnp.full_like(y[0], x) for x in f]

    return rates


def linearised(
    cell: Cell, c: SimpleNamespace, stimulus: jax.Array, clamped: bool, y: Sequence[jax.Array]
) -> tuple[list[jax.Array], dict[tuple[int, int], jax.Array]]:
    """Return the right-hand side of `system` at states `y`, and its derivatives, as `sparse_jacobian` does."""
    found = cell.linearised(y, c, stimulus)
    if found is None:
        return sparse_jacobian(system(cell, c, stimulus, clamped), y)
    f, J = found
    voltage = cell.state_names.index("V")
    if clamped:
        f = [jnp.zeros_like(y[voltage]) if k == voltage else x for k, x in enumerate(f)]
        J = {(i, j): x for (i, j), x in J.items() if i != voltage}
    return [jnp.broadcast_to(x, y[0].shape) for x in f], {key: jnp.broadcast_to(x, y[0].shape) for key, x in J.items()}
