"""What the values of a model card must be: a model folder may come from anywhere.

The digest of a folder tells damage, not ill will. What the card says beyond these types, the sizes of the network among
it, is held against the shapes of the parameters that are there before anything of that size is made.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gbar.config.base import Number


class _Values(BaseModel):
    model_config = ConfigDict(strict=True)  # numbers are numbers; other keys are left to later versions


class _Input(_Values):
    # Names are printed, and written into tables.
    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]*$", max_length=60)]
    offset: Number
    scale: Number
    minimum: Number
    maximum: Number
    own_value: Number
    unit: Annotated[str, Field(max_length=60)]


class _Output(_Values):
    offset_mV: Number
    scale_mV: Number
    times_ms: Annotated[list[Number], Field(min_length=2)]


class _Card(_Values):
    architecture: dict[str, Any]
    inputs: Annotated[list[_Input], Field(min_length=1)]
    output: _Output
    training: dict[str, Any]
    data_digest: str
    metrics: dict[str, Any]
    gbar_version: str
    beats: Annotated[dict[str, str | Number], Field(default_factory=dict)]


def check_card(values: Mapping[str, Any]) -> None:
    """Check the parsed model.json of an emulator.

    Raises:
        ValueError: the first value that a card cannot have, with its key.
    """
    try:
        _Card.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"model.json, {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
