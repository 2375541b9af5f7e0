"""What figures show of both second stages: of networks retrained as published, and of the factors found by ours."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gbar.figures.gating.currents import Reconstructed
from gbar.figures.gating.curves import Curves
from gbar.figures.gating.etas import EtaSweep
from gbar.figures.gating.factors import Identified
from gbar.figures.gating.held_out import HeldOut
from gbar.figures.gating.retrained_loop import RetrainedRun
from gbar.figures.invert.data import lacking, read_arrays
from gbar.records.metrics import read_metrics


def read_retrained(traces: Mapping[str, str | Path], scores: Mapping[str, str | Path]) -> list[RetrainedRun]:
    """Read the cell driven by the networks retrained on each altered cell.

    Args:
        traces: traces of each altered cell, .npz, by its name.
        scores: scores of each, .json, likewise.

    Raises:
        UserError: a file cannot be read or lacks something.
    """
    keys = ("loop_cycle_length_ms", "loop_time_ms", "loop_V_mV", "loop_V_control_mV", "loop_V_altered_mV")
    found = []
    for cell, path in traces.items():
        cycle, *stretch = read_arrays(path, *keys)
        try:
            values = read_metrics(scores[cell])
            eta, apd90 = values["shown_eta"], values["shown"]["closed_loop"]["apd90_ms"]
        except KeyError as error:
            raise lacking(scores.get(cell, path), error) from None
        found.append(RetrainedRun(cell, eta, float(cycle), *stretch, repolarises=apd90 is not None))
    return found


def read_etas(scores: Mapping[str, str | Path]) -> list[EtaSweep]:
    """Read what retrained networks say of the currents of each altered cell, over eta.

    Args:
        scores: scores of each altered cell, .json, by its name.

    Raises:
        UserError: a file cannot be read or lacks something.
    """
    sweeps = []
    for cell, path in scores.items():
        values = read_metrics(path)
        try:
            eta, drift, drift_control = (np.array(values[key]) for key in ("etas", "drift", "drift_control"))
            ratios = {name: np.array(ratio) for name, ratio in values["charge_ratio"].items()}
            sweeps.append(
                EtaSweep(
                    cell,
                    values["altered"],
                    values["ranked"],
                    eta,
                    ratios,
                    values["charge_ratio_true"],
                    drift,
                    drift_control,
                )
            )
        except KeyError as error:
            raise lacking(path, error) from None
    return sweeps


def read_currents(published: str | Path, identified: str | Path) -> Reconstructed:
    """Read currents of an altered cell by the retrained networks and with the factors found.

    Args:
        published: traces of the published second stage, .npz.
        identified: those of ours, .npz.

    Raises:
        UserError: a file cannot be read or lacks an array.
    """
    cycle, factors, *arrays = read_arrays(
        published,
        "cycle_length_ms",
        "current",
        "time_ms",
        "V_control_mV",
        "V_altered_mV",
        "cell_control",
        "cell_altered",
        "network_control",
        "network_altered",
    )
    ours = read_arrays(identified, "V_mV", "identified_altered")
    return Reconstructed(float(cycle), factors.tolist(), *arrays, *ours)


def read_gates(published: str | Path) -> tuple[list[str], np.ndarray, Curves, Curves, Curves, Curves]:
    """Read the gate curves of the retrained networks.

    Args:
        published: traces of the published second stage, .npz.

    Returns:
        Names of the gates, clamped voltages in mV; curves of the cell, of the network of the first stage, of that
        retrained on the unaltered and of that retrained on the altered cell.

    Raises:
        UserError: the file cannot be read or lacks an array.
    """
    gates, clamp_mV = read_arrays(published, "gate", "clamp_mV")
    theory, control, altered = (
        Curves(*read_arrays(published, f"x_inf_{name}", f"tau_{name}_ms")) for name in ("theory", "control", "altered")
    )
    cell = Curves(*read_arrays(published, "x_inf_cell", "tau_cell_ms"))
    return gates.tolist(), clamp_mV, cell, theory, control, altered


def read_identified(identified: Mapping[str, str | Path]) -> list[Identified]:
    """Read the factors found of each cell from each kind of record.

    Args:
        identified: what was identified, .json, by CELL/RECORD.

    Raises:
        UserError: a file cannot be read or lacks something.
    """
    found = []
    for name, path in identified.items():
        values = read_metrics(path)
        cell, _, record = name.rpartition("/")
        try:
            found.append(Identified(cell, record, values["factors"], values["true"], values["identified"]))
        except KeyError as error:
            raise lacking(path, error) from None
    return found


def read_held_out(published: Mapping[str, str | Path], identified: Mapping[str, str | Path]) -> list[HeldOut]:
    """Read how both second stages predict each altered cell on cycle lengths held out.

    Args:
        published: scores of the published second stage, .json, by name of the cell.
        identified: those of ours, likewise.

    Raises:
        UserError: a file cannot be read or lacks something.
    """
    cells = []
    for cell, path in published.items():
        try:
            theirs, ours = read_metrics(path), read_metrics(identified[cell])
            factors = list(theirs["charge_ratio_true"])
            runs = ours["held_out_apd90"]
            cells.append(
                HeldOut(
                    cell,
                    np.array([run["cycle_length_ms"] for run in runs], dtype=float),
                    _percent(runs, "apd90_control_ms"),
                    _percent(theirs["held_out_apd90"], "apd90_ms"),
                    _percent(runs, "apd90_ms"),
                    factors,
                    np.array([theirs["charge_ratio_true"][name] for name in factors]),
                    np.array([theirs["charge_ratio"][name] for name in factors]),
                    int(np.argmin(np.abs(np.array(theirs["etas"]) - theirs["shown_eta"]))),
                    np.array([ours["charge_ratio"][name] for name in factors]),
                )
            )
        except KeyError as error:
            raise lacking(f"{path} or {identified.get(cell)}", error) from None
    return cells


def _percent(runs: Sequence[Mapping[str, Any]], key: str) -> np.ndarray:
    """Return the errors of an APD90 against that of the altered cell, %; NaN where there is none."""
    found, own = (np.array([run[name] for run in runs], dtype=float) for name in (key, "apd90_cell_ms"))
    return 100 * (found / own - 1)
