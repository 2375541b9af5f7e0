"""Arrays of Zarr groups, as every file of gbar holds them."""

from collections.abc import Mapping, Sequence

import numpy as np
import zarr
from zarr.codecs import ZstdCodec

from gbar.records.attributes import plain


def write_array(
    group: zarr.Group,
    name: str,
    values: np.ndarray,
    chunks: tuple[int, ...],
    dimensions: Sequence[str],
    attributes: Mapping[str, object],
) -> None:
    """Write an array into a group: compressed, with checksums, every chunk.

    Args:
        group: to add it to.
        name: of the array.
        values: numbers, or text as objects.
        chunks: shape of a chunk.
        dimensions: names of its dimensions.
        attributes: such as `units` and `long_name`.
    """
    array = group.create_array(
        name,
        shape=values.shape,
        dtype="string" if values.dtype == object else values.dtype,
        chunks=chunks,
        compressors=ZstdCodec(level=1, checksum=True),
        dimension_names=dimensions,
        attributes=plain(attributes),
        config={"write_empty_chunks": True},
    )
    array[:] = values
