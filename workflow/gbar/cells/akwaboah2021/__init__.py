"""Akwaboah et al. 2021: a spontaneously beating human stem-cell-derived cardiomyocyte (hiPSC-CM).

The authors' two programs differ, and so do the variants:

    c          the group's C program (2021-05-25), whose output the DLSTM study used; the paper's Tables S7 and S9
    python     the first author's notebook (2021-03-24), from its own initial state; the paper's Table S8
    corrected  M. Clerx's reading for Myokit (2024): the C conductances with the slips of the program mended

The slips belong to the published tuning (without them the beat is 340 ms instead of 441 ms): see `Tuning`.
"""

from dataclasses import dataclass

from gbar.cells.cell import Cell, Current, Kind, Parameter, State, Stimulation
from gbar.cells.published import Published

REFERENCE = (
    "Akwaboah AD, Tsevi B, Yamlome P, Treat JA, Brucal-Hallare M, Cordeiro JM, Deo M. An in silico hiPSC-derived "
    "cardiomyocyte model built with genetic algorithm. Front Physiol 2021;12:675867. doi:10.3389/fphys.2021.675867"
)


@dataclass(frozen=True)
class Tuning:
    """Constants of a variant that no user sets.

    Attributes:
        k: the authors' factor on each scaled current.
        If_capped: If never flows outward in the voltage equation (its Na and K parts are not capped).
        sigma_is_zero: INaK lacks its dependence on Nao (integer division 1/7 in the C program).
        ECa_factor: factor on the Ca reversal potential of IbCa.
        Ca_times_Cm: "all": Cm multiplies the whole Ca balances; "current": only their membrane currents; "none".
    """

    k: tuple[tuple[str, float], ...]
    If_capped: bool
    sigma_is_zero: bool
    ECa_factor: float
    Ca_times_Cm: str


# Factors on the base conductances (Table S7); the variants differ in Ito, If, INaK and INaCa.
_K = {
    "INa": 1.0,
    "Ito": 0.75 * 0.85,
    "IKr": 1.25,
    "If": 0.85,
    "ICaL": 1.1,
    "IKur": 0.8,
    "IKs": 0.3,
    "INaK": 1.7 * 1.978 * 0.95,
    "INaCa": 9 * 1.8,
    "IK1": 0.18,
    "IKACh": 1.0,
    "IbNa": 1.6,
    "IbCa": 1.6,
    "IpCa": 5.2,
}
_K_PYTHON = _K | {"Ito": 0.75, "If": 0.91, "INaK": 1.7, "INaCa": 1.0}

_TUNINGS = {
    "c": Tuning(tuple(_K.items()), True, True, 0.6, "all"),
    "python": Tuning(tuple(_K_PYTHON.items()), False, False, 1.0, "none"),
    "corrected": Tuning(tuple(_K.items()), False, False, 1.0, "current"),
}

# Table S8 as the C program has it, and as printed (the notebook's values).
_RETICULUM_C = {"Vcell": 3500.0, "Prel": 10.0, "Pup": 0.005, "tau_tr": 60.0}
_RETICULUM_S8 = {"Vcell": 20100.0, "Prel": 50.0, "Pup": 0.0075, "tau_tr": 27.5}
_RETICULUM = {"c": _RETICULUM_C, "python": _RETICULUM_S8, "corrected": _RETICULUM_S8}

VARIANTS = tuple(_TUNINGS)

_PUBLISHED = Published(
    "akwaboah2021",
    VARIANTS,
    "Akwaboah et al. 2021, human induced pluripotent stem-cell-derived cardiomyocyte",
    REFERENCE,
)

