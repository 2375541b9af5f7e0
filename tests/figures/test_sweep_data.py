"""What the figures of a sweep read from its store: every quantity relative to its control."""

import numpy as np
from made_up import gathered

from gbar.figures.sweeps.sweep_data import varied, varied_quantities
from gbar.sweeps.rows import read_rows
from gbar.sweeps.store import open_store


def test_quantities_are_relative_to_the_control_and_named_so_even_where_it_is_zero(tmp_path):
    values = {
        "cell": {"name": "hodgkinhuxley1952"},
        "design": {
            "kind": "uniform",
            "vary": ["gNa", "EK", "stimulus.mu", "stimulus.gain"],
            "range": [0.5, 2.0],
            "rows": 3,
        },
        "protocol": {"duration_ms": 20, "save_every_ms": 1, "stimulus": {"kind": "noise", "gain": 4}},
    }
    folder = gathered(tmp_path / "sweep", values, np.full((3, 20), -65.0))
    group = open_store(folder / "store.zarr")
    assert [one.unit for one in varied_quantities(group)] == ["1", "mV", "pA", "1"]
    names, relative = varied(group)
    assert names == ["gNa", "EK/(-77 mV)", "1 + stimulus.mu/(pA)", "stimulus.gain/(4)"]
    gNa, EK, mu, gain = np.array(list(read_rows(folder / "design.csv").values.values()))
    np.testing.assert_allclose(relative, np.column_stack([gNa, EK / -77, 1 + mu, gain / 4]))
