"""The job of the second stage of ours: which current of a cell was altered, and by what factor, from one record of it.

A few runs that are trained on stand for an experiment: their V, with noise or sampled coarsely if so asked for, and
Cai. The fit of the whole model (`gbar.gating.refine`) begins with large alterations of single currents and, of a record
without noise, with what regression (`gbar.gating.membrane`) finds; noise misleads the latter.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gbar.config.gating import CELL, MEMBRANE, SAMPLE_MS, IdentificationSection, PacedSection, RecordSection
from gbar.errors import wrong
from gbar.gating.data import Paced, open_paced, split
from gbar.gating.membrane import Record, chosen_runs, regress
from gbar.gating.refine import nearest_singles, refine_best
from gbar.jobs.job import Input, Output, job
from gbar.records.metrics import write_metrics
from gbar.records.provenance import now, provenance

# A cell counts as identified where the factors of its altered currents are this near to the true ones, and those of
# the others this near to 1.
ALTERED_WITHIN, UNALTERED_WITHIN = 0.25, 0.15


@job("gating identify", jax="float64", need="gating.needs.of_identification", progress="fitting")
def identify(
    data: Input,
    paced: PacedSection,
    settings: IdentificationSection,
    record: RecordSection,
    out: Output,
    progress: Callable[[float], None],
) -> None:
    """Find the altered current of a cell and its factor, from a record: our second stage.

    Args:
        data: runs of the cell.
        paced: what they are.
        settings: regression, fit, and length of the record.
        record: how the voltage is recorded.
        out: JSON to write: `factors`, `deviations` of their logarithms, those of the `regression`, all `fits` by
            their start, the `true` factors and how far those found are from them (`judged`).
        progress: told the fraction done, of the steps that may be taken.

    Raises:
        UserError: the data set is not of these runs, ends before the record, or too few of them follow one to one.
    """
    begun, started = now(), time.monotonic()
    cell = open_paced(data, paced)
    seen = recorded(cell, paced, settings, record)
    regression = regress(seen, settings.membrane)
    starts = list(nearest_singles(seen, settings.refine))
    if record.noise_mV == 0:
        starts = [regression.factor, *starts]
    most = len(starts) * settings.refine.trial_steps + settings.refine.iterations
    fits = refine_best(seen, settings.refine, starts, lambda step, _: progress(step / (most + 1)))
    best = fits[0]
    progress(1.0)
    factors = _named(best.factor)
    configuration = {"paced": paced.model_dump(mode="json"), "record": record.model_dump(mode="json")}
    configuration |= {"identification": settings.model_dump(mode="json", exclude={"records"})}
    report = {
        "cycle_lengths_ms": seen.cycle_length_ms.tolist(),
        "record": record.model_dump(mode="json"),
        "factors": factors,
        "deviations": _named(best.deviation),
        "regression": _named(regression.factor),
        "fits": [
            {
                "start": _named(fit.start),
                "loss": fit.loss,
                "error_mV": fit.error_mV,
                "iterations": fit.iterations,
                "factors": _named(fit.factor),
            }
            for fit in fits
        ],
        "loss": best.loss,
        "error_mV": best.error_mV,
        **judged(factors, {name: float(cell.scale[CELL.current_names.index(name)]) for name in MEMBRANE}),
        "seconds": time.monotonic() - started,
        "data_digest": cell.digest,
        "provenance": provenance(begun, configuration, on_jax=True, made_from={"data": cell.digest}).to_json(),
    }
    write_metrics(out, report)


def recorded(cell: Paced, paced: PacedSection, settings: IdentificationSection, kind: RecordSection) -> Record:
    """Return the record of a cell: some of the runs to train on, up to the end of the part that is looked at.

    Between the samples taken, voltage and calcium lie on straight lines.

    Raises:
        UserError: the runs end before the record, or too few of them follow one to one.
    """
    end = paced.first_ms + settings.settled_ms
    V, Cai = (one.astype(float) for one in cell.of(("V", "Cai"))[..., :end])
    if V.shape[1] < end:
        longest = round(paced.duration_ms / SAMPLE_MS) - paced.first_ms
        raise wrong("settled_ms", settings.settled_ms, f"at most {longest}, where the runs end")
    whole = Record(V, Cai, cell.cycle_length_ms, paced.first_ms)
    runs = chosen_runs(whole, split(paced)[0], settings.membrane)
    V, Cai = V[runs], Cai[runs]
    V += kind.noise_mV * np.random.default_rng(kind.seed).normal(size=V.shape)
    t = np.arange(end)
    taken = t[:: kind.every_ms]
    V, Cai = (np.stack([np.interp(t, taken, run[taken]) for run in observed]) for observed in (V, Cai))
    return Record(V, Cai, cell.cycle_length_ms[runs], paced.first_ms, kind.noise_mV, kind.every_ms)


def judged(factors: Mapping[str, float], true: Mapping[str, float]) -> dict[str, Any]:
    """Return how far factors are from the true ones, and whether the altered currents are identified.

    They are where they changed most, by the logarithm of the factor, where each is right within `ALTERED_WITHIN`, and
    where no other current moved by more than `UNALTERED_WITHIN`.
    """
    altered = [name for name in true if true[name] != 1]
    found_largest = sorted(factors, key=lambda name: -abs(np.log(factors[name])))[: len(altered)]
    error = {name: factors[name] / true[name] - 1 for name in true}
    worst_altered = max(altered, key=lambda name: abs(error[name]), default=None)
    worst_unaltered = max((name for name in true if name not in altered), key=lambda name: abs(error[name]))
    return {
        "true": dict(true),
        "altered": altered,
        "found_largest": found_largest,
        "factor_error": error,
        "worst_altered": worst_altered and {"name": worst_altered, "error": error[worst_altered]},
        "worst_unaltered": {"name": worst_unaltered, "error": error[worst_unaltered]},
        "identified": set(found_largest) == set(altered)
        and all(abs(error[name]) <= ALTERED_WITHIN for name in altered)
        and abs(error[worst_unaltered]) <= UNALTERED_WITHIN,
    }


def _named(values: np.ndarray) -> dict[str, float]:
    return dict(zip(MEMBRANE, values.tolist(), strict=True))
