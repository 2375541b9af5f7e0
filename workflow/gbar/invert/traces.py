"""The inverters' data set: windows of a sweep's traces beside the unit parameters they were simulated with.

Traces are clipped and kept as int16 in steps of 0.01 mV, so that they stay as recorded to 0.005 mV at half the size of
float32. A network sees X' = log10(clip(V, low, high) + 1 - low), with low = -80 mV as published log10(V + 81), and
answers with u = 2 (p - low) / (high - low) - 1 in [-1, 1] for every parameter p of the design.

A data set may be larger than memory: everything but the traces is held (100 bytes a row), the traces are read when
asked for, a chunk of `ROWS_PER_CHUNK` rows at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import zarr

from gbar.config.explain import checked
from gbar.config.invert import TracesSection
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.invert.view import View
from gbar.records.attributes import told
from gbar.records.digest import Digest, digest_of
from gbar.records.provenance import Provenance
from gbar.sweeps.store import array, provenance_of
from gbar.sweeps.voltage import STEP_mV

ROWS_PER_CHUNK = 128  # 2.3 MB of 9,000 samples before compression
CALIBRATION, TEST = -1, -2  # in place of a fold: held out from all training
ABOUT = ("sample_ms", "trace_digest")  # attributes
NESTED = ("parameters", "traces", "sweep", "stimulus_meaning", "counts")  # attributes that are JSON text
PREPROCESSING = "preprocessing"  # one more, where a network does not see the samples as they are


@dataclass(frozen=True)
class UnitParameter:
    """A parameter that is inferred, and the range its unit form spans.

    Attributes:
        name: as in the design.
        unit: its physical unit; "1" for a scaling.
        low: physical value of u = -1.
        high: physical value of u = +1.
    """

    name: str
    unit: str
    low: float
    high: float


def to_unit(values: np.ndarray, parameters: Sequence[UnitParameter]) -> np.ndarray:
    """Return physical values, shape (..., parameter), as unit parameters."""
    low, high = _ranges(parameters)
    return 2 * (values - low) / (high - low) - 1


def from_unit(unit: np.ndarray, parameters: Sequence[UnitParameter]) -> np.ndarray:
    """Return unit parameters, shape (..., parameter), as physical values."""
    low, high = _ranges(parameters)
    return low + (unit + 1) / 2 * (high - low)


def _ranges(parameters: Sequence[UnitParameter]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([one.low for one in parameters]), np.array([one.high for one in parameters])


def stored(V: np.ndarray, clip_mV: tuple[float, float]) -> np.ndarray:
    """Return voltages, mV, clipped and in steps of `STEP_mV`, int16."""
    return np.rint(np.clip(V, *clip_mV) / STEP_mV).astype(np.int16)


def scaled(trace: Any, clip_mV: tuple[float, float]) -> Any:
    """Return what a network sees of traces: X' = log10(clip(V, low, high) + 1 - low), float32.

    Args:
        trace: NumPy or JAX array: integers in steps of `STEP_mV`, or floating-point numbers in mV.
        clip_mV: low and high.
    """
    xp = trace.__array_namespace__()
    V = trace.astype(xp.float32)
    if xp.isdtype(trace.dtype, "integral"):
        V = V * STEP_mV
    low, high = clip_mV
    return xp.log10(xp.clip(V, low, high) + (1 - low))


@dataclass(frozen=True, eq=False)
class Traces:
    """The data set.

    Attributes:
        path: of its folder.
        parameters: what is inferred.
        unit: the unit parameters of each row, float32, shape (row, parameter).
        fold: 0, 1, … or `CALIBRATION` or `TEST`, int8, shape (row,).
        ids: identity of each row in its sweep.
        sample_ms: interval of the samples a network sees, ms.
        samples: number of them.
        settings: which part of a trace they are, how clipped.
        sweep: the sweep they were simulated in.
        counts: of its rows: all, diverged, failed_check.
        digest: of everything, the traces among it.
        trace_digest: of the traces alone.
        provenance: where it comes from, as far as it tells.
    """

    path: Path
    parameters: tuple[UnitParameter, ...]
    unit: np.ndarray
    fold: np.ndarray
    ids: list[str]
    sample_ms: float
    samples: int
    settings: TracesSection
    sweep: SweepSection
    counts: dict[str, int]
    digest: str
    trace_digest: str
    provenance: Provenance | None
    _trace: zarr.Array

    def __len__(self) -> int:
        return len(self.fold)

    def rows(self, *folds: int) -> np.ndarray:
        """Return the rows of some folds, of `CALIBRATION` or `TEST`, in rising order."""
        return np.flatnonzero(np.isin(self.fold, folds))

    def read(self, rows: np.ndarray) -> np.ndarray:
        """Return traces in steps of `STEP_mV`, int16, shape (len(rows), samples); one chunk more is held meanwhile.

        Raises:
            UserError: they are damaged.
        """
        rows = np.asarray(rows)
        traces = np.empty((len(rows), self.samples), np.int16)
        chunks = rows // ROWS_PER_CHUNK
        for chunk in np.unique(chunks):
            places, start = np.flatnonzero(chunks == chunk), chunk * ROWS_PER_CHUNK
            try:
                held = np.asarray(self._trace[start : start + ROWS_PER_CHUNK])
            except Exception as error:  # the codecs raise many kinds
                raise UserError(
                    f"{self.path}: the traces are damaged ({error}); delete the folder and run again"
                ) from None
            traces[places] = held[rows[places] - start]
        return traces

    def is_intact(self) -> bool:
        """Tell whether all traces are as they were cut; every one is read.

        Raises:
            UserError: they cannot be read.
        """
        digest, rows = Digest(), np.arange(len(self))
        for start in range(0, len(self) + 1, ROWS_PER_CHUNK):
            digest.add(start, {"trace": self.read(rows[start : start + ROWS_PER_CHUNK])})
        return digest.text() == self.trace_digest


def parts(traces: Traces, offset: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows that train, validate and test at an offset: its fold tests, the next validates, the rest trains.

    Raises:
        UserError: there is no such fold.
    """
    folds = traces.settings.folds
    if not 0 <= offset < folds:
        raise UserError(f"offset: {offset} is not allowed; the data set has the folds 0 to {folds - 1}")
    validation = (offset + 1) % folds
    others = [fold for fold in range(folds) if fold not in (offset, validation)]
    return traces.rows(*others), traces.rows(validation), traces.rows(offset)


