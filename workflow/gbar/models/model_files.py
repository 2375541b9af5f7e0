"""The files of a model folder and their digest; read without JAX.

    model.json           the model card: architecture, scalings, trained ranges, metrics, provenance, digests
    params.safetensors   the parameters, by their path in the network
    history.csv          losses of every epoch

One digest covers the parameters, which equal trainings have in common, one the card and the history, which tell times;
the provenance has its own. A model that was changed or damaged does not load.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from gbar import __version__
from gbar.errors import UserError
from gbar.records.digest import digest_of
from gbar.records.files import write_text
from gbar.records.provenance import Provenance

FORMAT = 2
# What a folder may hold, and what opens it. A card that says nothing is an emulator's.
EMULATOR, INVERTER, FOLD, FILTER = "emulator", "inverter", "fold", "filter"
GATING, GATING_LAYERS = "gating", "gating_layers"
HOLDS = {
    EMULATOR: "an emulator; open it with gbar.load_model",
    INVERTER: "an inverter; open it with gbar.load_inverter",
    FOLD: "the networks of one fold; open the inverter that joins the folds with gbar.load_inverter",
    FILTER: "a filter of the section subthreshold",
    GATING: "a network of the section gating",
    GATING_LAYERS: "retrained layers of the section gating",
}


def write_model_files(folder: Path, card: Mapping[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Write card and parameters into a folder that holds history.csv already."""
    # safetensors writes the memory of an array as it lies there, whatever its order.
    arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    save_file(arrays, folder / "params.safetensors")
    _write_card(folder, card, arrays)


def add_metrics(folder: str | Path, metrics: Mapping[str, Any]) -> None:
    """Add entries to the metrics on the card of a model in a folder."""
    folder = Path(folder)
    card, arrays = read_model_files(folder)
    card["metrics"] |= metrics
    _write_card(folder, card, arrays)


def read_model_files(folder: str | Path, kind: str | None = None) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the values of the card and the parameters by path, their digest compared.

    Args:
        folder: of the model.
        kind: what it must hold, a key of `HOLDS`; None for any.

    Raises:
        UserError: the folder holds no model, a damaged one, one of another kind or of another format version.
    """
    folder = Path(folder)
    try:
        card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise UserError(f"{folder}: is no model; a model is a folder with model.json and params.safetensors") from None
    found = card.get("format") if isinstance(card, dict) else None
    if found != FORMAT:
        raise UserError(
            f"{folder}: model format {found!r} is not known to gbar {__version__}, which reads"
            f" format {FORMAT}; train the model again or use the gbar that wrote it"
        )
    if kind is not None and (held := card.get("kind", EMULATOR)) != kind:
        raise UserError(f"{folder}: holds {HOLDS.get(str(held), 'a model of another kind')}")
    try:
        arrays = load_file(folder / "params.safetensors")
        history = (folder / "history.csv").read_text(encoding="utf-8")
    except (OSError, SafetensorError, ValueError, KeyError) as reason:  # KeyError: a dtype that NumPy lacks
        raise damaged(folder, reason) from None
    if card.pop("digests", None) != _digests(card, history, arrays):
        raise damaged(folder, "its digest differs")
    try:
        if card.get("provenance") is not None:
            Provenance.from_json(card["provenance"])
    except (ValueError, AttributeError) as reason:
        raise damaged(folder, reason) from None
    return card, arrays


def _digests(card: Mapping[str, Any], history: str, arrays: Mapping[str, np.ndarray]) -> dict[str, str]:
    """Return the digests of a model; that there is a provenance counts, not what it says."""
    own = dict(card) | ({"provenance": None} if "provenance" in card else {})
    return {"parameters": digest_of("parameters", arrays), "card": digest_of([own, history], {})}


def damaged(folder: Path, reason: object) -> UserError:
    """Return the error that tells of a damaged model."""
    return UserError(f"{folder}: the model is damaged ({reason}); delete the folder and train again")


def _write_card(folder: Path, card: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
    history = (folder / "history.csv").read_text(encoding="utf-8")
    card = dict(card) | {"digests": _digests(card, history, arrays)}
    write_text(folder / "model.json", json.dumps(card, indent=2, ensure_ascii=False) + "\n")
