"""Izhikevich 2003: the quadratic neuron with reset, in four parameters.

V and the recovery variable u are in the units of the paper (V reads as mV, time as ms); the input has none. A reset
ends a spike at a step, so the scheme belongs to the model. This one, of the published regressions of its parameters
from voltage traces, is implicit Euler at 0.02 ms: with explicit Euler the default cell fires 8 instead of 9 spikes.
"""

from gbar.cells.cell import Cell, Parameter, State, Stimulation
from gbar.cells.published import Published

REFERENCE = (
    "Izhikevich EM. Simple model of spiking neurons. IEEE Trans Neural Netw 2003;14:1569-1572. "
    "doi:10.1109/TNN.2003.820440"
)

VARIANTS = ("implicit",)

_PUBLISHED = Published("izhikevich2003", VARIANTS, "Izhikevich 2003, quadratic neuron with reset", REFERENCE)

# States at the start, whatever the parameters: u is 0.2 V.
V0, U0 = -65.0, -13.0

_PARAMETERS = (
    Parameter("a", 0.01, "1/ms", "rate of recovery", range=(0.01, 0.1), lowest=0.0),
    Parameter("b", 0.2, "1/mV", "slope of the recovery with the voltage", range=(0.1, 0.4)),
    Parameter("c", -65.0, "mV", "voltage after a spike", range=(-80.0, -50.0)),
    Parameter("d", 2.0, "1", "jump of the recovery at a spike", range=(0.5, 5.0)),
)


def cell(variant: str) -> Cell:
    """Return one of the `VARIANTS`."""
    return _PUBLISHED.cell(
        variant,
        states=(State("V", V0, "mV", "voltage"), State("u", U0, "1", "gate")),
        parameters=_PARAMETERS,
        methods=("backward_euler",),
        dt_ms=0.02,
        stimulus=Stimulation("1", gain=15.0, kind="chirp23a"),
        tissue="neuron",
    )
