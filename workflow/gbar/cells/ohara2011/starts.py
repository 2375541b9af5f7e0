"""Where the cells of O'Hara et al. 2011 and CiPAORdv1.0 start."""

# state; after pulses every 2 s (the FDA's start of control); of the CellML file: ORd's own after pulses each second
_CIPA: tuple[tuple[str, float, float], ...] = (
    ("V", -88.0145, -88.00190465),
    ("Nai", 6.46961, 7.268004498),
    ("Nass", 6.46967, 7.268089977),
    ("Ki", 145.501, 144.6555918),
    ("Kss", 145.501, 144.6555651),
    ("Cai", 7.45321e-5, 8.6e-5),
    ("Cass", 7.30454e-5, 8.49e-5),
    ("Cansr", 1.37897, 1.619574538),
    ("Cajsr", 1.37944, 1.571234014),
    ("Jrel_np", 1.46507e-7, 2.5e-7),
    ("Jrel_p", 1.83132e-7, 3.12e-7),
    ("CaMKt", 0.00325232, 0.0125840447),
    ("m", 0.00733485, 0.007344121102),
    ("hf", 0.698542, 0.6981071913),
    ("hs", 0.698542, 0.6980895801),
    ("j", 0.698542, 0.6979908432),
    ("hsp", 0.455526, 0.4549485525),
    ("jp", 0.698541, 0.6979245865),
    ("mL", 0.000187813, 0.0001882617273),
    ("hL", 0.513396, 0.5008548855),
    ("hLp", 0.307923, 0.2693065357),
    ("a", 0.00100025, 0.001001097687),
    ("iF", 0.999555, 0.9995541745),
    ("iS", 0.871715, 0.5865061736),
    ("ap", 0.000509652, 0.0005100862934),
    ("iFp", 0.999555, 0.9995541823),
    ("iSp", 0.905466, 0.6393399482),
    ("d", 2.33382e-9, 2.34e-9),
    ("ff", 1.0, 0.9999999909),
    ("fs", 0.971897, 0.9102412777),
    ("fcaf", 1.0, 0.9999999909),
    ("fcas", 1.0, 0.9998046777),
    ("jca", 1.0, 0.9999738312),
    ("ffp", 1.0, 0.9999999909),
    ("fcafp", 1.0, 0.9999999909),
    ("nca", 0.0015391, 0.002749414044),
    ("IC1", 0.999637, 0.999637),
    ("IC2", 6.83208e-5, 6.83208e-5),
    ("C1", 1.80145e-8, 1.80145e-8),
    ("C2", 8.26619e-5, 8.26619e-5),
    ("O", 0.00015551, 0.00015551),
    ("IO", 5.67623e-5, 5.67623e-5),
    ("IObound", 0.0, 0.0),
    ("Obound", 0.0, 0.0),
    ("Cbound", 0.0, 0.0),
    ("xs1", 0.130941, 0.2707758025),
    ("xs2", 0.000192517, 0.0001928503426),
    ("xk1", 0.996756, 0.9967597594),
)
_OF_HERG = ("IC1", "IC2", "C1", "C2", "O", "IO", "IObound", "Obound", "Cbound")

FDA = {name: after_2s for name, after_2s, _ in _CIPA}
CELLML = {name: of_file for name, _, of_file in _CIPA}

# The paper's program begins before the first beat: gates all open or all closed.
_CONCENTRATIONS = dict.fromkeys(("Nai", "Nass"), 7.0) | dict.fromkeys(("Ki", "Kss"), 145.0)
_CALCIUM = dict.fromkeys(("Cai", "Cass"), 1e-4) | dict.fromkeys(("Cansr", "Cajsr"), 1.2)
_CLOSED = ("Jrel_np", "Jrel_p", "CaMKt", "m", "mL", "a", "ap", "d", "nca", "xrf", "xrs", "xs1", "xs2")
PAPER = (
    {"V": -87.0, **_CONCENTRATIONS, **_CALCIUM}
    | dict.fromkeys(_CLOSED, 0.0)
    | dict.fromkeys(
        (name for name in CELLML if name not in (*_CLOSED, *_OF_HERG, "V", *_CONCENTRATIONS, *_CALCIUM)), 1.0
    )
)
