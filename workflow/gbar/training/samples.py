"""What a network learns from: samples held on the device, or a stream of them that no memory has to hold.

A source gives its samples in segments, one at least an epoch. The training loop shuffles inside a segment; which
samples meet in one is the source's business.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np

Tree = Any


class Samples(NamedTuple):
    """Scaled inputs `x` and outputs `y`: arrays or pytrees of arrays, the first axis counting samples."""

    x: Tree
    y: Tree


def count(samples: Samples) -> int:
    """Return the number of samples."""
    return jax.tree.leaves(samples)[0].shape[0]


class Source(Protocol):
    """Samples that come in segments."""

    def __len__(self) -> int:
        """Return the number of samples."""
        ...

    def shuffled(self, epoch: int, batch_size: int) -> Iterator[Samples]:
        """Yield the segments of an epoch, all of one shape, with every sample in them."""
        ...

    def in_order(self) -> Iterator[Samples]:
        """Yield segments with every sample once."""
        ...

    def identity(self) -> Tree:
        """Return arrays that tell these samples from others."""
        ...


class Held:
    """Samples on the device, a single segment."""

    def __init__(self, samples: Samples):
        """Place the samples on the device, floating-point ones as float32."""

        def place(array: Any) -> jax.Array:
            array = np.asarray(array)
            return jnp.asarray(array, jnp.float32 if np.issubdtype(array.dtype, np.floating) else array.dtype)

        self._samples = Samples(*(jax.tree.map(place, part) for part in samples))

    def __len__(self) -> int:
        return count(self._samples)

    def shuffled(self, epoch: int, batch_size: int) -> Iterator[Samples]:
        """Yield all samples: what the loop does inside the segment is all the shuffling they need."""
        yield self._samples

    def in_order(self) -> Iterator[Samples]:
        """Yield all samples."""
        yield self._samples

    def identity(self) -> Tree:
        """Return the samples."""
        return self._samples


@dataclass(frozen=True, eq=False)
class Stream:
    """Samples read as they are needed.

    Inputs lie in chunks that are read whole. In every epoch the chunks are put in an order that is drawn from the
    number of the epoch alone, so that networks trained with different seeds can share what is read; their samples
    make up segments of about `per_segment` samples. All segments hold the same whole number of batches; what the last
    one lacks are the samples that the epoch began with, fewer than a batch for each segment. At any time two segments
    are held: one that is learnt from and one that is being read.

    Attributes:
        read: gives the inputs of some rows, an array whose first axis is theirs.
        rows: that the samples are, in rising order, shape (samples,).
        y: their outputs, shape (samples, ...).
        rows_per_chunk: row r lies in chunk r // rows_per_chunk.
        per_segment: samples of a segment.
        digest: as bytes in an array, of what is read.
    """

    read: Callable[[np.ndarray], np.ndarray]
    rows: np.ndarray
    y: np.ndarray
    rows_per_chunk: int
    per_segment: int
    digest: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def shuffled(self, epoch: int, batch_size: int) -> Iterator[Samples]:
        """Yield the segments of an epoch."""
        chunks, chunk_of = np.unique(self.rows // self.rows_per_chunk, return_inverse=True)
        rank = np.random.default_rng(epoch).permutation(len(chunks))
        order = np.argsort(rank[chunk_of], kind="stable")
        batches = -(-len(self) // batch_size)
        segments = min(-(-len(self) // self.per_segment), batches)
        size = -(-batches // segments) * batch_size
        yield from map(self._samples, np.resize(order, (segments, size)))

    def in_order(self) -> Iterator[Samples]:
        """Yield segments of `per_segment` samples and one of the rest."""
        for start in range(0, len(self), self.per_segment):
            yield self._samples(np.arange(start, min(start + self.per_segment, len(self))))

    def identity(self) -> Tree:
        """Return the digest of the inputs, rows, outputs and the size of the segments, which bears on the order."""
        return self.digest, self.rows, self.y, np.array([self.rows_per_chunk, self.per_segment])

    def _samples(self, chosen: np.ndarray) -> Samples:
        return Samples(self.read(self.rows[chosen]), self.y[chosen])
