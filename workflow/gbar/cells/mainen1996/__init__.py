"""Mainen & Sejnowski 1996: a neocortical neuron with an axon, active dendrites and calcium.

Variant `reduced` has a layer-4 spiny stellate cell's dendrites collapsed to one unbranched cable of the same membrane
area and electrotonic length, spines folded in.

The ten parameters with a range, and the ranges, are those of Ben-Shalom R et al. Inferring neuronal ionic
conductances from membrane potentials using CNNs. bioRxiv 2019. doi:10.1101/727974
"""

from pathlib import Path

from gbar.cable.mechanisms import Density, Placement, Pool, density
from gbar.cable.neuron import electrical, environment, neuron
from gbar.cells.cell import Cell, Parameter, Stimulation
from gbar.cells.published import Published

REFERENCE = (
    "Mainen ZF, Sejnowski TJ. Influence of dendritic structure on firing pattern in model neocortical neurons. "
    "Nature 1996;382:363-366. doi:10.1038/382363a0"
)

VARIANTS = ("reduced",)

_PUBLISHED = Published(
    "mainen1996", VARIANTS, "Mainen & Sejnowski 1996, neocortical neuron with axon and active dendrites", REFERENCE
)

# Compartments stand in this order: each channel needs its groups side by side.
GROUPS = ("dendrite", "soma", "hillock", "iseg", "myelin", "node")

_PARAMETERS = (
    Parameter("gna_dend", 20.0, "pS/um2", "Na of dendrites and myelin", (10.0, 250.0), 0.0),
    Parameter("gna_node", 30000.0, "pS/um2", "Na of hillock, initial segment and nodes", (15000.0, 80000.0), 0.0),
    Parameter("gna_soma", 20.0, "pS/um2", "Na of the soma", (10.0, 60000.0), 0.0),
    Parameter("gkv_axon", 2000.0, "pS/um2", "delayed rectifier K of hillock and initial segment", (1e3, 5e3), 0.0),
    Parameter("gkv_soma", 200.0, "pS/um2", "delayed rectifier K of the soma", (100.0, 2000.0), 0.0),
    Parameter("gkm_dend", 0.1, "pS/um2", "slow (muscarinic) K of the dendrites", (0.05, 0.2), 0.0),
    Parameter("gkca_dend", 3.0, "pS/um2", "Ca-activated K of the dendrites", (1.5, 6.0), 0.0),
    Parameter("gca_dend", 0.3, "pS/um2", "high-voltage-activated Ca of the dendrites", (0.15, 0.6), 0.0),
    Parameter("c_m", 0.75, "uF/cm2", "capacitance of all membrane but myelin", (0.3, 1.5), 1e-3),
    Parameter("rm", 30000.0, "ohm cm2", "resistance of all membrane but the nodes", (15000.0, 60000.0), 1.0),
    Parameter("gkm_soma", 0.1, "pS/um2", "slow (muscarinic) K of the soma", None, 0.0),
    Parameter("gkca_soma", 3.0, "pS/um2", "Ca-activated K of the soma", None, 0.0),
    Parameter("gca_soma", 0.3, "pS/um2", "high-voltage-activated Ca of the soma", None, 0.0),
    Parameter("gl_node", 0.02, "S/cm2", "leak of the nodes", None, 0.0),
    Parameter("cm_myelin", 0.04, "uF/cm2", "capacitance of myelin", None, 1e-3),
    *electrical(Ra=150.0, E_Na=60.0, E_K=-90.0, E_Ca=140.0, E_leak=-70.0, shift_na=-5.0),
    Parameter("depth_cad", 0.1, "um", "depth of the shell that Ca enters", None, 1e-3),
    Parameter("tau_cad", 200.0, "ms", "time constant of the removal of Ca", None, 1e-3),
    Parameter("ca_rest", 1e-4, "mM", "Ca at rest and at the start", None, 0.0),
    *environment(celsius=37.0, V0=-70.0),
)

_NA = dict.fromkeys(("dendrite", "myelin"), "gna_dend") | dict.fromkeys(("hillock", "iseg", "node"), "gna_node")
_KV = dict.fromkeys(("hillock", "iseg"), "gkv_axon")
_CHANNELS = (
    Placement("Na", density(_NA | {"soma": "gna_soma"}, "pS/um2"), "E_Na", "shift_na"),
    Placement("Kv", density(_KV | {"soma": "gkv_soma"}, "pS/um2"), "E_K"),
    Placement("Km", density({"dendrite": "gkm_dend", "soma": "gkm_soma"}, "pS/um2"), "E_K"),
    Placement("Ca", density({"dendrite": "gca_dend", "soma": "gca_soma"}, "pS/um2"), "E_Ca"),
    Placement("KCa", density({"dendrite": "gkca_dend", "soma": "gkca_soma"}, "pS/um2"), "E_K"),
)
_LEAK = Density((*((group, "rm", "ohm cm2") for group in GROUPS if group != "node"), ("node", "gl_node", "S/cm2")))
_MEMBRANE = {
    "capacitance": density(dict.fromkeys(GROUPS, "c_m") | {"myelin": "cm_myelin"}, "uF/cm2"),
    "leak": _LEAK,
    "channels": _CHANNELS,
    "pool": Pool(depth="depth_cad", decay="tau_cad", rest="ca_rest"),
}


def cell(variant: str, morphology: Path | None = None) -> Cell:
    """Return one of the `VARIANTS`, on its own tree or another with the `GROUPS`; see `gbar.cable.neuron.neuron`."""
    tree = morphology or Path(__file__).with_name("reduced.csv")
    stimulus = Stimulation("nA", gain=1.0, kind="chirp23a", on_from_ms=5.0)
    return neuron(_PUBLISHED, variant, tree, GROUPS, _MEMBRANE, _PARAMETERS, stimulus)
