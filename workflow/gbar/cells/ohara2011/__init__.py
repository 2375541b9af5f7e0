"""O'Hara et al. 2011 (ORd) and its descendant CiPAORdv1.0: human ventricular cells.

    cipa          endocardial, CiPAORdv1.0: the model that the CiPA initiative judges drugs with; from the FDA's start,
                  control under a pulse every 2 s
    cipa_epi      epicardial, from the same start
    cipa_mid      mid-myocardial, from the same start
    cipa_1hz      as `cipa`, from the start of the model's CellML file, meant for a pulse every second
    original      endocardial, as published in 2011
    original_epi  epicardial
    original_mid  mid-myocardial

In CiPAORdv1.0 five conductances were optimised anew, and IKr is a Markov model of the channel hERG to which a drug
binds: Kmax, Ku, n, halfmax and Vhalf are the drug's, D is its concentration. Without it (D = 0) none is bound.

The models conserve charge: what V and the concentrations hold together never changes but for rounding. So the steady
state depends on the start, and no number of beats forgets it: from the start of `cipa_1hz`, APD90 under a pulse every
2 s comes to 289.0 ms at the 300th beat, from that of `cipa` to 289.2 ms. Compare drugs with a control of one start.
"""

from dataclasses import replace

from gbar.cells.cell import Cell, Parameter, Stimulation
from gbar.cells.ohara2011.layers import CURRENTS, Layer, states, tuning
from gbar.cells.ohara2011.starts import CELLML, FDA, OF_HERG, PAPER
from gbar.cells.published import TEMPERATURE, Published

REFERENCE = (
    "O'Hara T, Virag L, Varro A, Rudy Y. Simulation of the undiseased human cardiac ventricular action potential: "
    "model formulation and experimental validation. PLoS Comput Biol 2011;7:e1002061. doi:10.1371/journal.pcbi.1002061"
)
REFERENCE_CIPA = (
    "Dutta S, Chang KC, Beattie KA, et al. Optimization of an in silico cardiac cell model for proarrhythmia risk "
    "assessment. Front Physiol 2017;8:616. doi:10.3389/fphys.2017.00616"
)

_ORIGINAL = {
    "GNaL": 0.0075,
    "Gto": 0.02,
    "PCa": 1e-4,
    "GKr": 0.046,
    "GKs": 0.0034,
    "GK1": 0.1908,
    "Gncx": 0.0008,
    "subspace_share": 0.2,
    "Pnak": 30.0,
    "GKb": 0.003,
    "PNab": 3.75e-10,
    "PCab": 2.5e-8,
    "release": 1.0,
    "half_rel": 1.5,
    "up_max": 0.004375,
    "leak": 0.0039375,
    "tau_tr": 100.0,
}
# The optimised factors; GKr is divided by 1.1 first, for its new gating.
_CIPA = _ORIGINAL | {
    "GNaL": 0.0075 * 2.661,
    "PCa": 1e-4 * 1.007,
    "GKr": 0.046 * 1.114 / 1.1,
    "GKs": 0.0034 * 1.870,
    "GK1": 0.1908 * 1.698,
}
_FACTORS: dict[str, dict[Layer, float]] = {"Gto": {"epi": 4, "mid": 4}, "PCa": {"epi": 1.2, "mid": 2.5}}

# variant: constants, layer, start
_VARIANTS: dict[str, tuple[dict[str, float], Layer, dict[str, float]]] = {
    "cipa": (_CIPA, "endo", FDA),
    "cipa_epi": (_CIPA, "epi", FDA),
    "cipa_mid": (_CIPA, "mid", FDA),
    "cipa_1hz": (_CIPA, "endo", CELLML),
    "original": (_ORIGINAL, "endo", PAPER),
    "original_epi": (_ORIGINAL, "epi", PAPER),
    "original_mid": (_ORIGINAL, "mid", PAPER),
}

VARIANTS = tuple(_VARIANTS)

_OF_2011 = Published("ohara2011", VARIANTS, "O'Hara et al. 2011, human ventricular cell", REFERENCE)
_OF_CIPA = replace(
    _OF_2011, title="CiPAORdv1.0 of the CiPA initiative, human ventricular cell", reference=REFERENCE_CIPA
)

_OUTSIDE = (
    Parameter("Nao", 140.0, "mM", "extracellular Na", lowest=1e-6),
    Parameter("Ko", 5.4, "mM", "extracellular K", lowest=1e-6),
    Parameter("Cao", 1.8, "mM", "extracellular Ca", lowest=1e-6),
    TEMPERATURE,
)
_DRUG = (
    Parameter("D", 0.0, "nM", "free concentration of a drug that binds to hERG", lowest=0.0),
    Parameter(
        "Kmax", 0.0, "1", "its largest effect: rate of binding over that of unbinding, at saturation", lowest=0.0
    ),
    Parameter("Ku", 0.0, "1/ms", "rate at which it unbinds", lowest=0.0),
    Parameter("n", 1.0, "1", "Hill coefficient of its binding", lowest=0.0),
    Parameter("halfmax", 1.0, "nM^n", "its concentration of half the largest effect, to the power n", lowest=1e-30),
    Parameter("Vhalf", 0.0, "mV", "voltage at which half of the channels that bound it are closed, and trap it"),
    Parameter("Kt", 3.5e-5, "1/ms", "rate at which channels close on it and open again", lowest=0.0),
)


def cell(variant: str) -> Cell:
    """Return one of the `VARIANTS`."""
    constants, layer, start = _VARIANTS[variant]
    is_cipa = constants is _CIPA
    every_ms = 2000.0 if start is FDA else 1000.0
    return (_OF_CIPA if is_cipa else _OF_2011).cell(
        variant,
        states=states(start, coupled=("jca", "nca", *OF_HERG)),
        parameters=_OUTSIDE + _DRUG if is_cipa else _OUTSIDE,
        currents=CURRENTS,
        tuning=tuning(constants, _FACTORS, layer, hERG=is_cipa),
        methods=("rosenbrock",),
        dt_ms=0.005,
        stimulus=Stimulation(
            "pA/pF",
            gain=-80.0,
            kind="pacing",
            defaults=(("cycle_length_ms", every_ms), ("first_ms", 0.0), ("width_ms", 0.5)),
        ),
    )
