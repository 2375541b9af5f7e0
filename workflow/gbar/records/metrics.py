"""metrics.json and its like: what a job found, and digests of itself and of the files that were written with it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gbar.errors import UserError
from gbar.records.digest import digest_of, file_digest
from gbar.records.files import write_text

FILES, DIGEST = "files", "digest"


def read_metrics(path: str | Path, sealed: bool = False) -> dict[str, Any]:
    """Return what a job found.

    Args:
        path: where they are.
        sealed: whether they must have a digest; one that is there must fit anyway.

    Raises:
        UserError: the file cannot be read as JSON, or its digest is missing or differs.
    """
    try:
        metrics = json.loads(Path(path).read_text(encoding="utf-8"))
        digest = metrics.pop(DIGEST, None)
    except (OSError, ValueError, AttributeError) as error:
        raise UserError(f"{path}: cannot be read as metrics ({error})") from None
    if (sealed or digest is not None) and digest != digest_of(metrics, {}):
        raise UserError(f"{path}: is not as it was written (its digest differs); delete it and run again")
    return metrics


def write_metrics(path: str | Path, metrics: Mapping[str, Any], files: Sequence[str | Path] = ()) -> None:
    """Write what a job found; what is undefined becomes null, since JSON has no NaN.

    Args:
        path: where.
        metrics: name -> plain data.
        files: other files that belong to them, written before: their digests are kept by name.
    """
    found = _without_nan(dict(metrics) | {FILES: {Path(file).name: file_digest(file) for file in files}})
    write_text(path, json.dumps(found | {DIGEST: digest_of(found, {})}, indent=1, allow_nan=False) + "\n")


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(one) for one in value]
    return None if value != value else value
