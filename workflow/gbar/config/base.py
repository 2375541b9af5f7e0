"""What every section of the configuration is made of: strict frozen models, number types, the canonical form."""

import difflib
import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Section(BaseModel):
    """A section of the configuration: unknown keys are refused, values are frozen.

    A key set to null counts as absent, so that a study laid over `config.yaml` can drop a key it inherits.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        present = {key: value for key, value in values.items() if value is not None}
        for key in present:
            if key not in cls.model_fields:
                close = difflib.get_close_matches(str(key), cls.model_fields, n=1)
                meant = f"did you mean {close[0]!r}? " if close else ""
                raise ValueError(f"unknown key {key!r}; {meant}allowed are {', '.join(cls.model_fields)}")
        return present

    def canonical(self) -> str:
        """Return the section as JSON with sorted keys and typed values, whatever way it was written."""
        return canonical(self.model_dump(mode="json"))


def canonical(value: Any) -> str:
    """Return plain data as compact JSON with sorted keys: equal text means equal meaning."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _no_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number, not yes/no")
    return value


def _whole(value: Any) -> Any:
    """Return a whole number that is written as text, with an exponent, as the number it is."""
    if not isinstance(_no_boolean(value), str) or "_" in value:
        return value
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if number.is_integer() and abs(number) < 2**63 else value


# YAML 1.1 reads 1e-6 and 1e6 as text: numbers written so are taken as numbers.
Number = Annotated[float, BeforeValidator(_no_boolean), Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
NonNegative = Annotated[Number, Field(ge=0)]
Fraction = Annotated[Number, Field(gt=0, lt=1)]
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[Whole, Field(ge=1)]
Seed = Annotated[Whole, Field(ge=0, lt=2**32)]
# Names become folders and wildcards.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


def _without_nulls(values: Any) -> Any:
    return {key: value for key, value in values.items() if value is not None} if isinstance(values, dict) else values


# Of sections by name: a study laid over another drops one of them with null.
Droppable = BeforeValidator(_without_nulls)
