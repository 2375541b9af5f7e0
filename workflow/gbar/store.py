"""The Zarr store of a sweep: its layout, writing it shard by shard, opening and verifying it.

Zarr 3 with xarray's conventions: `xarray.open_zarr(path)` gives a labelled Dataset. Dimensions are `row` (one
setting) and `time`; `V` is the membrane potential; every varied quantity, the row's `id` and its `status` are
coordinates of `row`. A missing value is NaN, never 0.
"""

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zarr
from zarr.codecs import ZstdCodec

from gbar.errors import UserError

STATUS = ("ok", "silent", "diverged")
ROWS_PER_SHARD = 64  # a shard of 5 s at 0.05 ms is 26 MB before compression


@dataclass(frozen=True)
class Quantity:
    """A varied quantity: the scaling of a current or the value of a parameter in each row, and in the control cell."""

    name: str
    unit: str
    long_name: str
    control: float
    values: Sequence[float] = ()

    def differs(self, value: float) -> bool:
        """Tell whether a value is another than the control's."""
        return abs(value - self.control) > 1e-9 * max(1e-9, abs(self.control))

    def told(self, value: float, digits: int = 6, with_unit: bool = True) -> str:
        """Return a value in words: `IKr × 0.5` of a scaling, `Ko = 8 mM` of a parameter."""
        name, number = self.name.replace(".", " "), f"{float(f'{value:.{digits}g}'):.10g}".replace("-", "−", 1)
        if self.unit == "1":
            # Without a unit a value and a factor on a control of 1 are the same.
            return f"{name} × {number}" if self.control == 1 else f"{name} = {number}"
        return f"{name} = {number} {self.unit}" if with_unit else f"{name} = {number}"


@dataclass(frozen=True)
class Layout:
    """What a store holds beside the voltages.

    Attributes:
        ids: identity of each row.
        quantities: the varied quantities.
        samples: number of samples of a trace.
        save_every_ms: sampling interval, ms; the first sample is at 0.
        attributes: attributes of the whole store.
    """

    ids: Sequence[str]
    quantities: Sequence[Quantity]
    samples: int
    save_every_ms: float
    attributes: Mapping[str, object]


class StoreWriter:
    """Writes the rows of a new store; whole shards only, and the index last."""

    def __init__(self, path: str | Path, layout: Layout):
        self._group = zarr.create_group(path, zarr_format=3, attributes=_plain(layout.attributes))
        self._statuses = np.full(len(layout.ids), -1, dtype=np.int8)
        self._layout = layout
        rows_per_shard = min(ROWS_PER_SHARD, len(layout.ids))
        self._voltage = self._group.create_array(
            "V",
            shape=(len(layout.ids), layout.samples),
            dtype="float32",
            chunks=(1, layout.samples),
            shards=(rows_per_shard, layout.samples),
            compressors=ZstdCodec(level=1, checksum=True),
            fill_value=np.nan,
            dimension_names=("row", "time"),
            attributes={"units": "mV", "long_name": "membrane potential"},
            config={"write_empty_chunks": True},
        )

    def write(self, start: int, V: np.ndarray, status: np.ndarray) -> None:
        """Write the rows of one shard, or of the rest, from row `start`, a multiple of ROWS_PER_SHARD."""
        stop = start + len(V)
        self._voltage[start:stop] = V
        self._statuses[start:stop] = status

    def close(self) -> None:
        """Write the coordinates and the index."""
        layout = self._layout
        time = np.arange(layout.samples) * layout.save_every_ms
        self._add("time", time, "time", {"units": "ms", "long_name": "time"})
        self._add("id", np.array(layout.ids, dtype=object), "row", {"long_name": "identity of the setting"})
        self._add(
            "status",
            self._statuses,
            "row",
            {"long_name": "outcome", "flag_values": list(range(len(STATUS))), "flag_meanings": " ".join(STATUS)},
        )
        for quantity in layout.quantities:
            attributes = {"units": quantity.unit, "long_name": quantity.long_name, "control": quantity.control}
            self._add(quantity.name, np.array(quantity.values, dtype=float), "row", attributes)
        named = [quantity.name for quantity in layout.quantities]
        self._group.attrs["coordinates"] = " ".join(["id", "status", *named])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # zarr: consolidated metadata is not in the format's standard yet
            zarr.consolidate_metadata(self._group.store)

    def _add(self, name: str, values: np.ndarray, dimension: str, attributes: Mapping[str, object]) -> None:
        coordinate = self._group.create_array(
            name,
            shape=values.shape,
            dtype="string" if values.dtype == object else values.dtype,
            chunks=values.shape,
            dimension_names=(dimension,),
            attributes=_plain(attributes),
            fill_value=np.nan if values.dtype.kind == "f" else None,
            config={"write_empty_chunks": True},
        )
        coordinate[:] = values


