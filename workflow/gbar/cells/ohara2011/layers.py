"""The three layers of the ventricular wall, as O'Hara et al. 2011 and those who built on it tell them apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gbar.cells.cell import Current, State

Layer = Literal["endo", "epi", "mid"]
LAYERS: tuple[Layer, ...] = ("endo", "epi", "mid")

# Factors on endocardial values; the other factors of the two models, of Ito and ICaL, differ.
_FACTORS: dict[str, dict[Layer, float]] = {
    "GNaL": {"epi": 0.6},
    "GKr": {"epi": 1.3, "mid": 0.8},
    "GKs": {"epi": 1.4},
    "GK1": {"epi": 1.2, "mid": 1.3},
    "Gncx": {"epi": 1.1, "mid": 1.4},
    "Pnak": {"epi": 0.9, "mid": 0.7},
    "GKb": {"epi": 0.6},
    "release_of_ICaL": {"mid": 1.7},
    "uptake": {"epi": 1.3},
    "calmodulin": {"epi": 1.3},
}


@dataclass(frozen=True)
class Tuning:
    """Constants of a variant that no user sets.

    Attributes:
        GNaL: maximal conductance of INaL, mS/uF.
        Gto: of Ito, mS/uF.
        PCa: permeability of the L-type Ca channels, cm/s times 1e-3 per uF.
        GKr: of IKr, mS/uF at the model's own extracellular K.
        GKs: of IKs, mS/uF.
        GK1: of IK1, mS/uF.
        Gncx: turnover of the Na-Ca exchanger, uA/uF.
        subspace_share: of the exchangers that are in the subspace.
        Pnak: turnover of the Na-K pump, pA/pF.
        GKb: of IKb, mS/uF.
        PNab: permeability of INab, unit as of PCa.
        PCab: permeability of ICab, unit as of PCa.
        release: factor on the release of calcium.
        release_of_ICaL: factor on what ICaL releases.
        half_rel: Ca of the junctional reticulum at which half is released, mM.
        up_max: largest uptake without CaMK, mM/ms.
        leak: of the network reticulum at 15 mM, mM/ms.
        uptake: factor on the uptake without the leak.
        tau_tr: time constant of the transfer within the reticulum, ms.
        calmodulin: factor on its amount.
        epicardial: Ito inactivates faster below -70 mV.
        dynamic_hERG: IKr is the Markov model of hERG, to which drugs bind.
    """

    GNaL: float
    Gto: float
    PCa: float
    GKr: float
    GKs: float
    GK1: float
    Gncx: float
    subspace_share: float
    Pnak: float
    GKb: float
    PNab: float
    PCab: float
    release: float
    half_rel: float
    up_max: float
    leak: float
    tau_tr: float
    release_of_ICaL: float = 1.0
    uptake: float = 1.0
    calmodulin: float = 1.0
    epicardial: bool = False
    dynamic_hERG: bool = False


def tuning(endo: Mapping[str, float], own: Mapping[str, Mapping[Layer, float]], layer: Layer, hERG: bool) -> Tuning:
    """Return the constants of a layer.

    Args:
        endo: those of the endocardial cell.
        own: factors on them that the model has beside those of all.
        layer: of the wall.
        hERG: whether IKr is the Markov model of hERG.
    """
    factors = {**_FACTORS, **own}
    values = dict.fromkeys(("release_of_ICaL", "uptake", "calmodulin"), 1.0) | dict(endo)
    values = {name: value * factors.get(name, {}).get(layer, 1.0) for name, value in values.items()}
    return Tuning(**values, epicardial=layer == "epi", dynamic_hERG=hERG)


CURRENTS = (
    Current("INa", "fast Na", also=("gNa",)),
    Current("INaL", "late Na", also=("gNaL",)),
    Current("Ito", "transient outward K", also=("gto",)),
    Current("ICaL", "L-type Ca, and what Na and K its channels let through", also=("gCaL", "PCa")),
    Current("IKr", "rapid delayed rectifier K", also=("gKr",)),
    Current("IKs", "slow delayed rectifier K", also=("gKs",)),
    Current("IK1", "inward rectifier K", also=("gK1",)),
    Current("INaCa", "Na-Ca exchanger, of myoplasm and subspace"),
    Current("INaK", "Na-K pump", also=("PNaK",)),
    Current("IKb", "background K", also=("gKb",)),
    Current("INab", "background Na", also=("gbNa",)),
    Current("ICab", "background Ca", also=("gbCa",)),
    Current("IpCa", "sarcolemmal Ca pump", also=("gpCa",)),
    Current("Jrel", "Ca release from the reticulum", also=("Irel",)),
    Current("Jup", "Ca uptake into the reticulum, and its leak", also=("Iup",)),
)

CONCENTRATIONS = ("Nai", "Nass", "Ki", "Kss", "Cai", "Cass", "Cansr", "Cajsr", "Cli", "Clss")
_FLUXES = ("Jrel_np", "Jrel_p")
FLOOR_OF_FLUX = 1e-4  # mM/ms, below which an error is absolute


def states(start: Mapping[str, float], coupled: tuple[str, ...]) -> tuple[State, ...]:
    """Return the states of a start, the voltage first.

    The fluxes of release follow ICaL and with it many gates: with them in the core these are eliminated one by one.

    Args:
        start: value of every state.
        coupled: states outside the core that are coupled to each other: channels' states, fractions nca and their rate.
    """

    def state(name: str, initial: float) -> State:
        if name == "V":
            return State(name, initial, "mV", "voltage")
        if name in CONCENTRATIONS:
            return State(name, initial, "mM", "concentration")
        if name in _FLUXES:
            return State(name, initial, "mM/ms", "buffer", core=True, floor=FLOOR_OF_FLUX)
        return State(name, initial, "1", "buffer" if name in (*coupled, "CaMKt") else "gate")

    return tuple(state(name, initial) for name, initial in start.items())
