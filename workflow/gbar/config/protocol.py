"""What drives a cell, for how long or for how many beats, and what is saved of it."""

from typing import Annotated, Any, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from gbar.cells import Cell
from gbar.config.base import Count, Positive, Section
from gbar.config.stimulus import PacingStimulus, StimulusSection, default_section, with_defaults
from gbar.errors import UserError, wrong

MOST_SAMPLES = 2**29 - 1  # of a row in float32: a chunk of the store is a row, and its codec takes no 2 GiB
KEPT_BEATS = 2
OF_BEATS = ("beats", "keep", "leaps", "settled")


class SettledSection(Section):
    """When a row has settled: by how much it may still change from beat to beat."""

    apd90_ms: Annotated[Positive, Field(description="largest change of APD90, ms")] = 0.01
    concentration: Annotated[Positive, Field(description="largest change of a concentration, as a part of it")] = 1e-5


class ProtocolSection(Section):
    """What drives the cell, how long each row is simulated, how finely and what is saved."""

    duration_ms: Annotated[Positive, Field(description="simulated time, ms")] = 5000.0
    save_every_ms: Annotated[Positive, Field(description="sampling interval of the stored traces, ms")] = 0.05
    stimulus: Annotated[
        StimulusSection | None, Field(description="what drives the cell; as usual for the cell when left out")
    ] = None
    beats: Annotated[
        Count | None, Field(description="number of beats to pace for, in place of duration_ms; the last are stored")
    ] = None
    keep: Annotated[
        Count | None, Field(description=f"number of the last beats that are stored; {KEPT_BEATS} when left out")
    ] = None
    leaps: Annotated[
        bool | None, Field(description="leap over beats in which a row changes slowly: five times faster and more")
    ] = None
    settled: Annotated[
        SettledSection | None, Field(description="stop pacing a row that has settled; all beats when left out")
    ] = None

    @model_validator(mode="after")
    def _has_beats_or_not(self) -> Self:
        if self.beats is None:
            for key in OF_BEATS[1:]:
                if getattr(self, key) is not None:
                    raise ValueError(f"{key}: is about beats that are paced, but beats is left out; say their number")
        elif self.kept > self.beats:
            raise ValueError(f"keep: {self.kept} beats cannot be kept of {self.beats}; allowed are 1 to {self.beats}")
        return self

    @model_validator(mode="after")
    def _holds_samples(self) -> Self:
        samples = self.duration_ms / self.save_every_ms
        if samples > MOST_SAMPLES:
            raise ValueError(
                f"duration_ms: {self.duration_ms:g} ms saved every {self.save_every_ms:g} ms are {samples:.3g} samples "
                f"of a row, {4 * samples / 1e9:.3g} GB, where {4 * MOST_SAMPLES / 1e9:.3g} GB are the most; "
                "shorten it, or save less often"
            )
        if self.save_every_ms * 2 > self.duration_ms:
            raise ValueError(
                f"save_every_ms: {self.save_every_ms} leaves fewer than 2 samples of {self.duration_ms} ms"
            )
        return self

    @model_serializer(mode="wrap")
    def _only_what_is_said(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what is about beats where nothing is said of them: it would be an edit of every study."""
        return {key: value for key, value in written(self).items() if key not in OF_BEATS or value is not None}

    @property
    def kept(self) -> int:
        """Number of beats that are stored, where there are beats."""
        return self.keep or KEPT_BEATS

    @property
    def cycle_ms(self) -> float:
        """From pulse to pulse of a protocol of beats that `of_cell` has completed, ms."""
        return self.duration_ms / self.kept

    @property
    def simulated_ms(self) -> float:
        """Simulated time of a row that is not taken on by leaps nor stopped early, ms; `of_cell` has completed this."""
        return self.duration_ms if self.beats is None else self.beats * self.cycle_ms

    def stimulus_of(self, cell: Cell) -> StimulusSection:
        """Return what drives a cell: what the user says, else what the cell has when nobody says anything."""
        return with_defaults(self.stimulus, cell.stimulus) if self.stimulus else default_section(cell.stimulus)

    def of_cell(self, cell: Cell) -> "ProtocolSection":
        """Return the protocol with the cell's stimulus where none is said, and the duration of its beats.

        Raises:
            UserError: a protocol of beats without pacing, or with another duration than that of the beats it keeps.
        """
        stimulus = self.stimulus_of(cell)
        if self.beats is None:
            return self.model_copy(update={"stimulus": stimulus})
        if not isinstance(stimulus, PacingStimulus) or stimulus.pulses is not None:
            what = "pulses" if isinstance(stimulus, PacingStimulus) else stimulus.kind
            raise UserError(f"beats: only a stimulus of kind pacing has beats, and without pulses; not with {what}")
        cycle_ms, ends_ms = stimulus.cycle_length_ms, stimulus.first_ms + stimulus.width_ms
        if ends_ms > cycle_ms:
            raise wrong("stimulus.first_ms", stimulus.first_ms, f"such that a pulse ends within {cycle_ms:g} ms")
        duration_ms = self.kept * cycle_ms
        if "duration_ms" in self.model_fields_set and self.duration_ms != duration_ms:
            raise wrong("duration_ms", self.duration_ms, f"{duration_ms:g}, of the beats that are kept; leave it out")
        return ProtocolSection.model_validate(
            self.model_dump() | {"stimulus": stimulus.model_dump(), "duration_ms": duration_ms}
        )