def _plain(attributes: Mapping[str, object]) -> dict:
    return json.loads(json.dumps(dict(attributes)))


def open_store(path: str | Path) -> zarr.Group:
    """Return a store for reading.

    Raises:
        UserError: there is no store of a sweep at this path.
    """
    try:
        group = zarr.open_group(path, mode="r")
        missing = {"V", "time", "id", "status"} - set(group.array_keys())
    except Exception as error:  # zarr raises many kinds for what is no group
        raise UserError(f"{path}: is no store of a sweep ({type(error).__name__}: {error})") from None
    if missing:
        raise UserError(f"{path}: is no store of a sweep; it lacks {', '.join(sorted(missing))}")
    return group


def array(group: zarr.Group, name: str) -> zarr.Array:
    """Return one array of a group that was opened and checked."""
    found = group[name]
    assert isinstance(found, zarr.Array)
    return found


def verify(store: str | Path, design_ids: Sequence[str]) -> list[str]:
    """Compare a store with its design and return what is wrong, a sentence each.

    Every voltage is read, so that a missing or damaged chunk is found.

    Args:
        store: path of the store.
        design_ids: the ids of the design, in its order.
    """
    group = open_store(store)
    wrong: list[str] = []
    try:
        ids, status = np.asarray(array(group, "id")[:]).tolist(), np.asarray(array(group, "status")[:])
    except Exception as error:
        return [f"the coordinates cannot be read ({error})"]
    absent, extra = set(design_ids) - set(ids), set(ids) - set(design_ids)
    if absent:
        wrong.append(f"{len(absent)} rows of the design are missing, the first is {min(absent)}")
    if extra:
        wrong.append(f"{len(extra)} rows are not of the design, the first is {min(extra)}")
    if not wrong and ids != list(design_ids):
        wrong.append("the rows are not in the order of the design")
    unknown = np.flatnonzero((status < 0) | (status >= len(STATUS)))
    if unknown.size:
        wrong.append(f"{unknown.size} rows have no valid status, the first is {ids[unknown[0]]}")
    V = array(group, "V")
    if V.shape != (len(ids), *array(group, "time").shape):
        return [*wrong, f"V has the shape {V.shape}, not (rows, samples)"]
    for start in range(0, len(ids), ROWS_PER_SHARD):
        wrong += _verify_shard(V, slice(start, start + ROWS_PER_SHARD), ids, status)
    return wrong


def _verify_shard(V: zarr.Array, rows: slice, ids: list[str], status: np.ndarray) -> list[str]:
    try:
        finite = np.isfinite(np.asarray(V[rows])).all(axis=1)
    except Exception as error:
        return [f"the voltages of the rows from {ids[rows.start]} on cannot be read ({error})"]
    diverged = status[rows] == STATUS.index("diverged")
    bad = np.flatnonzero(~finite & ~diverged)
    return [f"the voltage of row {ids[rows.start + row]} has gaps, but its status is ok" for row in bad]
