# Figures and where their data is, by study and by name as functions have it; the studies add theirs.
DATA = {"sweeps": {"store": f"{RESULTS}/sweeps/{{sweep}}/store.zarr"}}
STUDIED = {}  # what the needs of figures are told from, where they are not told from nothing
NOT_DRAWN = set()  # kinds and files that are not asked for
# By study and by the wildcard that figures are named after.
NAMES = {
    ("sweeps", "sweep"): STUDY.plain_sweeps,
    ("drugs", "sweep"): STUDY.drug_sweeps,
    ("drugs", "risk"): STUDY.risk,
    ("populations", "population"): STUDY.calibrate,
    ("invert", "inverter"): STUDY.invert,
    ("invert", "recording"): STUDY.recordings,
    ("gating", "altered"): ALTERED,
}


def drawn():
    """The kinds of figures that this study has, as the registry lists them."""
    return [one for one in registry.FIGURES if one.study in DATA and one.kind not in NOT_DRAWN]


def figure_names():
    """The figures in their order; of consecutive kinds of which there are several, those of a name together."""
    for (study, of), group in groupby(drawn(), key=lambda one: (one.study, one.of)):
        kinds = [one.kind for one in group]
        several = [f"{kind}_{name}" for name in NAMES.get((study, of), []) for kind in kinds]
        yield from [one for one in several if one not in NOT_DRAWN] if of else kinds


def datum(figure, parameter):
    if parameter.name == "settings":
        return getattr(STUDY.figures, figure.kind).canonical()
    return DATA[figure.study][figure.takes.get(parameter.name, parameter.name)]


def files_of(figure):
    """The inputs of a figure, by parameter of its function."""
    data = {one: datum(figure, one) for one in JOBS[figure.job].parameters if one.is_file}
    return {one.name: [path for _, path in files] if one.is_named else files for one, files in data.items()}


def job_of(figure):
    """The params of a figure: what is no file, and the names of files."""
    data = {one: datum(figure, one) for one in JOBS[figure.job].parameters if one.is_named or not one.is_file}
    return job(
        figure.job, **{one.name: [name for name, _ in said] if one.is_named else said for one, said in data.items()}
    )
