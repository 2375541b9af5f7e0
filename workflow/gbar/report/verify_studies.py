"""The results of the subthreshold and the gating study checked."""

from collections.abc import Iterator
from pathlib import Path

from gbar.cells.altered import read_altered
from gbar.config.gating import CONTROL
from gbar.errors import UserError
from gbar.report.findings import Finding, fault, without_path
from gbar.report.verify_networks import verify_evaluation, verify_model


def verify_subthreshold(folder: Path) -> Iterator[Finding]:
    """Yield what there is to say of the subthreshold study: its data set, filters and scores."""
    from gbar.subthreshold.dataset import open_currents  # it imports JAX

    currents = folder / "currents.zarr"
    try:
        data = open_currents(currents)
        yield Finding(currents, f"{len(data.training.V_mV) + len(data.validation.V_mV)} paths as solved")
    except UserError as error:
        yield fault(currents, without_path(currents, error))
    for model in sorted(folder.glob("filters/*/model")):
        yield verify_model(model, currents)
        yield from verify_evaluation(model.parent / "metrics.json")
    for metrics in sorted(folder.glob("baselines/*/metrics.json")):
        yield from verify_evaluation(metrics)


def verify_gating(folder: Path) -> Iterator[Finding]:
    """Yield what there is to say of the gating study: its data sets, networks, and what was found of altered cells."""
    from gbar.gating.data import open_paced  # it imports JAX

    for paced in sorted(folder.glob("paced/*.zarr")):
        try:
            yield Finding(paced, f"{len(open_paced(paced).cycle_length_ms)} cycle lengths as solved")
        except UserError as error:
            yield fault(paced, without_path(paced, error))
    for cell, models in ((CONTROL, "networks/*/model"), (None, "retrained/*/model")):
        for model in sorted(folder.glob(models)):
            yield verify_model(model, folder / f"paced/{cell or model.parent.name}.zarr")
    for results in ("networks/*/metrics", "published/*", "identified/*/*", "held_out/*"):
        for result in sorted(folder.glob(f"{results}.json")):
            yield from verify_evaluation(result)
    for variant in sorted(folder.glob("variants/*.json")):
        try:
            yield Finding(variant, f"{len(read_altered(variant).scales)} factors as found")
        except UserError as error:
            yield fault(variant, without_path(variant, error))
