"""The job that judges a network of the first stage."""

from collections.abc import Sequence

import numpy as np

from gbar.config.gating import PacedSection
from gbar.errors import UserError
from gbar.gating.closed_loop import loop_beside
from gbar.gating.curves import cells_own, clamp_voltages_mV, kinetics_of, on_clamps
from gbar.gating.data import GATES, OTHERS, open_paced, slices, split
from gbar.gating.networks import load_network
from gbar.gating.theory import errors, inputs
from gbar.jobs.job import Above0, Input, Output, job
from gbar.records.files import whole
from gbar.records.metrics import write_metrics


@job("gating test-network", jax="float64", need="gating.needs.of_closed_loop")
def judge_network(
    model: Input,
    data: Input,
    paced: PacedSection,
    closed_loop_ms: Sequence[Above0],
    metrics: Output,
    traces: Output,
) -> None:
    """Judge a network on runs it has not seen, and in the cell.

    Args:
        model: folder of the network.
        data: runs of the cell it was trained on.
        paced: what they are.
        closed_loop_ms: cycle lengths at which it drives the cell; of those solved, the nearest are taken.
        metrics: to write: errors of gates and other states on the validation runs, normalised, and APD90 of the closed
            loop beside that of the cell; null where a beat does not come or does not repolarise.
        traces: to write, .npz: `V_mV` of the closed loop and `V_cell_mV` (cycle_length_ms, time_ms); curves `x_inf` and
            `tau_ms` (gate, clamp_mV) of the network and, `…_cell…`, of the cell itself.

    Raises:
        UserError: there is no such network or data set, or it was not trained on these.
    """
    learnt, control = load_network(model), open_paced(data, paced)
    if learnt.card.data_digest != control.digest:
        raise UserError(f"{model}: was trained on other data than {data}; name those, or train it again")
    validation = split(paced)[1]
    normalisation = learnt.normalisation
    x = inputs(control, normalisation, paced, learnt.stimulus)[:, validation]
    y = slices(control, (*GATES, *OTHERS), normalisation, paced)[:, validation]
    rmse = errors(learnt.network, x, y)
    worst = max(GATES, key=lambda name: rmse[name])

    kinetics = kinetics_of(learnt.network, normalisation, learnt.stimulus)
    loop = loop_beside(kinetics, [control], [control.nearest_run(one) for one in closed_loop_ms], paced)
    x_inf, tau_ms = on_clamps(kinetics, control)
    x_inf_cell, tau_cell_ms = on_clamps(cells_own, control)
    with whole(traces) as made, made.open("wb") as file:
        np.savez(
            file,
            cycle_length_ms=loop.cycle_length_ms,
            time_ms=loop.time_ms,
            V_mV=loop.V_mV,
            V_cell_mV=loop.cells_V_mV[0],
            clamp_mV=clamp_voltages_mV(control),
            gate=GATES,
            x_inf=x_inf,
            tau_ms=tau_ms,
            x_inf_cell=x_inf_cell,
            tau_cell_ms=tau_cell_ms,
        )
    training = learnt.card.training
    report = {
        "parameters": training["parameters"],
        "epochs": training["epochs_done"],
        "training_s": training["seconds"],
        "stimulus": learnt.stimulus,
        "rmse": rmse,
        "worst_gate": worst,
        "worst_gate_rmse": rmse[worst],
        "closed_loop": [
            {
                "cycle_length_ms": cycle,
                "apd90_ms": found,
                "apd90_cell_ms": own,
                "error_percent": 100 * (found / own - 1),
            }
            for cycle, found, own in zip(
                loop.cycle_length_ms.tolist(), loop.apd90_ms.tolist(), loop.cells_apd90_ms[0].tolist(), strict=True
            )
        ],
    }
    write_metrics(metrics, report, [traces])
