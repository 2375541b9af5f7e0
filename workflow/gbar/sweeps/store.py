"""The Zarr store of a sweep: its layout, writing it shard by shard, opening and verifying it.

Zarr 3 with xarray's conventions: `xarray.open_zarr(path)` gives a labelled Dataset. Dimensions are `row` (one setting)
and `time`; `V` is the membrane potential, in float32 or compactly in int16 (`gbar.sweeps.voltage`), and the outputs of
the sweep, such as `Cai` or `INet`, stand beside it; every varied quantity, the row's `id` and its `status` are
coordinates of `row`. A missing value is NaN, never 0. Every chunk has a checksum; the attribute `digests` holds one
digest of the traces and one of all else, so that what was damaged, lost or edited later is found. The attribute
`provenance`, in which equal sweeps differ, is in neither and has its own. Nested attributes are JSON text
(`gbar.records.attributes`).
"""

import itertools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.codecs import ZstdCodec

from gbar.cells.outputs import CellOutput
from gbar.errors import UserError
from gbar.records.attributes import consolidate, plain, told
from gbar.records.digest import Digest
from gbar.records.provenance import Provenance
from gbar.sweeps.voltage import ATTRIBUTES, MISSING, in_mV, kept

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
        voltage: how voltages are kept, "float32" or "int16".
        outputs: what is stored beside them, in float32.
    """

    ids: Sequence[str]
    quantities: Sequence[Quantity]
    samples: int
    save_every_ms: float
    attributes: Mapping[str, object]
    voltage: str = "float32"
    outputs: Sequence[CellOutput] = ()


class StoreWriter:
    """Writes the rows of a new store; whole shards only, and the index last."""

    def __init__(self, path: str | Path, layout: Layout):
        self._group = zarr.create_group(path, zarr_format=3, attributes=plain(layout.attributes))
        self._statuses = np.full(len(layout.ids), -1, dtype=np.int8)
        self._layout = layout
        self._digest = Digest()
        is_compact = layout.voltage == "int16"
        about = {"units": "mV", "long_name": "membrane potential"} | (ATTRIBUTES if is_compact else {})
        self._traces = {"V": self._create("V", layout.voltage, MISSING if is_compact else np.nan, about)}
        for one in layout.outputs:
            about = {"units": one.unit, "long_name": one.long_name}
            self._traces[one.array] = self._create(one.array, "float32", np.nan, about)

    def _create(self, name: str, dtype: str, fill_value: float, attributes: Mapping[str, object]) -> zarr.Array:
        rows, samples = len(self._layout.ids), self._layout.samples
        return self._group.create_array(
            name,
            shape=(rows, samples),
            dtype=dtype,
            chunks=(1, samples),
            shards=(min(ROWS_PER_SHARD, rows), samples),
            compressors=ZstdCodec(level=1, checksum=True),
            fill_value=fill_value,
            dimension_names=("row", "time"),
            attributes=plain(attributes),
            config={"write_empty_chunks": True},
        )

    def write(self, start: int, V: np.ndarray, status: np.ndarray, outputs: np.ndarray | None = None) -> None:
        """Write the rows of the next shard, or of the rest, from row `start`, a multiple of ROWS_PER_SHARD.

        Args:
            start: the first row.
            V: voltages, float32 in mV or int16 in steps (`gbar.sweeps.voltage`), shape (rows, samples).
            status: index in `STATUS` of each row.
            outputs: what is stored beside them, float32, shape (rows, outputs, samples).
        """
        names = [one.array for one in self._layout.outputs]
        beside = {} if outputs is None else dict(zip(names, np.moveaxis(outputs, 1, 0), strict=True))
        traces = {"V": kept(V, self._layout.voltage)} | beside
        self._digest.add(start, traces)
        for name, values in traces.items():
            self._traces[name][start : start + len(V)] = values
        self._statuses[start : start + len(V)] = status

    def close(self, provenance: Provenance | None = None) -> None:
        """Write the coordinates, where the store comes from, and the index."""
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
        if provenance is not None:
            self._group.attrs.update(plain({"provenance": provenance.to_json()}))
        digests = {"V": self._digest.text(), "coordinates": _coordinates_digest(self._group)}
        self._group.attrs.update(plain({"digests": digests}))
        consolidate(self._group)

    def _add(self, name: str, values: np.ndarray, dimension: str, attributes: Mapping[str, object]) -> None:
        coordinate = self._group.create_array(
            name,
            shape=values.shape,
            dtype="string" if values.dtype == object else values.dtype,
            chunks=values.shape,
            compressors=ZstdCodec(level=1, checksum=True),
            dimension_names=(dimension,),
            attributes=plain(attributes),
            fill_value=np.nan if values.dtype.kind == "f" else None,
            config={"write_empty_chunks": True},
        )
        coordinate[:] = values


def open_store(path: str | Path) -> zarr.Group:
    """Return a store for reading: complete, its coordinates and attributes as they were written.

    The voltages are not read here: see `read_voltage`.

    Raises:
        UserError: there is no store of a sweep at this path, or it is damaged.
    """
    group = _group(path)
    if wrong := _damage(path, group):
        raise UserError(f"{path}: the store is damaged: {wrong[0]}; delete the folder and run again")
    return group


def provenance_of(group: zarr.Group) -> Provenance | None:
    """Return where a store, or a data set, comes from, as far as it tells.

    Raises:
        ValueError: what it tells was changed.
    """
    return Provenance.from_json(told(group, "provenance")) if "provenance" in group.attrs else None


def array(group: zarr.Group, name: str) -> zarr.Array:
    """Return one array of a group that was opened and checked."""
    found = group[name]
    assert isinstance(found, zarr.Array)
    return found


def read_voltage(group: zarr.Group, *selection: Any) -> np.ndarray:
    """Return membrane potentials, float32 in mV, of some rows and times of a store.

    Raises:
        UserError: they cannot be read, or are not as they were written: every row has a checksum.
    """
    return in_mV(read_kept(group, *selection))


def read_kept(group: zarr.Group, *selection: Any) -> np.ndarray:
    """Return the same as they are kept: float32 in mV or int16 in steps (`gbar.sweeps.voltage`).

    Raises:
        UserError: as for `read_voltage`.
    """
    try:
        return np.asarray(array(group, "V")[selection])
    except Exception as error:  # the codecs raise many kinds
        raise UserError(
            f"{group.store}: the voltages are damaged ({error}); delete the folder of the store and run again"
        ) from None


def verify(store: str | Path, design_ids: Sequence[str], thorough: bool = True) -> list[str]:
    """Compare a store with its design and its digests and return what is wrong, a sentence each.

    Args:
        store: path of the store.
        design_ids: the ids of the design, in its order.
        thorough: whether every voltage is read; without, that every file is there must do.
    """
    group = _group(store)
    if wrong := _damage(store, group) + _damage(store, _group(store, consolidated=False)):
        return sorted(set(wrong))
    ids, status = np.asarray(array(group, "id")[:]).tolist(), np.asarray(array(group, "status")[:])
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
    return wrong + _verify_voltage(group, ids, status) if thorough else wrong


def _group(path: str | Path, consolidated: bool = True) -> zarr.Group:
    """Open a store unchecked, by the index at its root or by the descriptions beside the arrays."""
    try:
        group = zarr.open_group(path, mode="r", zarr_format=3, use_consolidated=consolidated)
        missing = {"V", "time", "id", "status"} - set(_names(group))
    except Exception as error:  # zarr raises many kinds for what is no group
        raise UserError(f"{path}: is no store of a sweep ({type(error).__name__}: {error})") from None
    if missing:
        raise UserError(f"{path}: is no store of a sweep; it lacks {', '.join(sorted(missing))}")
    return group


def _names(group: zarr.Group) -> list[str]:
    """Return the names of the arrays of a group."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zarr: Snakemake's time stamp in the folder is no array
        return sorted(group.array_keys())


