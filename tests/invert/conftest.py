"""An inverter that several test modules ask."""

from pathlib import Path

import pytest
from made_inverter import made_inverter


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with sweep/store.zarr, traces.zarr, golden.json, folds/ and model/; not to be changed."""
    folder = tmp_path_factory.mktemp("study")
    made_inverter(folder)
    return folder
