"""An inverter that knows the answer: the truth, and networks that miss it by a known error."""

from collections.abc import Sequence

import numpy as np

from gbar import cells
from gbar.config.explain import checked
from gbar.config.invert import TracesSection
from gbar.config.sweep import SweepSection
from gbar.invert.answer import Answer
from gbar.invert.dataset import unit_parameters
from gbar.invert.resimulate import Simulator

NETWORKS = 8


def chirped(cell: str = "izhikevich2003") -> SweepSection:
    """Return a sweep of a cell over its published ranges, under its published stimulus."""
    ranges = {one.name: list(one.range) for one in cells.get(cell).parameters if one.range}
    design = {"kind": "uniform", "vary": list(ranges), "range": ranges, "rows": 10, "seed": 0}
    return checked(
        SweepSection,
        {"cell": {"name": cell}, "design": design, "protocol": {"duration_ms": 460, "save_every_ms": 0.02}},
    )


def answer_at(unit: np.ndarray, error: float, parameters: Sequence, seed: int = 0) -> Answer:
    """Return the answer of networks that are off by `error`, all together and each by itself."""
    stream = np.random.default_rng(seed)
    said = unit + stream.normal(0, error, unit.shape)
    members = said + stream.normal(0, error, (NETWORKS, *unit.shape))
    mean, spread = members.mean(axis=0), members.std(axis=0)
    return Answer(
        parameters=tuple(parameters),
        members=members,
        unit=mean,
        unit_spread=spread,
        unit_low=mean - 1.6 * error,
        unit_high=mean + 1.6 * error,
        unit_error=np.full(unit.shape, error),
        measures=np.zeros((len(unit), 3)),
        score=np.zeros(len(unit)),
        verdict=["in range"] * len(unit),
        reasons=[""] * len(unit),
        warnings=[""] * len(unit),
    )


class FakeInverter:
    """What `gbar.invert.recording` needs of an inverter of the Izhikevich cell, which answers the same to all."""

    def __init__(self, unit: Sequence[float], window: TracesSection | None = None):
        self.sweep, self.window = chirped(), window or TracesSection()
        self.parameters = unit_parameters(self.sweep)
        self.simulator = Simulator(self.sweep, self.window, self.parameters)
        self.view = self.simulator.view
        self.unit = np.array([unit], float)

    def predict(self, V_mV: np.ndarray) -> Answer:
        assert V_mV.shape == (1, self.view.samples)
        return answer_at(self.unit, 0.0, self.parameters)
