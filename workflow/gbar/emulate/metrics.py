"""metrics.json: the scores of one emulator."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gbar.errors import UserError
from gbar.files import write_text


def read_metrics(path: str | Path) -> dict[str, Any]:
    """Return the metrics of one model.

    Raises:
        UserError: the file cannot be read as JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as metrics of a model ({error})") from None


def write_metrics(path: str | Path, metrics: Mapping[str, Any]) -> None:
    """Write the metrics of one model; what is undefined becomes null, since JSON has no NaN."""
    write_text(path, json.dumps(_without_nan(dict(metrics)), indent=1, allow_nan=False) + "\n")


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(one) for one in value]
    return None if value != value else value
