"""A folder of results checked: designs, blocks, stores, tables, drugs, data sets, models, scores, figures.

Each is compared with its own digest and with what it was made from. What is wrong is told with what to delete: the next
run of Snakemake makes it again, and what follows from it.
"""

from collections.abc import Iterator
from pathlib import Path

from gbar.errors import UserError
from gbar.figures.seal import is_intact
from gbar.report.findings import EDITED, Finding, fault
from gbar.report.verify_drugs import verify_drugs
from gbar.report.verify_networks import verify_evaluation, verify_inverter, verify_model, verify_windows
from gbar.report.verify_studies import verify_gating, verify_subthreshold
from gbar.report.verify_sweeps import verify_sweep
from gbar.sweeps.design_files import DESCRIPTION

SUBTHRESHOLD, GATING = "subthreshold", "gating"  # folders of these studies


def verify_results(folder: str | Path, thorough: bool = True) -> Iterator[Finding]:
    """Yield what there is to say of each thing in a results folder: from designs and blocks to scores and figures.

    Args:
        folder: results folder of a study.
        thorough: whether blocks and voltages are read; without, every file must be there, and ids, values, statuses
            and models be as they were written.

    Raises:
        UserError: it is no results folder.
    """
    sweeps = sorted({path.parent for made in (DESCRIPTION, "plans") for path in Path(folder).glob(f"sweeps/*/{made}")})
    subthreshold, gating = Path(folder) / SUBTHRESHOLD, Path(folder) / GATING
    if not (sweeps or subthreshold.exists() or gating.exists()):
        raise UserError(
            f"{folder}: is no results folder, which has sweeps/NAME/{DESCRIPTION}, {SUBTHRESHOLD} or {GATING}, and no"
            " store"
        )
    for sweep in sweeps:
        yield from verify_sweep(sweep, thorough)
    yield from verify_drugs(Path(folder))
    if (windows := Path(folder) / "emulate/windows.zarr").exists():
        yield verify_windows(windows)
    for model in sorted(Path(folder).glob("emulate/*/model")):
        yield verify_model(model, windows)
        yield from verify_evaluation(model.parent / "metrics.json")
    for inverter in sorted(path.parent for path in Path(folder).glob("invert/*/traces.zarr")):
        yield from verify_inverter(inverter, thorough)
    for answer in sorted(Path(folder).glob("recordings/*.json")):
        yield from verify_evaluation(answer)
    if subthreshold.exists():
        yield from verify_subthreshold(subthreshold)
    if gating.exists():
        yield from verify_gating(gating)
    for figure in sorted(file for kind in ("svg", "png") for file in Path(folder).glob(f"figures/*.{kind}")):
        yield verify_figure(figure)


def verify_figure(path: Path) -> Finding:
    """Return what there is to say of the file of a figure: its content against its seal."""
    if not is_intact(path):
        return fault(path, f"{EDITED}; delete it and run Snakemake again")
    return Finding(path, "as drawn")
