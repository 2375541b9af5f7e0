"""Tomek et al. 2019 (ToR-ORd) with the dynamic chloride of 2020 (ToR-ORd-dynCl): a human ventricular cell.

Made from the model of O'Hara et al. 2011 (`ohara2011`). The variants are layers of the ventricular wall, each from the
authors' own start after long pacing at 1 Hz:

    endo  endocardial
    epi   epicardial
    mid   mid-myocardial

At 1 Hz APD90 of the 100th beat is 272.2, 236.4 and 349.9 ms. The model conserves charge: what V and the concentrations
hold together never changes but for rounding. So the steady state depends on the start, and no number of beats forgets
it.
"""

from gbar.cells.cell import Cell, Current, Parameter, Stimulation
from gbar.cells.ohara2011.layers import CURRENTS, LAYERS, Layer, states, tuning
from gbar.cells.published import TEMPERATURE, Published

REFERENCE = (
    "Tomek J, Bueno-Orovio A, Passini E, et al. Development, calibration, and validation of a novel human ventricular "
    "myocyte model in health, disease, and drug block. eLife 2019;8:e48890. doi:10.7554/eLife.48890; dynamic chloride: "
    "Tomek J, Bueno-Orovio A, Rodriguez B. bioRxiv 2020.06.01.127043. doi:10.1101/2020.06.01.127043"
)

VARIANTS = LAYERS

_PUBLISHED = Published(
    "tomek2019", VARIANTS, "Tomek et al. 2019 with dynamic chloride (ToR-ORd-dynCl), human ventricular cell", REFERENCE
)

_ENDO = {
    "GNaL": 0.0279,
    "Gto": 0.16,
    "PCa": 8.3757e-5,
    "GKr": 0.0321,
    "GKs": 0.0011,
    "GK1": 0.6992,
    "Gncx": 0.0034,
    "subspace_share": 0.35,
    "Pnak": 15.4509,
    "GKb": 0.0189,
    "PNab": 1.9239e-9,
    "PCab": 5.9194e-8,
    "release": 1.5378,
    "half_rel": 1.7,
    "up_max": 0.005425,
    "leak": 0.0048825,
    "tau_tr": 60.0,
}
_FACTORS: dict[str, dict[Layer, float]] = {"Gto": {"epi": 2, "mid": 2}, "PCa": {"epi": 1.2, "mid": 2}}

