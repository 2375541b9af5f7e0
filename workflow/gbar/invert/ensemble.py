"""The golden design trained over folds and seeds, and all of these networks joined to one inverter.

Offset k of the folds tests on fold k, validates on fold k + 1 and trains on the others, so that every trace outside the
held-out rows is seen by most networks of the ensemble. What the ensemble says of itself, its errors and what it does
not know, is measured on the rows held out to calibrate, which no network has seen.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

import gbar
from gbar import nets, stimuli
from gbar.errors import UserError
from gbar.invert.calibration import calibrate, spread_of
from gbar.invert.card import InverterCard
from gbar.invert.designs.golden import read_golden
from gbar.invert.designs.members import Members, blocks_of, stack
from gbar.invert.inverter import HISTORY, NETWORKS, OUT_OF_RANGE, save_inverter
from gbar.invert.out_of_range import Familiar, detector, measures, voltage_quantiles
from gbar.invert.refining.fitting import Fitted, fit
from gbar.invert.traces import CALIBRATION, Traces, open_traces, parts
from gbar.invert.view import View
from gbar.jobs.job import Folder, Input, Output, job
from gbar.models.model_files import FOLD, FORMAT, read_model_files, write_model_files
from gbar.records.files import read_csv, whole, write_csv
from gbar.records.provenance import Provenance, now, provenance, told_by
from gbar.training.history import Log, print_line

# A network that answers the middle of every range has an MSE of 1/3. One that is hardly better has not learnt: it is
# left out, as are those whose loss ran away. The validation rows decide.
LEARNT_MSE = 0.32
FAMILIAR_TRACES = 1024  # that tell where the features and voltages of training traces lie


@job("fold", jax="float32", need="invert.needs.of_fold")
def train_fold(
    traces: Input, golden: Input, offset: int, seeds: int, checkpoints: Folder, out: Output, log: Log = print_line
) -> None:
    """Train the golden design at one offset of the folds with several seeds.

    Args:
        traces: data set.
        golden: the design.
        offset: the fold that tests.
        seeds: number of networks; their seeds differ between offsets.
        checkpoints: folder for checkpoints; taken up when a run was cut off, removed after success.
        out: folder of the networks to write.
        log: takes one line of progress.

    Raises:
        UserError: no such fold, or fewer training traces than the batch size.
    """
    start, data, chosen = now(), open_traces(traces), read_golden(golden)
    training, validation, test = parts(data, offset)
    numbers = [chosen.training.seed + offset * seeds + k for k in range(seeds)]
    fitted = fit(data, training, validation, chosen.network, chosen.training, numbers, Path(checkpoints), log)
    networks = stack(one.state for one in fitted)
    architecture, recipe = chosen.network.model_dump(mode="json"), chosen.training.model_dump(mode="json")
    members = Members(architecture, data.samples, len(data.parameters), data.settings.clip_mV, networks)
    unit = np.concatenate([members.say(V_mV)[0] for V_mV in blocks_of(data, test)], axis=1)
    test_mse = np.mean((unit - data.unit[test]) ** 2, axis=(1, 2))
    card = {
        **_described(data),
        "parameters": [asdict(one) for one in data.parameters],
        "architecture": architecture,
        "training": recipe,
        "networks": [_network(one, offset, float(mse)) for one, mse in zip(fitted, test_mse, strict=True)],
        "offset": offset,
        "metrics": {"training_traces": len(training)},
        "provenance": provenance(
            start,
            {"network": architecture, "training": recipe, "offset": offset, "seeds": seeds},
            on_jax=True,
            made_from={} if data.provenance is None else {"traces": data.provenance.to_json()},
        ).to_json(),
        "gbar_version": gbar.__version__,
        "kind": FOLD,
        "format": FORMAT,
    }
    with whole(out) as made:
        made.mkdir()
        write_csv(made / "history.csv", HISTORY, [row for one in fitted for row in _history(one, offset)])
        write_model_files(made, card, networks)
    shutil.rmtree(checkpoints, ignore_errors=True)


@job("assemble", jax="float32", need="invert.needs.of_prediction")
def assemble(folds: Sequence[Input], traces: Input, false_alarms: float, out: Output) -> None:
    """Join the networks of all folds into one inverter, calibrated on the rows held out for it.

    Args:
        folds: folders of the networks of each offset.
        traces: data set.
        false_alarms: share of the simulator's own traces that may be called out of range.
        out: inverter to write.

    Raises:
        UserError: folds that do not belong together or to the data set, no network that learnt, or too few rows held
            out to calibrate.
    """
    start, data = now(), open_traces(traces)
    cards, arrays = zip(*(read_model_files(fold, FOLD) for fold in folds), strict=True)
    common = {"data_digest": data.digest} | {key: cards[0][key] for key in ("architecture", "training")}
    for fold, card in zip(folds, cards, strict=True):
        for key, expected in common.items():
            if card[key] != expected:
                raise UserError(f"{fold}: has another {key} than the other folds or {traces}; train it again")
    networks = [network for card in cards for network in card["networks"]]
    used = np.array([network["used"] for network in networks])
    if not used.any():
        raise UserError(
            f"{out}: none of {len(networks)} networks has learnt anything (validation MSE below {LEARNT_MSE:g});"
            " train longer, on more traces, or another design"
        )
    stacked = {name: np.concatenate([one[name] for one in arrays])[used] for name in arrays[0]}
    architecture = cards[0]["architecture"]
    members = Members(architecture, data.samples, len(data.parameters), data.settings.clip_mV, stacked)

    _, features, voltages = _said_of(members, data, _some_of_the_folds(data))
    familiar = Familiar.with_traces(features, voltages)
    rows = data.rows(CALIBRATION)
    unit, features, voltages = _said_of(members, data, rows)
    told = told_by(Provenance.from_json(card["provenance"]) for card in cards)
    calibration = calibrate(unit.mean(axis=0, dtype=float) - data.unit[rows], spread_of(unit))
    found = detector(measures(unit, familiar.distances(features, voltages)), false_alarms)
    card = InverterCard(
        **_described(data),
        architecture=architecture,
        training=cards[0]["training"],
        networks=tuple(networks),
        calibration=calibration.as_json(),
        out_of_range=found.as_json(),
        metrics=_metrics(networks, architecture, data),
        provenance=provenance(start, {"false_alarms": false_alarms}, on_jax=True, made_from=told).to_json(),
    )
    beside = vars(familiar) | {"held_out": found.held_out}
    save_inverter(
        out,
        card,
        {NETWORKS + name: array for name, array in stacked.items()}
        | {OUT_OF_RANGE + name: array for name, array in beside.items()},
        [row for fold in folds for row in read_csv(Path(fold) / "history.csv")[1]],
    )


def _some_of_the_folds(data: Traces) -> np.ndarray:
    """Return rows of the folds, evenly spread."""
    rows = data.rows(*range(data.settings.folds))
    return rows[np.unique(np.linspace(0, len(rows) - 1, FAMILIAR_TRACES).astype(int))]


def _said_of(members: Members, data: Traces, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return unit parameters and features of each network, and the quantiles of the voltage, of some rows."""
    clip_mV = data.settings.clip_mV
    said = [(*members.say(V_mV), voltage_quantiles(V_mV, clip_mV)) for V_mV in blocks_of(data, rows)]
    unit, features, voltages = zip(*said, strict=True)
    return np.concatenate(unit, axis=1), np.concatenate(features, axis=1), np.concatenate(voltages)


