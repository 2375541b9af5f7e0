"""What figures of the gating study show of paced cells and of networks of the first stage."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gbar.config.gating import CELL, SAMPLE_MS, SHOWN_MS, PacedSection, ShownSection
from gbar.figures.gating.cells import AlteredRun
from gbar.figures.gating.control import Observed
from gbar.figures.gating.curves import Curves
from gbar.figures.gating.loop import Driven
from gbar.figures.invert.data import lacking, read_arrays
from gbar.gating.data import Paced, open_paced
from gbar.records.metrics import read_metrics


def read_control(control: str | Path, paced: PacedSection, shown: ShownSection) -> list[Observed]:
    """Read voltage and calcium of the unaltered cell at the cycle lengths shown.

    Args:
        control: its data set.
        paced: the runs that it holds.
        shown: which of them.

    Raises:
        UserError: the data set cannot be read, or holds other runs.
    """
    runs = open_paced(control, paced)
    return [_observed(runs, cycle, paced) for cycle in shown.control_ms]


def read_cells(
    control: str | Path, altered: Mapping[str, str | Path], paced: PacedSection, shown: ShownSection
) -> list[AlteredRun]:
    """Read voltages of altered cells, and of the unaltered one, at one cycle length.

    Args:
        control: data set of the unaltered cell.
        altered: data set of each altered cell, by its name.
        paced: the runs that they hold.
        shown: which of them.

    Raises:
        UserError: a data set cannot be read, or holds other runs.
    """
    own = _observed(open_paced(control, paced), shown.altered_ms, paced)
    found = []
    for cell, path in altered.items():
        runs = open_paced(path, paced)
        scales = {
            name: factor for name, factor in zip(CELL.current_names, runs.scale.tolist(), strict=True) if factor != 1
        }
        one = _observed(runs, shown.altered_ms, paced)
        found.append(AlteredRun(cell, scales, one.cycle_length_ms, one.time_ms, one.V_mV, own.V_mV))
    return found


def _observed(runs: Paced, cycle_length_ms: float, paced: PacedSection) -> Observed:
    run, end = runs.nearest_run(cycle_length_ms), paced.first_ms + paced.slices
    t = np.arange(max(0, end - SHOWN_MS), end)
    V, Cai = runs.of(("V", "Cai"))[:, run, t]
    return Observed(float(runs.cycle_length_ms[run]), SAMPLE_MS * t, V, Cai)


def read_rmse(metrics: Mapping[str, str | Path]) -> dict[str, dict[str, float]]:
    """Read the errors of all states by each network.

    Args:
        metrics: metrics.json of each network, by its name.

    Raises:
        UserError: a file cannot be read or lacks the errors.
    """
    found = {}
    for network, path in metrics.items():
        try:
            found[network] = read_metrics(path)["rmse"]
        except KeyError as error:
            raise lacking(path, error) from None
    return found


def read_driven(traces: Mapping[str, str | Path], metrics: Mapping[str, str | Path]) -> list[Driven]:
    """Read the cell driven by each network at each cycle length.

    Args:
        traces: closed_loop.npz of each network, by its name.
        metrics: metrics.json of each network, likewise.

    Raises:
        UserError: a file cannot be read or lacks something.
    """
    runs = []
    for network, path in traces.items():
        cycles, time_ms, V, V_cell = read_arrays(path, "cycle_length_ms", "time_ms", "V_mV", "V_cell_mV")
        try:
            errors = [one["error_percent"] for one in read_metrics(metrics[network])["closed_loop"]]
        except KeyError as error:
            raise lacking(metrics.get(network, path), error) from None
        runs += [
            Driven(network, cycle, time_ms, *voltages)
            for cycle, *voltages in zip(cycles.tolist(), V, V_cell, errors, strict=True)
        ]
    return runs


def read_curves(traces: Mapping[str, str | Path]) -> tuple[list[str], np.ndarray, Curves, dict[str, Curves]]:
    """Read the gate curves of each network, and of the cell.

    Args:
        traces: closed_loop.npz of each network, by its name.

    Returns:
        Names of the gates, clamped voltages in mV, curves of the cell, those of the networks by name.

    Raises:
        UserError: a file cannot be read or lacks an array.
    """
    networks = {network: Curves(*read_arrays(path, "x_inf", "tau_ms")) for network, path in traces.items()}
    any_network = next(iter(traces.values()))
    gates, clamp_mV, x_inf, tau_ms = read_arrays(any_network, "gate", "clamp_mV", "x_inf_cell", "tau_cell_ms")
    return gates.tolist(), clamp_mV, Curves(x_inf, tau_ms), networks
