"""Attributes of Zarr groups and arrays that every format takes: text, numbers, lists of numbers; all else as JSON text.

netCDF knows no nested attributes, none that are true, false or missing, and in its third version no lists of text:
`xarray.open_zarr(path).to_netcdf(...)` takes what is written here.
"""

import json
import warnings
from collections.abc import Mapping
from typing import Any

import zarr


def plain(attributes: Mapping[str, object]) -> dict[str, Any]:
    """Return attributes as they are written: what is neither text, number nor list of numbers becomes JSON text."""
    return {
        name: value if _is_plain(value) else json.dumps(value, ensure_ascii=False) for name, value in attributes.items()
    }


def told(group: zarr.Group, name: str) -> Any:
    """Return an attribute that was written as JSON text.

    Raises:
        KeyError: there is no such attribute.
        ValueError: it is no JSON text, as in what earlier versions wrote.
    """
    text = group.attrs[name]
    if not isinstance(text, str):
        raise ValueError(f"the attribute {name!r} is no JSON text; an earlier version of gbar wrote it")
    return json.loads(text)


def consolidate(group: zarr.Group) -> None:
    """Write the index of a group's arrays, which readers open it by; call it last."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zarr: consolidated metadata is not in the format's standard yet
        zarr.consolidate_metadata(group.store)


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return len(value) > 0 and all(_is_number(one) for one in value)
    return isinstance(value, str) or _is_number(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