def _described(data: Traces) -> dict[str, Any]:
    """Return what a card tells of the data set."""
    cell = data.sweep.cell.cell()
    return {
        "parameters": data.parameters,
        "samples": data.samples,
        "sample_ms": data.sample_ms,
        "window": data.settings.model_dump(mode="json"),
        "preprocessing": View.of(data.settings, data.sample_ms).preprocessing,
        "sweep": data.sweep.model_dump(mode="json"),
        "stimulus_meaning": stimuli.meaning(data.sweep.protocol.stimulus_of(cell), cell.stimulus),
        "data_digest": data.digest,
    }


def _network(one: Fitted, fold: int, test_mse: float) -> dict[str, Any]:
    """Return what a card tells of one network."""
    return {
        "fold": fold,
        "seed": one.seed,
        "status": one.status,
        "epochs": one.epochs,
        "minutes": one.minutes,
        "validation_mse": _finite(one.validation_mse),
        "test_mse": _finite(test_mse),
        "used": bool(one.status != "diverged" and one.validation_mse < LEARNT_MSE),
    }


def _finite(value: float) -> float | None:
    """Return a number, or None in place of what JSON has no number for."""
    return float(value) if np.isfinite(value) else None


def _history(one: Fitted, fold: int) -> list[tuple[object, ...]]:
    return [
        (fold, one.seed, epoch.epoch, epoch.train_loss, epoch.validation_loss, epoch.learning_rate)
        for epoch in one.history
    ]


def _metrics(networks: Sequence[Mapping[str, Any]], architecture: Mapping[str, Any], data: Traces) -> dict[str, Any]:
    """Return what the folds tell: each is tested on traces that none of its networks has seen."""
    used = [network for network in networks if network["used"]]
    by_fold = {
        str(fold): float(np.mean([network["test_mse"] for network in used if network["fold"] == fold]))
        for fold in sorted({network["fold"] for network in used})
    }
    return {
        "networks": len(used),
        "networks_left_out": len(networks) - len(used),
        "parameters_of_a_network": nets.count_parameters(architecture, data.samples, len(data.parameters)),
        "validation_mse": float(np.mean([network["validation_mse"] for network in used])),
        "fold_test_mse": by_fold,
        "minutes": float(sum(network["minutes"] for network in networks)),
    }
