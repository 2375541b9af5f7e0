"""ten Tusscher, Noble, Noble and Panfilov 2004 (TNNP04): a paced human ventricular cell.

Not the model of 2006: the reticulum releases Ca straight into the cytosol, driven by the gates d and g. The variants
are the paper's three layers of the ventricular wall:

    M     mid-myocardial: a small IKs
    epi   epicardial
    endo  endocardial: a small Ito, and the paper's endocardial kinetics of its gate s, which recovers slowly

At 1 Hz APD90 is 320.6, 270.6 and 273.8 ms. Copies of the model that leave s as it is in all three have 274.0 ms.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gbar.cells.cell import Cell, Current, Kind, Parameter, State, Stimulation
from gbar.cells.published import TEMPERATURE, Published

REFERENCE = (
    "ten Tusscher KHWJ, Noble D, Noble PJ, Panfilov AV. A model for human ventricular tissue. "
    "Am J Physiol Heart Circ Physiol 2004;286:H1573-H1589. doi:10.1152/ajpheart.00794.2003"
)


GATES_OF_VOLTAGE = ("m", "h", "j", "d", "f", "r", "s", "Xs", "Xr1", "Xr2")  # the gates fCa and g follow calcium


@dataclass(frozen=True)
class Curve:
    """Steady state and time constant of one gate, as a table over voltages in equal steps.

    Attributes:
        gate: one of `GATES_OF_VOLTAGE`.
        lowest_mV: the first voltage.
        step_mV: from one voltage to the next.
        x_inf: steady state at each voltage.
        tau_ms: time constant at each voltage.
    """

    gate: str
    lowest_mV: float
    step_mV: float
    x_inf: tuple[float, ...]
    tau_ms: tuple[float, ...]


@dataclass(frozen=True)
class Tuning:
    """Constants of a variant that no user sets.

    Attributes:
        gKs: maximal conductance of IKs, nS/pF.
        gto: maximal conductance of Ito, nS/pF.
        endocardial_s: the inactivation gate s of Ito has its endocardial kinetics.
        curves: of gates that do not follow the paper.
    """

    gKs: float
    gto: float
    endocardial_s: bool
    curves: tuple[Curve, ...] = ()


_TUNINGS = {
    "M": Tuning(gKs=0.062, gto=0.294, endocardial_s=False),
    "epi": Tuning(gKs=0.245, gto=0.294, endocardial_s=False),
    "endo": Tuning(gKs=0.245, gto=0.073, endocardial_s=True),
}

VARIANTS = tuple(_TUNINGS)

_PUBLISHED = Published(
    "tentusscher2004", VARIANTS, "ten Tusscher et al. 2004, human ventricular cardiomyocyte", REFERENCE
)

# name, unit, kind, initial value
_STATES: tuple[tuple[str, str, Kind, float], ...] = (
    ("V", "mV", "voltage", -86.2),
    ("m", "1", "gate", 0.0),
    ("h", "1", "gate", 0.75),
    ("j", "1", "gate", 0.75),
    ("d", "1", "gate", 0.0),
    ("f", "1", "gate", 1.0),
    ("fCa", "1", "gate", 1.0),
    ("r", "1", "gate", 0.0),
    ("s", "1", "gate", 1.0),
    ("Xs", "1", "gate", 0.0),
    ("Xr1", "1", "gate", 0.0),
    ("Xr2", "1", "gate", 1.0),
    ("g", "1", "gate", 1.0),
    ("Cai", "mM", "concentration", 2e-4),
    ("CaSR", "mM", "concentration", 0.2),
    ("Nai", "mM", "concentration", 11.6),
    ("Ki", "mM", "concentration", 138.3),
)

_CURRENTS = (
    Current("gNa", "fast Na"),
    Current("gK1", "inward rectifier K"),
    Current("gto", "transient outward K"),
    Current("gKr", "rapid delayed rectifier K"),
    Current("gKs", "slow delayed rectifier K"),
    Current("gCaL", "L-type Ca"),
    Current("PNaK", "Na-K pump"),
    Current("KNaCa", "Na-Ca exchanger"),
    Current("gpCa", "sarcolemmal Ca pump"),
    Current("gpK", "plateau K"),
    Current("gbNa", "background Na"),
    Current("gbCa", "background Ca"),
    Current("Irel", "Ca release from the reticulum"),
    Current("Iup", "Ca uptake into the reticulum"),
    Current("Ileak", "Ca leak of the reticulum"),
)

_PARAMETERS = (
    Parameter("Nao", 140.0, "mM", "extracellular Na", lowest=1e-6),
    Parameter("Ko", 5.4, "mM", "extracellular K", lowest=1e-6),
    Parameter("Cao", 2.0, "mM", "extracellular Ca", lowest=1e-6),
    TEMPERATURE,
    Parameter("Cm", 185.0, "pF", "membrane capacitance", lowest=0.0),
    Parameter("Vc", 16404.0, "um^3", "volume of the cytosol", lowest=1.0),
    Parameter("Vsr", 1094.0, "um^3", "volume of the reticulum", lowest=1.0),
)


def cell(variant: str) -> Cell:
    """Return one of the `VARIANTS`."""
    return _PUBLISHED.cell(
        variant,
        states=tuple(State(name, initial, unit, kind) for name, unit, kind, initial in _STATES),
        parameters=_PARAMETERS,
        currents=_CURRENTS,
        tuning=_TUNINGS[variant],
        methods=("rosenbrock", "rush_larsen"),
        dt_ms=0.02,
        stimulus=Stimulation("pA/pF", gain=-52.0, kind="pacing"),
    )


def with_curves(cell: Cell, curves: Iterable[Curve]) -> Cell:
    """Return a variant whose gates follow tables, those that have none the paper."""
    return replace(
        cell,
        tuning=replace(cell.tuning, curves=tuple(curves)),
        equations="gbar.cells.tentusscher2004.curves",
    )
