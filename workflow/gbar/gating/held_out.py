"""The job that judges the second stage of ours: a cell with the factors found, at cycle lengths it was not found from.

Judged on the validation runs in which the altered cell and the unaltered one follow one to one, as the published second
stage is.
"""

from collections.abc import Callable

import numpy as np

from gbar.config.gating import CELL, SHOWN_MS, PacedSection, ShownSection
from gbar.errors import UserError
from gbar.gating.beats import apd90_ms, held_out_runs, spread
from gbar.gating.closed_loop import LONGEST_MS, MEASURED_MS
from gbar.gating.currents import CURRENTS, charges, factors_of, own_currents
from gbar.gating.data import open_paced, states_of
from gbar.gating.published import LOOPED_RUNS
from gbar.gating.theory import settled
from gbar.gating.variant import factors_in
from gbar.jobs.job import Input, Output, job
from gbar.records.files import whole
from gbar.records.metrics import read_metrics, write_metrics
from gbar.records.provenance import now, provenance


@job("gating judge-identified", jax="float64", need="gating.needs.of_held_out", progress="simulating")
def judge_identified(
    control: Input,
    altered: Input,
    identified: Input,
    paced: PacedSection,
    shown: ShownSection,
    scores: Output,
    traces: Output,
    progress: Callable[[float], None],
) -> None:
    """Judge a cell as identified at other cycle lengths.

    Args:
        control: runs of the unaltered cell.
        altered: runs of the altered cell.
        identified: factors found of it.
        paced: what the runs are.
        shown: cycle length of the currents.
        scores: to write, over the cycle lengths `held_out_ms`: charge of each current over that of the unaltered cell,
            as found and in truth; root mean squared difference of the voltage from that of the altered cell, of the
            cell as found and of the unaltered one; APD90 of all three, at some of these lengths, null where undefined.
        traces: to write, .npz: voltage and currents of the cell as found, at the cycle length shown.
        progress: told the fraction done.

    Raises:
        UserError: a file is not what it must be, the factors were found of another cell, or no validation run is left
            to judge on.
    """
    begun = now()
    cells = open_paced(control, paced), open_paced(altered, paced)
    found = read_metrics(identified, sealed=True)
    if found.get("data_digest") != cells[1].digest:
        raise UserError(f"{identified}: was not found of {altered}; identify that cell again")
    factors = factors_in(identified)
    held_out = held_out_runs(*cells, paced)
    if not len(held_out):
        raise UserError(f"{altered}: follows the stimulus one to one in no validation run, so that none can be judged")

    # One run more, to show, which may be none of them.
    numbers = np.append(held_out, cells[0].nearest_run(shown.currents_ms))
    cycle_ms = cells[0].cycle_length_ms[numbers]
    states = [cell.paced[:, numbers] for cell in cells]
    states.append(states_of(cycle_ms, factors, paced.duration_ms, progress))
    of_control, of_altered, of_found = (one[CELL.state_names.index("V"), :-1] for one in states)

    learnt = slice(paced.first_ms + 1, paced.first_ms + paced.slices)
    kept = settled(paced.slices - 1)
    scales = [*(factors_of(cell) for cell in cells), factors]
    charge = [
        charges(own_currents(one[:, :-1, learnt], scale), kept) for one, scale in zip(states, scales, strict=True)
    ]
    report = {
        "held_out_ms": cycle_ms[:-1].tolist(),
        "currents": list(CURRENTS),
        "charge_ratio": dict(zip(CURRENTS, (charge[2] / charge[0]).tolist(), strict=True)),
        "charge_ratio_true": dict(zip(CURRENTS, (charge[1] / charge[0]).tolist(), strict=True)),
        "held_out_apd90": _apd90(cycle_ms[:-1], of_control, of_altered, of_found),
        "V_rmse_mV": _rmse(of_found[:, learnt], of_altered[:, learnt]),
        "V_rmse_control_mV": _rmse(of_control[:, learnt], of_altered[:, learnt]),
        "provenance": provenance(
            begun,
            {"paced": paced.model_dump(mode="json"), "shown": shown.model_dump(mode="json")},
            on_jax=True,
            made_from={"control": cells[0].digest, "altered": cells[1].digest},
        ).to_json(),
    }
    last = states[2][:, -1, max(learnt.start + kept.start, learnt.stop - SHOWN_MS) : learnt.stop]
    with whole(traces) as made, made.open("wb") as file:
        np.savez(
            file,
            time_ms=np.arange(learnt.stop - last.shape[-1], learnt.stop),
            cycle_length_ms=cycle_ms[-1],
            V_mV=last[CELL.state_names.index("V")],
            current=CURRENTS,
            identified_altered=own_currents(last, factors),
        )
    write_metrics(scores, report, [traces])


def _apd90(
    cycle_ms: np.ndarray, of_control: np.ndarray, of_altered: np.ndarray, of_found: np.ndarray
) -> list[dict[str, float]]:
    """Return APD90 at those cycle lengths, and in that part of the runs, at which closed loops are judged."""
    end = min(LONGEST_MS, of_found.shape[1])
    some = spread(np.arange(len(cycle_ms)), LOOPED_RUNS)
    apd = [
        apd90_ms(V[some, :end], cycle_ms[some], max(0, end - MEASURED_MS)) for V in (of_altered, of_control, of_found)
    ]
    keys = ("cycle_length_ms", "apd90_cell_ms", "apd90_control_ms", "apd90_ms")
    return [dict(zip(keys, row, strict=True)) for row in np.stack([cycle_ms[some], *apd], axis=1).tolist()]


def _rmse(found: np.ndarray, true: np.ndarray) -> float:
    """Return the root mean squared difference over all samples and runs."""
    return float(np.sqrt(np.mean((found.astype(float) - true) ** 2)))
