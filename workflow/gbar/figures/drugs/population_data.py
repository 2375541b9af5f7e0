"""What the figure of a population shows, read from its calibration and the biomarkers of its candidates."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gbar.drugs.calibrate import read_candidates
from gbar.errors import UserError
from gbar.figures.drugs.population import Calibrated, Population
from gbar.figures.labels import measured
from gbar.figures.style import plain
from gbar.records.files import read_csv
from gbar.records.metrics import read_metrics

STATUS = "status"


def read_population(metrics: str | Path, rejections: str | Path, biomarkers: Sequence[str | Path]) -> Population:
    """Read the biomarkers of candidates and of accepted ones, with their ranges.

    Args:
        metrics: metrics.json of a calibration.
        rejections: its rejections.csv.
        biomarkers: biomarkers.csv under each of its protocols, in the order of metrics.json.

    Raises:
        UserError: a file cannot be read, or lacks something.
    """
    values = read_metrics(metrics)
    rejected = {line[0] for line in read_csv(rejections)[1]}
    try:
        ranges, by, counts = values["ranges"], values["rejected_by"], (values["accepted"], values["candidates"])
        held = [read_candidates(path) for path in biomarkers]
        is_accepted = {own: identity not in rejected for own, identity in held[0].ids.items()}
        found = []
        for (sweep, own), candidates in zip(ranges.items(), held, strict=True):
            for name, (low, high) in own.items():
                words, unit = measured(name)
                known = {
                    one: float(candidates.cells[one][name])
                    for one in is_accepted
                    if candidates.cells[one][STATUS] == "ok" and candidates.cells[one][name]
                }
                all_of, accepted = (
                    np.array([value for one, value in known.items() if is_accepted[one] or not only])
                    for only in (False, True)
                )
                protocol = sweep if len(ranges) > 1 else ""
                found.append(Calibrated(words, protocol, unit, all_of, accepted, low, high, by[f"{sweep}.{name}"]))
        silent = sum(by[f"{sweep}.{STATUS}"] for sweep in ranges)
    except (KeyError, ValueError) as error:
        raise UserError(f"{metrics}: does not fit {', '.join(map(str, biomarkers))} ({error}); make it again") from None
    most = max(found, key=lambda one: one.rejected)
    title = f"{plain(counts[0])} of {plain(counts[1])} candidates are accepted"
    if most.rejected:
        under = f" under {most.protocol}" if most.protocol else ""
        title += f"; {most.name}{under} rejects the most, {plain(most.rejected)}"
    if silent:
        title += f"; {plain(silent)} without a beat, or not solved"
    return Population(found, title)
