"""A Zarr store as its users take it: opened by xarray without a warning, labelled, and written to netCDF."""

import warnings
from pathlib import Path

import numpy as np
import xarray


def opened_and_written(store: Path, folder: Path) -> xarray.Dataset:
    """Return a store as xarray has it, after writing it to netCDF (as SciPy writes it) and reading it again."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = xarray.open_zarr(store, chunks=None)
        data.to_netcdf(folder / "store.nc", engine="scipy")
        with xarray.open_dataset(folder / "store.nc", engine="scipy") as again:
            for name in data.variables:
                assert again[name].values.tolist() == data[name].values.tolist() or np.array_equal(
                    again[name], data[name], equal_nan=True
                )
            assert again.attrs.keys() == data.attrs.keys()
    for name, variable in data.variables.items():
        is_measure = variable.dtype.kind == "f"
        assert not is_measure or variable.attrs["units"], f"{name} is in no unit"
        # netCDF-3 alone knows no lists of text and takes what is true or false for a number.
        assert all(isinstance(value, str | int | float | list) for value in variable.attrs.values())
    for value in data.attrs.values():
        assert isinstance(value, str | int | float) or all(isinstance(one, int | float) for one in value)
        assert not isinstance(value, bool)
    return data
