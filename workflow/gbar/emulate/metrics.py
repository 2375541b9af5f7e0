"""metrics.json: the scores of one emulator."""

import json
from pathlib import Path
from typing import Any

from gbar.errors import UserError


def read_metrics(path: str | Path) -> dict[str, Any]:
    """Return the metrics of one model.

    Raises:
        UserError: the file cannot be read as JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as metrics of a model ({error})") from None
