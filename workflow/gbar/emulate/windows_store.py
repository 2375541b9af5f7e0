"""windows.zarr: the emulators' data set on the disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from gbar.emulate.split import PARTS
from gbar.emulate.windows import Windows
from gbar.errors import UserError
from gbar.records.arrays import write_array
from gbar.records.attributes import consolidate, plain, told
from gbar.records.digest import digest_of
from gbar.records.files import whole
from gbar.sweeps.store import Quantity, provenance_of

_FLAGS = {"flag_values": list(range(len(PARTS))), "flag_meanings": " ".join(PARTS)}
_OF_INPUTS = "of each input its own: see the attribute units"
WINDOWS_PER_CHUNK = 128  # 2.5 MB before compression
ARRAYS = {
    "trace": (("window", "sample"), {"units": "mV", "long_name": "membrane potential"}),
    "inputs": (
        ("window", "feature"),
        {"units": _OF_INPUTS, "long_name": "inputs of the network; attribute `features` names them"},
    ),
    "time": (("sample",), {"units": "ms", "long_name": "time from the window's first sample"}),
    "row": (("window",), {"long_name": "row of the store the window was cut from"}),
    "start_ms": (
        ("window",),
        {"units": "ms", "long_name": "time of the window's first sample in its simulation"},
    ),
    "upstroke_ms": (("window",), {"units": "ms", "long_name": "time of the window's upstroke in its simulation"}),
    "cycle_length_ms": (
        ("window",),
        {"units": "ms", "long_name": "time from the window's upstroke to the next; NaN where the trace has none"},
    ),
    "split": (("window",), _FLAGS | {"long_name": "part, by simulation"}),
    "split_by_window": (("window",), _FLAGS | {"long_name": "part, window by window"}),
    "setting_inputs": (
        ("setting", "scaling"),
        {"units": _OF_INPUTS, "long_name": "inputs of every setting that was solved"},
    ),
    "setting_beats": (("setting",), {"long_name": "1 where the setting has enough beats for windows, 0 elsewhere"}),
    "setting_split": (("setting",), _FLAGS | {"long_name": "part of the setting, that of its windows"}),
}


def write_windows(path: str | Path, windows: Windows, attributes: Mapping[str, object]) -> None:
    """Write windows.zarr, whole or not at all.

    Args:
        path: where.
        windows: the data set.
        attributes: what it was made from and how.
    """
    described = _described(windows.quantities)
    own = described | {
        "sample_ms": windows.sample_ms,
        "coordinates": "row start_ms upstroke_ms cycle_length_ms split split_by_window",
    }
    with whole(path) as made:
        own["digest"] = digest_of(described, {name: getattr(windows, name) for name in ARRAYS})
        group = zarr.create_group(made, zarr_format=3, attributes=plain(dict(attributes) | own))
        for name, (dimensions, description) in ARRAYS.items():
            values = getattr(windows, name)
            rows = min(WINDOWS_PER_CHUNK, len(values)) if values.ndim == 2 else len(values)
            write_array(group, name, values, (rows, *values.shape[1:]), dimensions, description)
        consolidate(group)


def open_windows(path: str | Path) -> Windows:
    """Read windows.zarr.

    Raises:
        UserError: there is no data set of windows at this path, or it is damaged.
    """
    try:
        group = zarr.open_group(path, mode="r", zarr_format=3)
        arrays = {name: np.asarray(group[name][:]) for name in ARRAYS}  # type: ignore[index]
        digest, quantities = str(group.attrs.get("digest")), input_quantities(group)
        windows = Windows(**arrays, quantities=quantities, digest=digest, provenance=provenance_of(group))
    except Exception as error:  # zarr raises many kinds for what is no group
        raise UserError(f"{path}: is no data set of windows ({type(error).__name__}: {error})") from None
    if digest != digest_of(_described(quantities), arrays):
        raise UserError(f"{path}: the windows are damaged (their digest differs); delete the folder and run again")
    return windows


def input_quantities(group: zarr.Group) -> tuple[Quantity, ...]:
    """Return the inputs of a data set in words.

    Raises:
        KeyError, ValueError: the group does not tell them.
    """
    columns = [told(group, key) for key in ("features", "units", "meanings")]
    controls: Any = group.attrs["controls"]
    return tuple(Quantity(*one) for one in zip(*columns, map(float, controls), strict=True))


def _described(quantities: Sequence[Quantity]) -> dict[str, list]:
    """Return the attributes that tell the inputs in words."""
    return {
        "features": [one.name for one in quantities],
        "units": [one.unit for one in quantities],
        "meanings": [one.long_name for one in quantities],
        "controls": [one.control for one in quantities],
    }
