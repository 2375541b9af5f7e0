"""The model card of an inverter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import gbar
from gbar.config.base import Number, Positive
from gbar.invert.traces import UnitParameter
from gbar.models.model_files import FORMAT, INVERTER


class _Values(BaseModel):
    model_config = ConfigDict(strict=True)  # numbers are numbers; other keys are left to later versions


class _Parameter(_Values):
    # Names are printed, and written into tables.
    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]*$", max_length=60)]
    unit: Annotated[str, Field(max_length=60)]
    low: Number
    high: Number


class _Calibration(_Values):
    levels: list[Number]
    factors: list[list[Number]]
    traces: int


class _OutOfRange(_Values):
    threshold: Number
    false_alarms: Number


class _Card(_Values):
    """What the values of a card must be; its sizes are held against the networks' numbers when these are taken up."""

    parameters: Annotated[list[_Parameter], Field(min_length=1)]
    samples: Annotated[int, Field(ge=1)]
    sample_ms: Positive
    architecture: dict[str, Any]
    data_digest: str
    calibration: _Calibration
    out_of_range: _OutOfRange
    metrics: dict[str, Any]
    preprocessing: str | None = None


@dataclass(frozen=True)
class InverterCard:
    """What there is to know about an inverter.

    Attributes:
        parameters: what it infers, with units and the ranges it was trained on.
        samples: number of samples of a trace.
        sample_ms: their interval.
        window: which part of a stored trace they are, and what it is clipped to.
        preprocessing: what is done to it beside clipping, as of `gbar.invert.view`; None where nothing is, which a card
            need not tell.
        sweep: the sweep it learned from: cell, stimulus, solver, design; a section of the configuration.
        stimulus_meaning: what of the stimulus bears on a trace; None for the one the cell has by itself.
        architecture: of each network, as for `gbar.nets.build`.
        training: of each network; a section of the configuration.
        networks: fold, seed, status, epochs, minutes and validation error of each, those left out among them.
        data_digest: digest of the data set.
        calibration: factors on the spread, as of `gbar.invert.calibration`.
        out_of_range: the detector, as of `gbar.invert.out_of_range`.
        metrics: its errors.
        provenance: where it comes from (`gbar.records.provenance`), which no digest of the model covers.
        gbar_version: version that wrote the folder.
        kind: tells it from other models.
        format: version of the folder's layout.
    """

    parameters: tuple[UnitParameter, ...]
    samples: int
    sample_ms: float
    window: Mapping[str, Any]
    preprocessing: str | None
    sweep: Mapping[str, Any]
    stimulus_meaning: Mapping[str, Any] | None
    architecture: Mapping[str, Any]
    training: Mapping[str, Any]
    networks: tuple[Mapping[str, Any], ...]
    data_digest: str
    calibration: Mapping[str, Any]
    out_of_range: Mapping[str, Any]
    metrics: Mapping[str, Any]
    provenance: Mapping[str, Any] | None
    gbar_version: str = gbar.__version__
    kind: str = INVERTER
    format: int = FORMAT

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "InverterCard":
        """Return the card of a parsed model.json; other keys than the card's are left to later versions.

        Raises:
            ValueError: a value that a card cannot have; a model folder may come from anywhere.
            KeyError: a missing one.
        """
        try:
            _Card.model_validate(dict(values))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise ValueError(f"model.json, {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        known = {key: values[key] for key in cls.__dataclass_fields__ if key != "preprocessing"}
        known["preprocessing"] = values.get("preprocessing")
        parameters = tuple(UnitParameter(**one) for one in values["parameters"])
        return cls(**known | {"parameters": parameters, "networks": tuple(values["networks"])})
