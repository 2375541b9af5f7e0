"""A neuron as a ball with three sticks (a soma, an apical and two basal dendrites) and the channels of Mainen 1996.

Variants are the settings from which Ben-Shalom et al. drew training data: `v1` until April 2019, and `v2`, which
drives the cell into depolarisation block or 1:1 firing. Ranges are half to twice the variant's values.
"""

from dataclasses import dataclass
from pathlib import Path

from gbar.cable.mechanisms import Density, Placement, density
from gbar.cable.neuron import electrical, environment, neuron
from gbar.cells.cell import Cell, Parameter, Stimulation
from gbar.cells.published import Published

REFERENCE = (
    "Ben-Shalom R, Balewski J, Siththaranjan A, et al. Inferring neuronal ionic conductances from membrane potentials "
    "using CNNs. bioRxiv 2019. doi:10.1101/727974"
)


@dataclass(frozen=True)
class _Setting:
    """What differs between variants: conductances in pS/um2, temperature in degrees Celsius, gain in nA."""

    gk: float
    gca_soma: float
    gca_apic: float
    gca_basal: float
    celsius: float
    gain: float


_SETTINGS = {
    "v1": _Setting(gk=100.0, gca_soma=5.0, gca_apic=5.0, gca_basal=10.0, celsius=33.0, gain=0.5),
    "v2": _Setting(gk=10.0, gca_soma=1.5, gca_apic=1.5, gca_basal=1.5, celsius=37.0, gain=1.0),
}

VARIANTS = tuple(_SETTINGS)
GROUPS = ("soma", "apical", "basal")

_PUBLISHED = Published(
    "ballsticks",
    VARIANTS,
    "Ball with three sticks, a neuron of soma and dendrites with Na, K and Ca channels",
    REFERENCE,
)


def _varied(name: str, default: float, unit: str, meaning: str) -> Parameter:
    return Parameter(name, default, unit, meaning, (default / 2, default * 2), 0.0)


def _parameters(setting: _Setting) -> tuple[Parameter, ...]:
    return (
        _varied("gna_soma", 500.0, "pS/um2", "Na of the soma"),
        _varied("gna_apic", 500.0, "pS/um2", "Na of the apical dendrite"),
        _varied("gna_basal", 500.0, "pS/um2", "Na of the basal dendrites"),
        _varied("gk_soma", setting.gk, "pS/um2", "delayed rectifier K of the soma"),
        _varied("gk_apic", setting.gk, "pS/um2", "delayed rectifier K of the apical dendrite"),
        _varied("gk_basal", setting.gk, "pS/um2", "delayed rectifier K of the basal dendrites"),
        _varied("gca_soma", setting.gca_soma, "pS/um2", "high-voltage-activated Ca of the soma"),
        _varied("gca_apic", setting.gca_apic, "pS/um2", "high-voltage-activated Ca of the apical dendrite"),
        _varied("gca_basal", setting.gca_basal, "pS/um2", "high-voltage-activated Ca of the basal dendrites"),
        _varied("gl", 5e-4, "S/cm2", "leak"),
        Parameter("cm", 0.5, "uF/cm2", "capacitance of soma and apical dendrite", None, 1e-3),
        Parameter("cm_basal", 1.0, "uF/cm2", "capacitance of the basal dendrites", None, 1e-3),
        *electrical(Ra=35.4, E_Na=50.0, E_K=-77.0, E_Ca=132.4579, E_leak=-70.0, shift_na=-10.0),
        *environment(celsius=setting.celsius, V0=-65.0),
    )


def _conductance(ion: str) -> Density:
    return density({"soma": f"{ion}_soma", "apical": f"{ion}_apic", "basal": f"{ion}_basal"}, "pS/um2")


def cell(variant: str, morphology: Path | None = None) -> Cell:
    """Return one of the `VARIANTS`, on its own tree or another with the `GROUPS`; see `gbar.cable.neuron.neuron`."""
    membrane = {
        "capacitance": density({"soma": "cm", "apical": "cm", "basal": "cm_basal"}, "uF/cm2"),
        "leak": density(dict.fromkeys(GROUPS, "gl"), "S/cm2"),
        "channels": (
            Placement("Na", _conductance("gna"), "E_Na", "shift_na"),
            Placement("Kv", _conductance("gk"), "E_K"),
            Placement("Ca", _conductance("gca"), "E_Ca"),
        ),
        "pool": None,
    }
    tree = morphology or Path(__file__).with_name("ballsticks.csv")
    stimulus = Stimulation("nA", gain=_SETTINGS[variant].gain, kind="chirp23a")
    return neuron(_PUBLISHED, variant, tree, GROUPS, membrane, _parameters(_SETTINGS[variant]), stimulus)
