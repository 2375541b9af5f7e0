"""Hodgkin and Huxley 1952: the squid axon's point neuron, with the constants of NEST's `hh_psc_alpha` without synapses.

The voltage is absolute (rest near -65 mV) and the cell is one whole neuron: conductances are in nS, the capacitance in
pF and currents, the stimulus included, in pA, where other cells have them per pF. A positive stimulus depolarises.
"""

from gbar.cells.cell import Cell, Current, Parameter, State, Stimulation
from gbar.cells.published import Published

REFERENCE = (
    "Hodgkin AL, Huxley AF. A quantitative description of membrane current and its application to conduction and "
    "excitation in nerve. J Physiol 1952;117:500-544. doi:10.1113/jphysiol.1952.sp004764"
)

VARIANTS = ("nest",)

_PUBLISHED = Published("hodgkinhuxley1952", VARIANTS, "Hodgkin and Huxley 1952, point neuron", REFERENCE)

# The gates at their equilibrium for -65 mV.
_STATES = (
    State("V", -65.0, "mV", "voltage"),
    State("m", 0.05293248525724957, "1", "gate"),
    State("h", 0.5961207535084603, "1", "gate"),
    State("n", 0.3176769140606974, "1", "gate"),
)

_CURRENTS = (
    Current("gNa", "transient Na"),
    Current("gK", "delayed rectifier K"),
    Current("gL", "leak"),
)

_PARAMETERS = (
    Parameter("C_m", 100.0, "pF", "membrane capacitance", lowest=1e-3),
    Parameter("ENa", 50.0, "mV", "Na reversal potential"),
    Parameter("EK", -77.0, "mV", "K reversal potential"),
    Parameter("EL", -54.402, "mV", "reversal potential of the leak"),
)


def cell(variant: str) -> Cell:
    """Return one of the `VARIANTS`."""
    return _PUBLISHED.cell(
        variant,
        states=_STATES,
        parameters=_PARAMETERS,
        currents=_CURRENTS,
        methods=("rosenbrock", "rush_larsen"),
        dt_ms=0.01,
        stimulus=Stimulation("pA", gain=1.0),
        tissue="neuron",
    )
