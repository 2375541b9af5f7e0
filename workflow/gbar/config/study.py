"""The whole configuration: its sections joined and checked against each other."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from gbar.config.base import Droppable, Name, Section
from gbar.config.calibrate import CalibrateSection
from gbar.config.design import DrugDesign, SobolDesign, UniformDesign
from gbar.config.drug_study import check_drug_sections, drug_designs
from gbar.config.drugs import DrugsSection
from gbar.config.emulate import EmulateSection
from gbar.config.explain import checked
from gbar.config.figures import FiguresSection, ReportSection
from gbar.config.gating import GatingSection
from gbar.config.invert import InverterSection, RecordingSection
from gbar.config.risk import RiskSection
from gbar.config.subthreshold import SubthresholdSection
from gbar.config.sweep import Sweeps, SweepSection
from gbar.invert.calibration import least_traces

# The folder stands in shell commands and wildcard patterns, and may not lead out of itself or hide.
FOLDER = r"^/?[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*/?$"

LIBRARY = Path(__file__).parents[1]
CLONE = LIBRARY.parents[1]
SOURCES = tuple(CLONE / name for name in ("benchmarks", "docs", "envs", "profiles", "tests", "workflow"))
BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def _folder(path: str) -> str:
    if not re.fullmatch(FOLDER.removesuffix("$"), path):
        raise ValueError(
            f"{path!r} is not allowed; it must be a folder such as results/mine or /scratch/me/results: its name, and "
            "those of the folders above it, of a to z, A to Z, digits, _, . and -, the first none of the last two"
        )
    target = Path(path).resolve()
    for own in SOURCES if (CLONE / "Snakefile").exists() else (LIBRARY,):
        if target.is_relative_to(own):
            raise ValueError(f"{path!r} is not allowed; it must be a folder outside of {own}, which is gbar's own")
    return path.rstrip("/")


class Study(Section):
    """A study of gbar: sweeps of cell models, networks that learn from them if wanted, figures and report.

    It may do without sweeps where it has a study of its own data, such as `subthreshold` or `gating`.
    """

    results: Annotated[
        str,
        AfterValidator(_folder),
        Field(
            json_schema_extra={"pattern": FOLDER},
            description="folder that everything made is written to, in the project's or, from / on, anywhere",
        ),
    ] = "results"
    sweeps: Annotated[Sweeps, Field(default_factory=dict, description="the simulated sweeps, by name")]
    drugs: Annotated[DrugsSection, Field(description="drugs that designs can name; those of CiPA when left out")] = (
        DrugsSection()
    )
    calibrate: Annotated[
        dict[Name, CalibrateSection],
        Field(description="populations: which candidates of a sweep are accepted, by name"),
        Droppable,
    ] = Field(default_factory=dict)
    risk: Annotated[
        dict[Name, RiskSection], Field(description="classes of risk of the drugs of a sweep, by name"), Droppable
    ] = Field(default_factory=dict)
    emulate: Annotated[
        EmulateSection | None, Field(description="emulators of one sweep; the study has none when left out")
    ] = None
    invert: Annotated[
        dict[Name, InverterSection], Field(description="networks from traces back to parameters, by name"), Droppable
    ] = Field(default_factory=dict)
    recordings: Annotated[
        dict[Name, RecordingSection], Field(description="recorded traces the inverters are asked about"), Droppable
    ] = Field(default_factory=dict)
    subthreshold: Annotated[
        SubthresholdSection | None,
        Field(description="filters from a noisy current to a neuron's voltage; the study has none when left out"),
    ] = None
    gating: Annotated[
        GatingSection | None,
        Field(description="hidden gates and altered currents of a ventricular cell; the study has none when left out"),
    ] = None
    figures: FiguresSection = FiguresSection()
    report: ReportSection = ReportSection()

    @model_validator(mode="after")
    def _sections_fit(self) -> Self:
        if not self.sweeps and (self.emulate or self.invert or not (self.subthreshold or self.gating)):
            raise ValueError(
                "sweeps: {} is not allowed; it must have at least 1 entry: only subthreshold and gating do without"
                " sweeps"
            )
        if self.emulate is not None:
            sweep = self.sweeps.get(self.emulate.sweep)
            if sweep is None:
                raise ValueError(
                    f"emulate.sweep: {self.emulate.sweep!r} is not allowed; it must be one of {', '.join(self.sweeps)}"
                )
            _check_window(self.emulate, sweep)
        for name, inverter in self.invert.items():
            _check_inverter(f"invert.{name}", inverter, self.sweeps)
        for name, recording in self.recordings.items():
            if recording.inverter not in self.invert:
                allowed = f"one of {', '.join(self.invert)}" if self.invert else "left out: the study has no inverter"
                raise ValueError(
                    f"recordings.{name}.inverter: {recording.inverter!r} is not allowed; it must be {allowed}"
                )
        check_drug_sections(self.sweeps, self.drugs, self.calibrate, self.risk)
        if self.emulate is not None and self.emulate.sweep in self.later_sweeps:
            raise ValueError(
                f"emulate.sweep: {self.emulate.sweep!r} is not allowed; it must be one without a population: its "
                "rows are known only once that is calibrated"
            )
        for name in self.plain_sweeps:
            duration_ms = self.sweeps[name].protocol.duration_ms
            if self.figures.traces.from_ms >= duration_ms:
                raise ValueError(
                    f"figures.traces.from_ms: {self.figures.traces.from_ms:g} is not allowed; "
                    f"it must be below the {duration_ms:g} ms of the sweep {name}"
                )
        return self

    @property
    def drug_sweeps(self) -> dict[str, DrugDesign]:
        """The designs of drugs, by the name of the sweep."""
        return drug_designs(self.sweeps)

    @property
    def later_sweeps(self) -> dict[str, str]:
        """The populations of the sweeps whose rows are known only once these are calibrated, by name of the sweep."""
        return {name: one.population for name, one in self.drug_sweeps.items() if one.population is not None}

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


def _check_inverter(key: str, inverter: InverterSection, sweeps: Mapping[str, SweepSection]) -> None:
    for place, name in (("sweep", inverter.sweep), *(("cross", name) for name in inverter.cross)):
        if name not in sweeps:
            raise ValueError(f"{key}.{place}: {name!r} is not allowed; it must be one of {', '.join(sweeps)}")
    sweep, last = sweeps[inverter.sweep], inverter.traces.first + inverter.traces.samples
    if not isinstance(sweep.design, UniformDesign | SobolDesign):
        raise ValueError(
            f"{key}.sweep: the design of {inverter.sweep} is {sweep.design.kind!r}, but must be uniform or sobol: "
            "unit parameters are relative to its range"
        )
    calibrating = sweep.design.rows * inverter.traces.held_out / 2
    if calibrating < least_traces():
        raise ValueError(
            f"{key}.traces.held_out: half of {inverter.traces.held_out:g} of the {sweep.design.rows} rows of sweep "
            f"{inverter.sweep} calibrates the ensemble, which takes at least {least_traces()} traces"
        )
    traces = inverter.traces
    rest = sweep.design.rows - round(sweep.design.rows * traces.held_out)
    if rest < traces.folds:
        raise ValueError(
            f"{key}.traces.folds: {traces.folds} is not allowed; of the {sweep.design.rows} rows of sweep "
            f"{inverter.sweep} {rest} are not held out, and each fold needs one"
        )
    learnt = math.floor(sweep.design.rows * (1 - traces.held_out) * (traces.folds - 2) / traces.folds)
    for place, numbers in (
        ("sizes.traces", inverter.sizes.traces if inverter.sizes else ()),
        ("scan.traces", (inverter.scan.traces or 0,) if inverter.scan else ()),
    ):
        if max(numbers, default=0) > learnt:
            raise ValueError(
                f"{key}.{place}: {max(numbers)} is not allowed; of the {sweep.design.rows} rows of sweep "
                f"{inverter.sweep} at most {learnt} train at an offset of the folds"
            )
    for name in (inverter.sweep, *inverter.cross):
        protocol = sweeps[name].protocol
        if protocol.save_every_ms != sweep.protocol.save_every_ms:
            raise ValueError(
                f"{key}.cross: {name} is saved every {protocol.save_every_ms:g} ms, but must be as "
                f"{inverter.sweep}, every {sweep.protocol.save_every_ms:g} ms"
            )
        samples = math.floor(protocol.duration_ms / protocol.save_every_ms + 1e-9)
        if last > samples:
            raise ValueError(
                f"{key}.traces: the window ends at sample {last}, behind the {samples} samples of sweep {name}"
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
    return json.dumps(_bounded(Study.model_json_schema()), indent=1) + "\n"


def _bounded(schema: Any) -> Any:
    """Return a schema with the bounds that pydantic leaves in its own words, where a validator stands before them."""
    if isinstance(schema, list):
        return [_bounded(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {BOUNDS.get(key, key): _bounded(value) for key, value in schema.items()}