# state; start of endo, epi, mid. What the authors' solver left below 1e-20 of gates and fluxes is 0.
_STARTS: tuple[tuple[str, float, float, float], ...] = (
    ("V", -89.7480828168753, -90.7456332496277, -91.3391803967798),
    ("Nai", 12.3973564703237, 13.4006197127101, 15.9486733631902),
    ("Nass", 12.3976953330256, 13.4009366375605, 15.9492201219199),
    ("Ki", 147.711474407329, 152.363889991411, 156.713067183465),
    ("Kss", 147.711433360862, 152.363844281265, 156.713012917889),
    ("Cai", 7.45348093580908e-5, 6.62181569329109e-5, 8.29757614119249e-5),
    ("Cass", 6.49734059262396e-5, 5.74992101186664e-5, 6.6421873823993e-5),
    ("Cansr", 1.52800059077496, 1.80679354108253, 2.01222465016069),
    ("Cajsr", 1.5256925343682, 1.80504703846161, 2.01641461550468),
    ("Cli", 29.2069793887423, 34.3172099045416, 48.9127681450109),
    ("Clss", 29.2069557375901, 34.3171879616709, 48.9127355777872),
    ("Jrel_np", 0.0, 0.0, 0.0),
    ("Jrel_p", 0.0, 0.0, -7.6107142584862e-20),
    ("CaMKt", 0.0109502564192484, 0.0127354136594547, 0.0201882046405105),
    ("m", 0.000651715361520436, 0.000525323142244124, 0.000461956534829239),
    ("hp", 0.701845427662345, 0.731365613931879, 0.747897241513971),
    ("h", 0.847326693399099, 0.864514804478946, 0.873907657623256),
    ("j", 0.847165668535608, 0.864457115015362, 0.873784149746068),
    ("jp", 0.846901438940383, 0.86435271573304, 0.873537507470071),
    ("mL", 0.00013512026119456, 0.000111796946200753, 9.98770874860868e-5),
    ("hL", 0.556601650459093, 0.591653600903076, 0.59861175946637),
    ("hLp", 0.311549070692613, 0.347681236790268, 0.333989914508018),
    ("a", 0.000889925901945137, 0.000832040787904695, 0.000799404188333773),
    ("iF", 0.999671576537361, 0.999724237643709, 0.999751418648699),
    ("iS", 0.598890849399207, 0.999723490323258, 0.570253781914665),
    ("ap", 0.000453416519958675, 0.000423912054921203, 0.000407277681198651),
    ("iFp", 0.999671583620741, 0.999724237767365, 0.999751424044492),
    ("iSp", 0.662069197871101, 0.999724054768924, 0.635192659820007),
    ("d", 0.0, 0.0, 0.0),
    ("ff", 0.99999999431064, 0.999999995656968, 0.999999996299523),
    ("fs", 0.940179072110115, 0.951060213798798, 0.918358695116332),
    ("fcaf", 0.999999994310551, 0.999999995656976, 0.999999996300839),
    ("fcas", 0.999901376748386, 0.999937692440505, 0.999754043234341),
    ("jca", 0.999984619576572, 0.999988620215189, 0.999974289100453),
    ("nca_ss", 0.000489937844976504, 0.000304952292598877, 0.000533651965198686),
    ("nca_i", 0.000832600925714172, 0.000527266836293694, 0.00125786136830066),
    ("ffp", 0.999999994343118, 0.999999995656685, 0.999999996207845),
    ("fcafp", 0.999999994312043, 0.999999995656399, 0.999999996298728),
    ("xs1", 0.243959016060676, 0.223358448594285, 0.264229298875232),
    ("xs2", 0.000158616694622612, 0.00014182474379831, 0.000132734770983313),
    ("C3", 0.998251134783098, 0.998473340797544, 0.998345129712001),
    ("C2", 0.000793602046257213, 0.000739304520671507, 0.000708645966770289),
    ("C1", 0.000653214338491609, 0.000602907876760312, 0.000591004733696651),
    ("O", 0.000292244895058368, 0.000178778329437106, 0.000344573276330018),
    ("I", 9.80408293117642e-6, 5.67825481839631e-6, 1.0642301413081e-5),
)

_PARAMETERS = (
    Parameter("Nao", 140.0, "mM", "extracellular Na", lowest=1e-6),
    Parameter("Ko", 5.0, "mM", "extracellular K", lowest=1e-6),
    Parameter("Cao", 1.8, "mM", "extracellular Ca", lowest=1e-6),
    Parameter("Clo", 150.0, "mM", "extracellular Cl", lowest=1e-6),
    TEMPERATURE,
)
_OF_CHLORIDE = (Current("IClCa", "Ca-activated Cl"), Current("IClb", "background Cl"))


def cell(variant: Layer) -> Cell:
    """Return one of the `VARIANTS`."""
    start = {name: values[VARIANTS.index(variant)] for name, *values in _STARTS}
    return _PUBLISHED.cell(
        variant,
        states=states(start, coupled=("jca", "nca_ss", "nca_i", "C3", "C2", "C1", "O", "I")),
        parameters=_PARAMETERS,
        currents=(*CURRENTS[:-2], *_OF_CHLORIDE, *CURRENTS[-2:]),
        tuning=tuning(_ENDO, _FACTORS, variant, hERG=False),
        methods=("rosenbrock",),
        dt_ms=0.005,
        stimulus=Stimulation("pA/pF", gain=-53.0, kind="pacing", defaults=(("first_ms", 0.0), ("width_ms", 1.0))),
    )
