"""The job that judges the published second stage: does a layer of gates, trained again, show what was altered?

A layer was trained again on the altered cell for each eta, and one on the unaltered cell, which shows what retraining
alone does. Judged on validation runs, between both: the charges of currents, how far the gates drift from those of the
first stage, and what the cell does when it is driven by the layer.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gbar.config.gating import SHOWN_MS, PacedSection, ShownSection
from gbar.errors import UserError
from gbar.gating.beats import held_out_runs, spread
from gbar.gating.closed_loop import Loop, loop_beside
from gbar.gating.currents import (
    CURRENTS,
    RANKED,
    charges,
    currents_under,
    factors_of,
    gates_told,
    own_currents,
    recorded,
)
from gbar.gating.curves import Kinetics, cells_own, clamp_voltages_mV, kinetics_of, on_clamps
from gbar.gating.data import CELL, GATES, Paced, open_paced
from gbar.gating.networks import Layers, Learnt, load_layers, load_network
from gbar.gating.retraining import with_layer
from gbar.gating.theory import settled
from gbar.jobs.job import Above0, Input, Output, job
from gbar.nets.gating import GatingNetwork
from gbar.records.files import whole
from gbar.records.metrics import write_metrics

LOOPED_RUNS = 6  # of those held out, at most


@dataclass(frozen=True)
class Side:
    """One cell, and the layers that were trained again on it."""

    runs: Paced
    layers: Layers


@job("gating judge-retrained", jax="float64", need="gating.needs.of_closed_loop")
def judge_retrained(
    model: Input,
    control_layers: Input,
    altered_layers: Input,
    control: Input,
    altered: Input,
    paced: PacedSection,
    shown: ShownSection,
    eta: Above0,
    scores: Output,
    traces: Output,
) -> None:
    """Judge what the published second stage tells of an altered cell.

    Args:
        model: folder of the network.
        control_layers: layers trained again on the unaltered cell.
        altered_layers: layers trained again on the altered cell.
        control: runs of the unaltered cell.
        altered: runs of the altered cell.
        paced: what they are.
        shown: cycle lengths of currents and closed loop.
        eta: the layer of the nearest eta is shown.
        scores: to write. `charge_ratio` is the charge of the altered cell by the layer that was trained on it, over
            that of the unaltered cell by its own; `drift` the mean distance of normalised gates from the first stage's;
            each by eta, over the cycle lengths `held_out_ms`. An APD90 that is undefined is null.
        traces: to write, .npz: currents, voltages in closed loop and gate curves of the eta shown.

    Raises:
        UserError: layers do not belong to this network and data, or no validation run is left to judge on.
    """
    learnt = load_network(model)
    cells = [open_paced(path, paced) for path in (control, altered)]
    trained = (control_layers, altered_layers)
    layers = [load_layers(path, learnt, cell.digest) for path, cell in zip(trained, cells, strict=True)]
    etas = layers[0].card.etas
    if layers[1].card.etas != etas:
        raise UserError(f"{altered_layers}: its etas are not those of {control_layers}; train both again")
    sides = [Side(cell, one) for cell, one in zip(cells, layers, strict=True)]
    held_out = held_out_runs(cells[0], cells[1], paced)
    if not len(held_out):
        raise UserError(f"{altered}: follows the stimulus one to one in no validation run, so that none can be judged")

    found = [_charges_and_drifts(side, learnt, held_out, paced) for side in sides]
    ratio = found[1][0] / found[0][0]
    true_control, true_altered = (_true_charges(cell, held_out, paced) for cell in cells)
    k = int(np.abs(np.array(etas) - eta).argmin())
    networks = [with_layer(learnt.network, side.layers.layers, k) for side in sides]
    kinetics = [kinetics_of(network, learnt.normalisation, learnt.stimulus) for network in (learnt.network, *networks)]
    looped = np.append(cells[0].nearest_run(shown.altered_ms), spread(held_out, LOOPED_RUNS))
    loop = loop_beside(kinetics[2], cells, looped.tolist(), paced)

    with whole(traces) as made, made.open("wb") as file:
        arrays = (
            _currents_shown(sides, networks, learnt, shown, paced) | _loop_shown(loop) | _curves_shown(kinetics, cells)
        )
        np.savez(file, **arrays)
    report = {
        "altered": [name for name, factor in factors_of(cells[1]).items() if factor != 1],
        "etas": etas,
        "held_out_ms": cells[0].cycle_length_ms[held_out].tolist(),
        "currents": list(CURRENTS),
        "charge_ratio": dict(zip(CURRENTS, ratio.T.tolist(), strict=True)),
        "charge_ratio_true": dict(zip(CURRENTS, (true_altered / true_control).tolist(), strict=True)),
        "ranked": list(RANKED),
        "drift_control": found[0][1].tolist(),
        "drift": found[1][1].tolist(),
        "shown_eta": etas[k],
        "shown": {"closed_loop": _loop_scores(loop, "apd90_altered_ms")[0]},
        "held_out_apd90": _loop_scores(loop, "apd90_cell_ms")[1:],
    }
    write_metrics(scores, report, [traces])


def _charges_and_drifts(
    side: Side, learnt: Learnt, held_out: np.ndarray, paced: PacedSection
) -> tuple[np.ndarray, np.ndarray]:
    """Return the charges by each layer, (eta, current), and the drifts of its gates, (eta)."""
    states = recorded(side.runs, held_out, paced)
    kept = settled(states.shape[-1])
    known = gates_told(learnt.network, learnt, side.runs, held_out, paced)
    charge, drift = [], []
    for k in range(len(side.layers.card.etas)):
        gates = gates_told(with_layer(learnt.network, side.layers.layers, k), learnt, side.runs, held_out, paced)
        charge.append(charges(currents_under(states, gates, learnt.normalisation), kept))
        drift.append(np.abs(gates - known)[..., kept].mean(dtype=float))
    return np.stack(charge), np.stack(drift)


def _true_charges(cell: Paced, held_out: np.ndarray, paced: PacedSection) -> np.ndarray:
    states = recorded(cell, held_out, paced)
    return charges(own_currents(states, factors_of(cell)), settled(states.shape[-1]))


def _currents_shown(
    sides: list[Side], networks: list[GatingNetwork], learnt: Learnt, shown: ShownSection, paced: PacedSection
) -> dict[str, Any]:
    """Return voltages and currents of both cells at one cycle length, the last samples of what is learnt from."""
    runs = sides[0].runs
    run = np.array([runs.nearest_run(shown.currents_ms)])
    t_ms = paced.first_ms + 1 + np.arange(paced.slices - 1)
    kept = slice(max(settled(len(t_ms)).start, len(t_ms) - SHOWN_MS), None)
    arrays: dict[str, Any] = {
        "time_ms": t_ms[kept],
        "cycle_length_ms": runs.cycle_length_ms[run[0]],
        "current": CURRENTS,
    }
    for name, side, network in zip(("control", "altered"), sides, networks, strict=True):
        states = recorded(side.runs, run, paced)
        gates = gates_told(network, learnt, side.runs, run, paced)
        arrays |= {
            f"V_{name}_mV": states[CELL.state_names.index("V"), 0, kept],
            f"cell_{name}": own_currents(states, factors_of(side.runs))[:, 0, kept],
            f"network_{name}": currents_under(states, gates, learnt.normalisation)[:, 0, kept],
        }
    return arrays


def _loop_shown(loop: Loop) -> dict[str, Any]:
    """Return the first run in closed loop, beside both cells."""
    return {
        "loop_cycle_length_ms": loop.cycle_length_ms[0],
        "loop_time_ms": loop.time_ms,
        "loop_V_mV": loop.V_mV[0],
        "loop_V_control_mV": loop.cells_V_mV[0, 0],
        "loop_V_altered_mV": loop.cells_V_mV[1, 0],
    }


def _loop_scores(loop: Loop, altered_key: str) -> list[dict[str, float]]:
    return [
        {"cycle_length_ms": cycle, "apd90_ms": found, "apd90_control_ms": control, altered_key: altered}
        for cycle, found, control, altered in zip(
            loop.cycle_length_ms.tolist(), loop.apd90_ms.tolist(), *loop.cells_apd90_ms.tolist(), strict=True
        )
    ]


def _curves_shown(kinetics: list[Kinetics], cells: list[Paced]) -> dict[str, Any]:
    """Return gate curves of the first stage and of both layers, and the cell's own, on the control's clamps."""
    arrays: dict[str, Any] = {"clamp_mV": clamp_voltages_mV(cells[0]), "gate": GATES}
    for name, one in zip(("theory", "control", "altered"), kinetics, strict=True):
        arrays[f"x_inf_{name}"], arrays[f"tau_{name}_ms"] = on_clamps(one, cells[0])
    arrays["x_inf_cell"], arrays["tau_cell_ms"] = on_clamps(cells_own, cells[0])
    return arrays
