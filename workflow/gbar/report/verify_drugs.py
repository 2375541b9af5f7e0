"""The results of drugs and populations checked: labels, shares, classes of risk, calibrations."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gbar.drugs.labels import read_labels
from gbar.drugs.shares import shares
from gbar.errors import UserError
from gbar.report.findings import EDITED, Finding, fault, without_path
from gbar.report.verify_networks import verify_evaluation

REMEDY = "delete it and run Snakemake again"


def verify_drugs(folder: Path) -> Iterator[Finding]:
    """Yield what there is to say of drugs and populations in a results folder."""
    for labels in sorted(folder.glob("sweeps/*/labels.csv")):
        yield from verify_labels(labels)
    for metrics in sorted(file for kind in ("populations", "risk") for file in folder.glob(f"{kind}/*/metrics.json")):
        yield from verify_evaluation(metrics)


def verify_labels(path: Path) -> Iterator[Finding]:
    """Yield what there is to say of the labels of a sweep, whose rows must be its own, and of its shares."""
    biomarkers, made = path.with_name("biomarkers.csv"), path.with_name("shares.csv")
    try:
        held = read_labels(path)
        with TemporaryDirectory() as scratch:
            again = Path(scratch) / made.name
            shares(path, biomarkers, again)  # which asks for every row
            expected = again.read_bytes()
    except UserError as error:
        yield fault(path, f"{without_path(path, error)}; {REMEDY}")
        return
    yield Finding(path, f"{len(held.ids)} labels of {len(set(held.ids.tolist()))} rows")
    if not made.exists():
        yield fault(made, "is missing; run Snakemake again")
    elif made.read_bytes() != expected:
        yield fault(made, f"{EDITED.partition(' (')[0]}; {REMEDY}")
    else:
        yield Finding(made, "as counted")
