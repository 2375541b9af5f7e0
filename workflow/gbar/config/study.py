"""The whole configuration: its sections joined and checked against each other."""

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from gbar.config.base import Section
from gbar.config.emulate import EmulateSection
from gbar.config.explain import checked
from gbar.config.figures import FiguresSection, ReportSection
from gbar.config.sweep import Sweeps, SweepSection


class Study(Section):
    """A study of gbar: sweeps of cell models, emulators trained on one of them if wanted, figures and report."""

    results: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_./-]+$", description="folder that everything made is written to")
    ] = "results"
    sweeps: Annotated[Sweeps, Field(description="the simulated sweeps, by name")]
    emulate: Annotated[
        EmulateSection | None, Field(description="emulators of one sweep; the study has none when left out")
    ] = None
    figures: FiguresSection = FiguresSection()
    report: ReportSection = ReportSection()

    @model_validator(mode="after")
    def _sections_fit(self) -> Self:
        if self.emulate is not None:
            sweep = self.sweeps.get(self.emulate.sweep)
            if sweep is None:
                raise ValueError(
                    f"emulate.sweep: {self.emulate.sweep!r} is not allowed; it must be one of {', '.join(self.sweeps)}"
                )
            _check_window(self.emulate, sweep)
        for name in self.plain_sweeps:
            duration_ms = self.sweeps[name].protocol.duration_ms
            if self.figures.traces.from_ms >= duration_ms:
                raise ValueError(
                    f"figures.traces.from_ms: {self.figures.traces.from_ms:g} is not allowed; "
                    f"it must be below the {duration_ms:g} ms of the sweep {name}"
                )
        return self

    @property
    def plain_sweeps(self) -> list[str]:
        """Names of the sweeps that no emulator learns from."""
        return sorted(name for name in self.sweeps if self.emulate is None or name != self.emulate.sweep)


def _check_window(emulate: EmulateSection, sweep: SweepSection) -> None:
    window_ms = emulate.windows.samples * sweep.protocol.save_every_ms
    if window_ms > sweep.protocol.duration_ms:
        raise ValueError(
            f"emulate.windows.samples: {emulate.windows.samples} samples of {sweep.protocol.save_every_ms} ms are "
            f"{window_ms:g} ms, longer than the simulation; sweeps.{emulate.sweep}.protocol.duration_ms "
            f"allows {math.floor(sweep.protocol.duration_ms / sweep.protocol.save_every_ms)} samples"
        )
    if emulate.windows.lead_ms >= window_ms:
        raise ValueError(
            f"emulate.windows.lead_ms: {emulate.windows.lead_ms} must be below the window's {window_ms:g} ms"
        )


def load_study(values: Mapping[str, Any]) -> Study:
    """Return the checked configuration.

    Args:
        values: the configuration as read from YAML, studies laid over it.

    Raises:
        UserError: a line for each mistake: the key, the value found, what is allowed.
    """
    return checked(Study, values)


def schema() -> str:
    """Return the JSON schema of the configuration, for editors and for `snakemake`'s readers."""
    return json.dumps(Study.model_json_schema(), indent=1) + "\n"
