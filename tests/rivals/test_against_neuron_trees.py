"""Neurons of our SWC trees and NMODL mechanisms against NEURON, which reads the same files."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import neuron_files
import numpy as np
import pytest
from rivals import measures, neuron_cells, neuron_trees

from gbar.solve import SolverSettings, solve_rows

pytestmark = [pytest.mark.neuron, pytest.mark.slow]


def theirs_mV(cell, tree, current_nA, dt_ms, tolerance=None):
    """V by NEURON, in a process of its own: its mechanisms cannot be unloaded."""
    if reason := neuron_cells.missing():
        pytest.skip(reason)
    swc = neuron_files.MODELS / f"{tree}.swc"
    told = neuron_trees.described(replace(cell, dt_ms=dt_ms), swc, neuron_files.MODS, current_nA, tolerance)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(neuron_trees.soma_mV, told).result()


def ours_mV(cell, stimulus, dt_ms):
    settings = SolverSettings(dt_ms=dt_ms)
    solution = solve_rows(
        cell, {}, {}, neuron_files.DURATION_MS, neuron_files.DT_MS, settings, stimulus=stimulus, dtype=np.float64
    )
    return solution.traces["V"]


@pytest.mark.parametrize(
    ("tree", "compartments", "at_least"),
    [
        ("one_point", None, 32),
        ("three_points", None, 15),
        ("cylinder", None, 15),
        ("one_point", {"longest_um": 12}, 200),
    ],
)
def test_a_neuron_of_files_does_what_neuron_does_with_them(tree, compartments, at_least):
    cell = neuron_files.neuron(tree, **({} if compartments is None else {"compartments": compartments}))
    assert len(cell.tuning.tree.compartments) >= at_least
    stimulus, current_nA = neuron_files.current_nA()
    ours = ours_mV(cell, stimulus, neuron_files.DT_MS)
    theirs = theirs_mV(cell, tree, current_nA, neuron_files.DT_MS)[None]
    assert measures.spikes(theirs).min() >= 2
    np.testing.assert_array_equal(measures.spikes(ours), measures.spikes(theirs))
    assert measures.rmse(ours - theirs).max() <= 0.05


def test_steps_of_second_order_do_what_cvode_does():
    """With mechanisms that compute all they need where they need it: what they keep is of another step in CVODE."""
    mechanisms = {"all": ["pas", *neuron_files.files(["na", "kdr"])], "dend": neuron_files.files(["ih"])}
    parameters = {name: value for name, value in neuron_files.PARAMETERS.items() if "kca" not in name}
    del parameters["pbar_cal"]
    cell = neuron_files.neuron("three_points", second_order=True, mechanisms=mechanisms, parameters=parameters)
    stimulus, current_nA = neuron_files.current_nA()
    ours = ours_mV(cell, stimulus, neuron_files.DT_MS / 5)
    theirs = theirs_mV(cell, "three_points", current_nA, neuron_files.DT_MS, tolerance=1e-8)[None]
    np.testing.assert_array_equal(measures.spikes(ours), measures.spikes(theirs))
    assert measures.rmse(ours - theirs).max() <= 0.05
