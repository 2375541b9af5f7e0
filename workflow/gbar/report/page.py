"""The report page: what was run, tables, figures with captions, how to run it again."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gbar.errors import UserError, wrong
from gbar.records.files import write_text
from gbar.records.metrics import read_metrics
from gbar.report.captions import first_sentence, read_caption
from gbar.report.findings import Finding
from gbar.report.origin import CONFIGURATION, Origin
from gbar.report.remarks import remarks
from gbar.report.tables import Part, Table, biomarkers_table, classes, describe, models_table, number, settling
from gbar.sweeps.biomarker_table import Row, read_table
from gbar.sweeps.store import Quantity

MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
TEMPLATE = "template.html.j2"


@dataclass(frozen=True)
class FigureEntry:
    """A figure of the report.

    Attributes:
        path: SVG or PNG file.
        title: its heading.
        caption: reStructuredText file that says what to see; `snakemake --report` shows it, too.
    """

    path: Path
    title: str
    caption: Path


@dataclass(frozen=True)
class _Figure:
    title: str
    anchor: str
    source: Markup
    alternative: str
    caption: list[Markup]


@dataclass(frozen=True)
class _SweepPart:
    name: str
    facts: list[tuple[str, str]]
    biomarkers: Table


def write_report(
    path: str | Path,
    *,
    title: str,
    figures: Sequence[FigureEntry],
    sweeps: Mapping[str, str | Path],
    metrics: Mapping[str, str | Path],
    configuration: Mapping[str, Any],
    provenance: Mapping[str, str],
    quantities: Mapping[str, Mapping[str, Quantity]] | None = None,
    published: Mapping[str, Mapping[str, Any]] | None = None,
    parts: Sequence[Part] = (),
    references: Sequence[str] = (),
    findings: Sequence[Finding] = (),
    origin: Origin | None = None,
) -> None:
    """Write the report as one HTML page that loads nothing from anywhere.

    Args:
        path: file to write.
        title: title of the page.
        figures: the figures in their order.
        sweeps: table of biomarkers of each sweep, by its name in the configuration.
        metrics: metrics.json of each model, by its name.
        configuration: the resolved configuration; `sweeps.<name>` says what was run.
        provenance: versions, git commit …: what to call it and what it is, in order.
        quantities: of each sweep, what its varied quantities are, by name; scalings of currents when None.
        published: published results by name of the model, with the keys of metrics.json.
        parts: what there is to say of other studies than sweeps and emulators.
        references: what to cite, one entry each.
        findings: what a check of the results found.
        origin: where the results come from and how to get them again; nothing is said of that when None.

    Raises:
        UserError: an input cannot be read, or is not what it should be.
    """
    models = {name: read_metrics(file) for name, file in metrics.items()}
    tables = {name: read_table(file) for name, file in sweeps.items()}
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template(TEMPLATE).render(
        title=title,
        summary=[*_summary(tables, models), *(sentence for part in parts for sentence in part.opening)],
        sweeps=[
            _sweep_part(name, table, configuration, (quantities or {}).get(name, {})) for name, table in tables.items()
        ],
        models=models_table(models, published) if models else None,
        remarks=remarks(models),
        figures=[_figure(k, entry, configuration) for k, entry in enumerate(figures, start=1)],
        provenance=list(provenance.items()),
        configuration=origin.configuration
        if origin
        else yaml.safe_dump(_plain(configuration), sort_keys=False, allow_unicode=True, width=100),
        origin=origin,
        downloads={} if origin is None else _downloads(origin),
        parts=list(parts),
        references=list(references),
        checked=len(findings),
        wrong=[finding for finding in findings if not finding.ok],
    )
    write_text(path, page)


def _downloads(origin: Origin) -> dict[str, Markup]:
    """Return the files that the page offers, by name, as links that hold them."""
    files = {
        CONFIGURATION: ("application/yaml", origin.configuration),
        "origin.json": ("application/json", origin.records),
    }
    return {name: _data(media_type, text.encode()) for name, (media_type, text) in files.items()}


def _data(media_type: str, content: bytes) -> Markup:
    """Return a link that holds what it leads to."""
    return Markup(f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}")


def _figure(place: int, entry: FigureEntry, configuration: Mapping[str, Any]) -> _Figure:
    media_type = MEDIA_TYPES.get(entry.path.suffix.lower())
    if media_type is None:
        raise wrong("figure of the report", str(entry.path), f"a file ending in {' or '.join(MEDIA_TYPES)}")
    try:
        content = entry.path.read_bytes()
    except OSError as error:
        raise UserError(f"{entry.path}: the figure cannot be read ({error.strerror})") from None
    caption = read_caption(entry.caption, configuration)
    return _Figure(
        title=entry.title,
        anchor=f"figure-{place}",
        source=_data(media_type, content),
        alternative=f"{entry.title}. {first_sentence(caption[0])}",
        caption=caption,
    )


def _sweep_part(
    name: str, rows: Sequence[Row], configuration: Mapping[str, Any], quantities: Mapping[str, Quantity]
) -> _SweepPart:
    """Return what is said of a sweep: its section of the configuration in words, and its biomarkers."""
    section = configuration.get("sweeps", {}).get(name, {})
    outcome = ", ".join(f"{_count(rows, status)} {word}" for status, word in STATUS_WORDS)
    facts = [(key, describe(value)) for key, value in section.items() if isinstance(value, Mapping) and key != "beats"]
    facts.append(("settings", f"{len(rows)} in all: {outcome}"))
    if rows:
        facts += [("classes", classes(rows)), ("beats", f"counted as those of a {rows[0].counted} cell")]
    if changes := settling(rows):
        facts.append(("last beats", changes))
    return _SweepPart(name, facts, biomarkers_table(rows, quantities))


def _count(rows: Sequence[Row], status: str) -> int:
    return sum(row.status == status for row in rows)


STATUS_WORDS = (("ok", "with action potentials"), ("silent", "silent"), ("diverged", "diverged"))


def _summary(sweeps: Mapping[str, Sequence[Row]], models: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the sentences that open the page."""
    sentences = []
    for name, rows in sweeps.items():
        varied = ", ".join(rows[0].scalings) if rows else "nothing"
        sentence = (
            f"Sweep {name}: {len(rows)} settings of {varied} were simulated; "
            f"{_count(rows, 'ok')} have action potentials, {_count(rows, 'silent')} stay silent"
        )
        diverged = _count(rows, "diverged")
        sentences.append(sentence + (f", {diverged} diverged." if diverged else "."))
    # A test on simulations that were learned from tells nothing of new settings.
    scored = {
        name: values
        for name, values in models.items()
        if values.get("rmse_mV") is not None and values.get("split") != "window"
    }
    if scored:
        best = min(scored, key=lambda name: scored[name]["rmse_mV"])
        error = f"{number(scored[best]['rmse_mV'])} mV"
        sentences.append(f"Held-out traces are predicted best by the emulator {best}: RMSE {error}.")
    return sentences


def _plain(value: Any) -> Any:
    """Return a configuration of plain dicts and lists, which YAML writes without tags."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
