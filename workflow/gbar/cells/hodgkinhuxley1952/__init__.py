"""Hodgkin and Huxley 1952: the squid axon's point neuron, with the constants of NEST's `hh_psc_alpha` without synapses.

The voltage is absolute (rest near -65 mV) and the cell is one whole neuron: conductances are in nS, the capacitance in
pF and currents, the stimulus included, in pA, where other cells have them per pF. A positive stimulus depolarises.
"""

from gbar.cells.cell import Cell, Current, Kind, Parameter, State, Stimulation

REFERENCE = (
    "Hodgkin AL, Huxley AF. A quantitative description of membrane current and its application to conduction and "
    "excitation in nerve. J Physiol 1952;117:500-544. doi:10.1113/jphysiol.1952.sp004764"
)

VARIANTS = ("nest",)

# name, unit, kind, initial value: the gates at their equilibrium for -65 mV.
_STATES: tuple[tuple[str, str, Kind, float], ...] = (
    ("V", "mV", "voltage", -65.0),
    ("m", "1", "gate", 0.05293248525724957),
    ("h", "1", "gate", 0.5961207535084603),
    ("n", "1", "gate", 0.3176769140606974),
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
    return Cell(
        name="hodgkinhuxley1952",
        variant=variant,
        variants=VARIANTS,
        title="Hodgkin and Huxley 1952, point neuron",
        reference=REFERENCE,
        states=tuple(State(name, initial, unit, kind) for name, unit, kind, initial in _STATES),
        parameters=_PARAMETERS,
        currents=_CURRENTS,
        tuning=None,
        equations="gbar.cells.hodgkinhuxley1952.equations",
        methods=("rosenbrock", "rush_larsen"),
        dt_ms=0.01,
        stimulus=Stimulation("pA", gain=1.0),
        tissue="neuron",
    )
