"""The files of a model folder and their digest; read without JAX.

    model.json           the model card: architecture, scalings, trained ranges, provenance, metrics, digest
    params.safetensors   the parameters, by their path in the network
    history.csv          losses of every epoch

The digest covers the card, the history and the parameters: a model that was changed or damaged does not load.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from gbar import __version__
from gbar.digest import digest_of
from gbar.errors import UserError
from gbar.files import write_text

FORMAT = 1


def write_model_files(folder: Path, card: Mapping[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Write card and parameters into a folder that holds history.csv already."""
    save_file(arrays, folder / "params.safetensors")
    _write_card(folder, card, arrays)


def add_metrics(folder: str | Path, metrics: Mapping[str, Any]) -> None:
    """Add entries to the metrics on the card of a model in a folder."""
    folder = Path(folder)
    card, arrays = read_model_files(folder)
    card["metrics"] |= metrics
    _write_card(folder, card, arrays)


def read_model_files(folder: str | Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the values of the card and the parameters by path, their digest compared.

    Raises:
        UserError: the folder holds no model, a damaged one, or one of another format version.
    """
    folder = Path(folder)
    try:
        card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UserError(f"{folder}: is no model; a model is a folder with model.json and params.safetensors") from None
    found = card.get("format") if isinstance(card, dict) else None
    if found != FORMAT:
        raise UserError(
            f"{folder}: model format {found!r} is not known to gbar {__version__}, which reads"
            f" format {FORMAT}; train the model again or use the gbar that wrote it"
        )
    try:
        arrays = load_file(folder / "params.safetensors")
        history = (folder / "history.csv").read_text(encoding="utf-8")
    except (OSError, SafetensorError, ValueError) as reason:
        raise damaged(folder, reason) from None
    if card.pop("digest", None) != digest_of([card, history], arrays):
        raise damaged(folder, "its digest differs")
    return card, arrays


def damaged(folder: Path, reason: object) -> UserError:
    """Return the error that tells of a damaged model."""
    return UserError(f"{folder}: the model is damaged ({reason}); delete the folder and train again")


def _write_card(folder: Path, card: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    history = (folder / "history.csv").read_text(encoding="utf-8")
    card = dict(card) | {"digest": digest_of([card, history], arrays)}
    write_text(folder / "model.json", json.dumps(card, indent=2, ensure_ascii=False) + "\n")
