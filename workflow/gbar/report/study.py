"""The report of a study: which figures, which cells to cite, which provenance."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gbar.config.study import Study
from gbar.provenance import commit, machine, versions
from gbar.quantities import quantities
from gbar.report.page import FigureEntry, write_report
from gbar.stimuli.rows import gain_of
from gbar.sweep import solver_meaning
from gbar.verify import verify_model, verify_sweep

TITLES = {
    "family": "Action potentials over each scaling",
    "settings": "Beating and silent settings",
    "predictions": "Predicted and simulated action potentials",
    "errors": "Error by current and level",
    "apd": "Predicted and simulated action potential durations",
    "smoothing": "Width of the smoothing",
    "losses": "Loss over training",
    "learning": "Error against the number of settings",
    "spread": "Spread of an ensemble against its error",
}
# The DLSTM study's own text (2022): test MSE of three cascaded LSTM layers; its table of APD errors is not public.
PUBLISHED = {"dlstm2": {"epochs": 923}, "dlstm3": {"mse_mV2": 14.803, "epochs": 834}}


def report_study(
    out: str | Path,
    study: Study,
    *,
    figures: Sequence[Path],
    captions: Path,
    sweeps: Mapping[str, Path],
    metrics: Mapping[str, Path],
) -> None:
    """Write the report of a study.

    Args:
        out: page to write.
        study: the configuration.
        figures: the figures in their order, each named as its caption; those of traces are traces_SWEEP.
        captions: folder of the captions.
        sweeps: biomarkers of each sweep, by name; design, blocks and store beside them are checked.
        metrics: scores of each model, by name; the model beside them is checked.
    """
    findings = [finding for table in sweeps.values() for finding in verify_sweep(table.parent, thorough=False)]
    findings += [verify_model(scores.parent / "model") for scores in metrics.values()]
    used = {sweep.cell.name: sweep.cell.cell() for sweep in study.sweeps.values()}
    found = versions()
    write_report(
        out,
        title=study.report.title,
        figures=[_entry(figure, captions) for figure in figures],
        sweeps=sweeps,
        metrics=metrics,
        configuration=_resolved(study),
        provenance={
            "written": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "gbar": f"{found.pop('gbar')}, commit {commit()}",
            "machine": machine(),
            "versions": ", ".join(f"{name} {version}" for name, version in found.items()),
        },
        quantities={name: quantities(sweep) for name, sweep in study.sweeps.items()},
        published=PUBLISHED,
        findings=findings,
        references=[
            *(cell.reference for cell in used.values()),
            "The gbar authors. gbar: from ion-channel conductances to action potentials and back. See CITATION.cff.",
        ],
    )


def _entry(figure: Path, captions: Path) -> FigureEntry:
    sweep = figure.stem.removeprefix("traces_")
    if sweep != figure.stem:
        return FigureEntry(figure, f"Traces of sweep {sweep}", captions / "traces.rst")
    return FigureEntry(figure, TITLES.get(figure.stem, figure.stem), captions / f"{figure.stem}.rst")


def _resolved(study: Study) -> dict[str, Any]:
    """Return the configuration with what it leaves to the cells: what drives each and how it is solved."""
    configuration = study.model_dump(mode="json")
    for name, sweep in study.sweeps.items():
        cell = sweep.cell.cell()
        section = sweep.protocol.stimulus_of(cell)
        gain = {} if section.kind == "none" else {"gain": gain_of(section, cell.stimulus)}
        configuration["sweeps"][name]["protocol"]["stimulus"] = section.model_dump(mode="json") | gain
        configuration["sweeps"][name]["solver"] = solver_meaning(sweep)
    return configuration
