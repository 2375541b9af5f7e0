"""The folder of one trained network: its card, a dataclass, its numbers and the losses of its epochs.

The files are those of `gbar.models.model_files`; what a network is for is told by the kind on its card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar, cast

from flax import nnx
from pydantic import TypeAdapter

import gbar
from gbar.models.model_files import FORMAT, write_model_files
from gbar.records.files import whole
from gbar.training.checkpoint import flatten
from gbar.training.history import EpochRecord, write_history

Card = TypeVar("Card")


@dataclass(frozen=True, kw_only=True)
class TrainedCard:
    """What every card tells beside what its network is for.

    Attributes:
        training: settings of the training and how it went.
        data_digest: digest of the data it was trained on.
        metrics: its errors.
        provenance: of the training.
        gbar_version: version that wrote the folder.
        format: version of the folder's layout.
    """

    training: dict[str, Any]
    data_digest: str
    metrics: dict[str, Any]
    provenance: dict[str, Any]
    gbar_version: str = gbar.__version__
    format: int = FORMAT


def write_network_folder(path: str | Path, card: Any, numbers: Any, history: Sequence[EpochRecord]) -> None:
    """Write the folder of a network, whole or not at all.

    Args:
        path: the folder to write.
        card: a dataclass.
        numbers: of the network, as of `numbers_of`.
        history: of the training.
    """
    with whole(path) as made:
        made.mkdir()
        write_history(made / "history.csv", history)
        write_model_files(made, asdict(card), flatten(numbers))


def card_of(kind: type[Card], values: Mapping[str, Any]) -> Card:
    """Return a card, a dataclass, of the values that this version knows; others are left to later ones.

    Raises:
        ValueError, KeyError: a value is of another type, or missing.
    """
    return TypeAdapter(kind).validate_python({one.name: values[one.name] for one in fields(cast(Any, kind))})


def numbers_of(network: nnx.Module) -> dict[str, Any]:
    """Return all numbers of a network as nested dictionaries."""
    return nnx.to_pure_dict(cast(nnx.State, nnx.state(network)))