# name, unit, kind; initial value of Table S9 (the C program's steady state) and of the notebook.
_STATES: tuple[tuple[str, str, Kind, float, float], ...] = (
    ("V", "mV", "voltage", -66.643468720486, -72.13392269291998),
    ("m", "1", "gate", 0.049124825877, 0.021232582553136294),
    ("h", "1", "gate", 0.727700325891, 0.8953389405508547),
    ("j", "1", "gate", 0.894208866121, 0.9828395333073615),
    ("Nai", "mM", "concentration", 9.680699292047, 10.612071750230232),
    ("Ki", "mM", "concentration", 91.709001163473, 91.88105959334906),
    ("xtof", "1", "gate", 0.005930308293, 0.0042110467813189535),
    ("ytof", "1", "gate", 0.981076047295, 0.979408089136425),
    ("xtos", "1", "gate", 0.005925315068, 0.004203096455919421),
    ("ytos", "1", "gate", 0.257724187021, 0.18607260860356756),
    ("paF", "1", "gate", 0.005855419715, 0.007833508834981354),
    ("paS", "1", "gate", 0.036098779153, 0.07751078049183394),
    ("pi", "1", "gate", 0.868561127740, 0.9070325229910078),
    ("y", "1", "gate", 0.065137562713, 0.054930836509322276),
    ("d", "1", "gate", 0.000033876121, 1.4345390653496403e-5),
    ("f", "1", "gate", 0.997882750596, 0.9746917094323123),
    ("fCa", "1", "gate", 0.547948046949, 0.4540983986303234),
    ("fTC", "1", "buffer", 0.043582776022, 0.05706947461622824),
    ("fTMC", "1", "buffer", 0.449383699221, 0.5179947908649024),
    ("fTMM", "1", "buffer", 0.486436847737, 0.42582651486832124),
    ("fCMi", "1", "buffer", 0.087712453951, 0.11324342208462247),
    ("fCMs", "1", "buffer", 0.108049141579, 0.15020628640302436),
    ("fCQ", "1", "buffer", 0.028782461964, 0.005815289107170125),
    ("Cai", "mM", "concentration", 0.000228812553, 0.0003039768831025202),
    ("Casub", "mM", "concentration", 0.000288302762, 0.00042073428597645955),
    ("Caup", "mM", "concentration", 0.825695731160, 0.6752811199537715),
    ("Carel", "mM", "concentration", 0.024701468338, 0.004874494711477725),
    ("xs", "1", "gate", 0.048136026971, 0.06422007766460627),
    ("ua", "1", "gate", 0.021931284659, 0.012521015669772591),
    ("ui", "1", "gate", 0.969241564523, 0.9694571918864883),
)


def _states(variant: str) -> tuple[State, ...]:
    return tuple(
        State(name, notebook if variant == "python" else table_s9, unit, kind)
        for name, unit, kind, table_s9, notebook in _STATES
    )


_CURRENTS = (
    Current("INa", "fast Na"),
    Current("Ito", "transient outward K, fast and slow"),
    Current("IKr", "rapid delayed rectifier K"),
    Current("If", "hyperpolarisation-activated (funny)"),
    Current("ICaL", "L-type Ca"),
    Current("IKur", "ultra-rapid delayed rectifier K"),
    Current("IKs", "slow delayed rectifier K"),
    Current("INaK", "Na-K pump"),
    Current("INaCa", "Na-Ca exchanger"),
    Current("IK1", "inward rectifier K"),
    Current("IKACh", "acetylcholine-activated K"),
    Current("IbNa", "background Na"),
    Current("IbCa", "background Ca"),
    Current("IpCa", "sarcolemmal Ca pump"),
)


def _parameters(variant: str) -> tuple[Parameter, ...]:
    reticulum = _RETICULUM[variant]
    return (
        Parameter("Nao", 140.0, "mM", "extracellular Na"),
        Parameter("Ko", 5.4, "mM", "extracellular K"),
        Parameter("Cao", 2.0, "mM", "extracellular Ca"),
        Parameter("Mgi", 2.5, "mM", "intracellular Mg"),
        Parameter("T", 310.0, "K", "temperature of the Nernst factor RT/F; the gates' kinetics do not follow it"),
        Parameter("Cm", 100.0, "pF", "membrane capacitance"),
        Parameter("Vcell", reticulum["Vcell"], "um^3", "cell volume"),
        Parameter("Prel", reticulum["Prel"], "1/ms", "rate of Ca release from the reticulum"),
        Parameter("Pup", reticulum["Pup"], "mM/ms", "rate of Ca uptake into the reticulum"),
        Parameter("tau_tr", reticulum["tau_tr"], "ms", "time constant of Ca transfer within the reticulum"),
    )


def cell(variant: str) -> Cell:
    """Return one of the `VARIANTS`."""
    return _PUBLISHED.cell(
        variant,
        states=_states(variant),
        parameters=_parameters(variant),
        currents=_CURRENTS,
        tuning=_TUNINGS[variant],
        methods=("rosenbrock", "rush_larsen"),
        dt_ms=0.0005,  # the authors' own
        stimulus=Stimulation("pA/pF", gain=-52.0),  # it beats by itself; the pulse is ours, as of ventricular cells
    )