def _damage(path: str | Path, group: zarr.Group) -> list[str]:
    """Return what is wrong with files, coordinates and attributes; the voltages are not read."""
    missing = [
        file for name in _names(group) for file in _files(array(group, name)) if not (Path(path) / file).is_file()
    ]
    if missing:
        return [f"{len(missing)} of its files are missing, the first is {missing[0]}"]
    try:
        intact = told(group, "digests")["coordinates"] == _coordinates_digest(group)
    except Exception as error:  # a checksum, or a description that lost its meaning
        return [f"the coordinates cannot be read ({error})"]
    if not intact:
        return ["coordinates or attributes are not as they were written (their digest differs)"]
    try:
        provenance_of(group)
    except ValueError as error:
        return [str(error)]
    return []


def _files(held: zarr.Array) -> Iterator[str]:
    """Yield the path in the store of each file of an array: a shard, or a chunk where it has no shards."""
    counts = (-(-length // part) for length, part in zip(held.shape, held.shards or held.chunks, strict=True))
    for place in itertools.product(*map(range, counts)):
        yield "/".join([held.basename, "c", *map(str, place)])


def _coordinates_digest(group: zarr.Group) -> str:
    """Return the digest of the attributes, of how each array is described, and of the values of all but traces."""
    digest = Digest()
    # That there is a provenance counts, not what it says.
    own = {key: None if key == "provenance" else value for key, value in group.attrs.items() if key != "digests"}
    digest.add(own)
    for name in _names(group):
        held = array(group, name)
        digest.add([name, dict(held.attrs), held.shape, held.chunks, str(held.dtype)])
        if name == "id":
            digest.add(np.asarray(held[:]).tolist())
        elif held.ndim == 1:
            digest.add(name, {"values": np.asarray(held[:])})
    return digest.text()


def _verify_voltage(group: zarr.Group, ids: list[str], status: np.ndarray) -> list[str]:
    """Read every voltage and all that is stored beside it, and return what is wrong."""
    digest, wrong = Digest(), []
    beside = [name for name in _names(group) if name != "V" and array(group, name).ndim > 1]
    for start in range(0, len(ids), ROWS_PER_SHARD):
        rows = slice(start, start + ROWS_PER_SHARD)
        try:
            V = np.asarray(array(group, "V")[rows])
            outputs = {name: np.asarray(array(group, name)[rows]) for name in beside}
        except Exception as error:
            wrong.append(f"the voltages of the rows from {ids[start]} on cannot be read ({error})")
            continue
        digest.add(start, {"V": V} | outputs)
        gaps = ~np.isfinite(in_mV(V)).all(axis=1) & (status[rows] != STATUS.index("diverged"))
        wrong += [
            f"the voltage of row {ids[start + row]} has gaps, but its status is ok" for row in np.flatnonzero(gaps)
        ]
    if not wrong and digest.text() != told(group, "digests")["V"]:
        wrong.append("the voltages are not as they were written (their digest differs)")
    return wrong
