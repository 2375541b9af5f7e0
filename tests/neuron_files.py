"""The neurons of these tests: our trees with our mechanisms."""

from pathlib import Path
from typing import Any

import numpy as np

from gbar.cells import Cell
from gbar.config.explain import checked
from gbar.config.simulation import CellSection
from gbar.solve.stimulus import Stimulus

MODELS = Path(__file__).with_name("cells") / "neurons" / "models"
TREES = ("one_point", "three_points", "cylinder")
EVERYWHERE, SOMA, DEND = ("na", "kdr"), ("cal", "pool", "kca", "nap"), ("ih", "cal", "pool", "kca")
MODS = tuple(MODELS / f"{name}.mod" for name in dict.fromkeys((*EVERYWHERE, *SOMA, *DEND)))
PARAMETERS = {
    "celsius": 30, "v_init": -70, "Ra": 120, "Ra_dend": 180, "cm": 1, "cm_dend": 1.3, "e_pas": -70,
    "e_pas_dend": -72, "g_pas": 5e-5, "ena": 55, "ek": -90, "eother": -30,
    "gbar_nat": 0.06, "gkbar_kdr": 0.03, "gbar_kca": 0.3, "pbar_cal": 3e-6,
}  # fmt: skip
DURATION_MS, DT_MS = 150.0, 0.025


def files(names) -> list[str]:
    return [str(MODELS / f"{name}.mod") for name in names]


def said(tree: str = "one_point", **changed: Any) -> dict[str, Any]:
    """What the configuration says of a neuron with all mechanisms."""
    mechanisms = {"all": ["pas", *files(EVERYWHERE)], "soma": files(SOMA), "dend": files(DEND)}
    return {"morphology": str(MODELS / f"{tree}.swc"), "mechanisms": mechanisms, "parameters": PARAMETERS} | changed


def section(tree: str = "one_point", **changed: Any) -> CellSection:
    return checked(CellSection, said(tree, **changed))


def neuron(tree: str = "one_point", **changed: Any) -> Cell:
    return section(tree, **changed).cell()


def current_nA(amplitude: float = 0.4) -> tuple[Stimulus, np.ndarray]:
    """A step of current, and the same sample by sample."""
    starts = np.arange(round(DURATION_MS / DT_MS)) * DT_MS
    stimulus = Stimulus(np.array([0.0, 20.0, 120.0]), np.array([0.0, amplitude, 0.0]))
    return stimulus, np.where((starts > 20 - DT_MS / 2) & (starts < 120 - DT_MS / 2), amplitude, 0.0)
