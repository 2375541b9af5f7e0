"""The report of a study: which figures, which cells to cite, which provenance."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gbar.cells import hodgkinhuxley1952
from gbar.config.gating import CELL
from gbar.config.study import Study
from gbar.figures.registry import kind_of, title_of
from gbar.jobs.job import Folder, Output, PathInput, job
from gbar.records.provenance import now, provenance
from gbar.report import gating as gating_report
from gbar.report import subthreshold as subthreshold_report
from gbar.report.drugs import drugs_part
from gbar.report.gating import GatingFiles, gating_part
from gbar.report.inverters import accuracy_table, inverters_part, recordings_table, scan_table
from gbar.report.origin import origin
from gbar.report.page import FigureEntry, write_report
from gbar.report.populations import populations_part
from gbar.report.risk import risk_part
from gbar.report.subthreshold import filters_part
from gbar.report.tables import Part, Table
from gbar.report.verify import verify_figure
from gbar.report.verify_drugs import verify_labels
from gbar.report.verify_networks import verify_evaluation, verify_model
from gbar.report.verify_studies import verify_gating
from gbar.report.verify_sweeps import verify_sweep
from gbar.stimuli.rows import gain_of
from gbar.sweeps.design import solver_meaning
from gbar.sweeps.quantities import quantities

# The DLSTM study's own text (2022): test MSE of three cascaded LSTM layers; its table of APD errors is not public.
PUBLISHED = {"dlstm2": {"epochs": 923}, "dlstm3": {"mse_mV2": 14.803, "epochs": 834}}

NONE: Mapping[str, Path] = MappingProxyType({})


@job("report")
def report_study(
    out: Output,
    settings: Study,
    figures: Sequence[PathInput],
    captions: Folder,
    sweeps: Mapping[str, PathInput] = NONE,
    populations: Mapping[str, PathInput] = NONE,
    shares: Mapping[str, PathInput] = NONE,
    risks: Mapping[str, PathInput] = NONE,
    metrics: Mapping[str, PathInput] = NONE,
    inverters: Mapping[str, PathInput] = NONE,
    recordings: Mapping[str, PathInput] = NONE,
    filters: Mapping[str, PathInput] = NONE,
    baselines: Mapping[str, PathInput] = NONE,
    gating_networks: Mapping[str, PathInput] = NONE,
    gating_published: Mapping[str, PathInput] = NONE,
    gating_identified: Mapping[str, PathInput] = NONE,
    gating_held_out: Mapping[str, PathInput] = NONE,
) -> None:
    """Write the report, one self-contained HTML page.

    Data sets and models beside the files are checked.

    Args:
        out: page to write, .html.
        settings: the whole configuration.
        figures: figures, .svg, in their order, named as in `gbar.figures.registry`.
        captions: folder of the figures' captions, .rst.
        sweeps: biomarkers of each sweep, NAME=biomarkers.csv.
        populations: what each calibration came to, NAME=metrics.json.
        shares: abnormal rows of each sweep of drugs, NAME=shares.csv.
        risks: how well drugs are classed, NAME=metrics.json.
        metrics: scores of each model, NAME=metrics.json.
        inverters: scores of each inverter, NAME=metrics.json.
        recordings: answer to each recording, NAME=FILE.json.
        filters: scores of each subthreshold filter, NAME=metrics.json.
        baselines: scores of each linear filter, NAME=metrics.json.
        gating_networks: scores of each network of gates, NAME=metrics.json.
        gating_published: scores of the published second stage, CELL=FILE.json.
        gating_identified: factors found from each record, CELL/RECORD=FILE.json.
        gating_held_out: scores of the factors found on held-out cycle lengths, CELL=FILE.json.
    """
    study, files = settings, (gating_networks, gating_published, gating_identified, gating_held_out)
    gating = GatingFiles(*files) if gating_networks else None
    start, configuration = now(), study.model_dump(mode="json")
    findings = [finding for table in sweeps.values() for finding in verify_sweep(table.parent, thorough=False)]
    for table in shares.values():
        findings += verify_labels(table.with_name("labels.csv"))
    for found in (*populations.values(), *risks.values()):
        findings += verify_evaluation(found)
    for scores in metrics.values():
        findings.append(verify_model(scores.parent / "model", scores.parents[1] / "windows.zarr"))
        findings += verify_evaluation(scores)
    for scores in inverters.values():
        findings.append(verify_model(scores.parent / "model", scores.parent / "traces.zarr"))
        findings += verify_evaluation(scores)
    for scores in filters.values():
        findings.append(verify_model(scores.parent / "model", scores.parents[2] / "currents.zarr"))
    for scores in (*filters.values(), *baselines.values()):
        findings += verify_evaluation(scores)
    if gating is not None:
        findings += verify_gating(gating.folder)
    findings += map(verify_figure, figures)
    used = {cell.name: cell for cell in (sweep.cell.cell() for sweep in study.sweeps.values())}
    references = dict.fromkeys(cell.reference for cell in used.values())
    if study.subthreshold is not None:
        references |= dict.fromkeys((hodgkinhuxley1952.REFERENCE, subthreshold_report.REFERENCE))
    if study.gating is not None:
        references |= dict.fromkeys((CELL.reference, gating_report.REFERENCE))
    record = provenance(start, configuration)
    versions = dict(record.versions)
    write_report(
        out,
        title=study.report.title,
        figures=[_entry(figure, Path(captions)) for figure in figures],
        sweeps=sweeps,
        metrics=metrics,
        configuration=_resolved(study),
        provenance={
            "gbar": f"{versions.pop('gbar')}, commit {record.source}",
            "library": f"SHA-256 {record.library}",
            "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        },
        origin=origin(
            study,
            record,
            sweeps={name: table.parent for name, table in sweeps.items()},
            models={
                name: scores.parent / "model"
                for name, scores in (*metrics.items(), *inverters.items(), *filters.items())
            }
            | (gating.models if gating else {}),
            data=_data_sets(inverters, filters, gating),
            fits=gating.identified if gating else NONE,
        ),
        quantities={name: quantities(sweep) for name, sweep in study.sweeps.items()},
        published=PUBLISHED,
        parts=[
            *_drugs(study, populations, shares, risks),
            *_parts(study, inverters, recordings, filters, baselines, gating),
        ],
        findings=findings,
        references=[
            *references,
            "The gbar authors. gbar: from ion-channel conductances to action potentials and back. See CITATION.cff.",
        ],
    )


def _drugs(
    study: Study, populations: Mapping[str, Path], shares: Mapping[str, Path], risks: Mapping[str, Path]
) -> list[Part]:
    parts = [populations_part(populations, study.calibrate)] if populations else []
    parts += [drugs_part(shares)] if shares else []
    return parts + ([risk_part(risks)] if risks else [])


def _parts(
    study: Study,
    inverters: Mapping[str, Path],
    recordings: Mapping[str, Path],
    filters: Mapping[str, Path],
    baselines: Mapping[str, Path],
    gating: GatingFiles | None,
) -> list[Part]:
    parts = [inverters_part(_tables(study, inverters, recordings))] if inverters else []
    if study.subthreshold is not None:
        parts.append(filters_part(study.subthreshold, filters, baselines))
    if study.gating is not None and gating is not None:
        parts.append(gating_part(study.gating, gating))
    return parts


def _tables(study: Study, inverters: Mapping[str, Path], recordings: Mapping[str, Path]) -> list[Table]:
    """Return the tables of the inverters: accuracy, the best of the scan, what they say of recordings."""
    tables = []
    for name, scores in inverters.items():
        tables.append(accuracy_table(name, scores, scores.with_name("predictions.npz")))
        if study.invert[name].scan is not None:
            tables.append(scan_table(name, scores.with_name("scan.csv")))
        answers = {key: path for key, path in recordings.items() if study.recordings[key].inverter == name}
        if answers:
            tables.append(recordings_table(name, answers))
    return tables


def _data_sets(
    inverters: Mapping[str, Path], filters: Mapping[str, Path], gating: GatingFiles | None
) -> dict[str, Path]:
    """Return the data sets that are no store of a sweep, by what they hold."""
    data = {f"traces of inverter {name}": scores.with_name("traces.zarr") for name, scores in inverters.items()}
    for scores in filters.values():
        data["currents of the filters"] = scores.parents[2] / "currents.zarr"
    return data | (gating.paced if gating else {})


def _entry(figure: Path, captions: Path) -> FigureEntry:
    return FigureEntry(figure, title_of(figure.stem), captions / f"{kind_of(figure.stem)}.rst")


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