def open_traces(path: str | Path) -> Traces:
    """Open traces.zarr for reading.

    Raises:
        UserError: there is no data set of traces at this path, or it is damaged.
    """
    try:
        group = zarr.open_group(path, mode="r", zarr_format=3)
        ids = np.asarray(array(group, "id")[:]).tolist()
        small = {name: np.asarray(array(group, name)[:]) for name in ("unit", "fold", "time")}
        trace, attributes = array(group, "trace"), cast(dict[str, Any], dict(group.attrs))
        plain_ones = (*ABOUT, *((PREPROCESSING,) if PREPROCESSING in attributes else ()))
        about = {key: attributes[key] for key in plain_ones} | {key: told(group, key) for key in NESTED}
        digest = attributes["data_digest"]
    except Exception as error:  # zarr raises many kinds for what is no group
        raise UserError(f"{path}: is no data set of traces ({type(error).__name__}: {error})") from None
    if digest != digest_of([about, ids], small):
        raise UserError(f"{path}: the data set is damaged (its digest differs); delete the folder and run again")
    settings = checked(TracesSection, about["traces"])
    if about.get(PREPROCESSING) != View.of(settings, 1.0).preprocessing:
        raise UserError(
            f"{path}: the traces were cut by another version of gbar, which prepared them in another way; delete the "
            "folder and run again"
        )
    return Traces(
        path=Path(path),
        parameters=tuple(UnitParameter(**one) for one in about["parameters"]),
        unit=small["unit"],
        fold=small["fold"],
        ids=ids,
        sample_ms=about["sample_ms"],
        samples=trace.shape[1],
        settings=settings,
        sweep=checked(SweepSection, about["sweep"]),
        counts=about["counts"],
        digest=digest,
        trace_digest=about["trace_digest"],
        provenance=provenance_of(group),
        _trace=trace,
    )
