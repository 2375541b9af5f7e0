# What the rules of the inverters share.
import json

INVERTED = f"{RESULTS}/invert/{{inverter}}"
RECORDED = f"{RESULTS}/recordings/{{recording}}"
TRACES = f"{INVERTED}/traces.zarr"
GOLDEN = f"{INVERTED}/golden.json"


wildcard_constraints:
    inverter=one_of(STUDY.invert),
    trial="[0-9]+",
    offset="[0-9]+",
    number="[0-9]+",
    recording=one_of(STUDY.recordings),


def inverter(wildcards):
    return STUDY.invert[wildcards.inverter]


def inverted(wildcards):
    """The section of an inverter and the number of rows of its sweep."""
    return inverter(wildcards), PLANS[inverter(wildcards).sweep].rows


def recorded(wildcards):
    return STUDY.recordings[wildcards.recording]


def store_of(sweep):
    return f"{RESULTS}/sweeps/{sweep}/store.zarr"


def own_store(wildcards):
    return store_of(inverter(wildcards).sweep)


def other_sweeps(wildcards):
    return inverter(wildcards).cross


def settings_of_scan(wildcards):
    """All of a scan but its length: more trials leave the others alone."""
    return canonical(inverter(wildcards).scan.model_dump(mode="json", exclude={"trials"}))


def trials_of(wildcards):
    return [f"{INVERTED}/scan/{trial:04d}.json" for trial in range(inverter(wildcards).scan.trials)]


def top_of(wildcards):
    return inverter(wildcards).stability.top if inverter(wildcards).stability else 1


def candidates(wildcards):
    """What the golden design is chosen from: the best trials trained again, known only once the scan is ranked."""
    section = inverter(wildcards)
    if section.network is not None:
        return []
    top = checkpoints.rank.get(inverter=wildcards.inverter).output.out
    if section.stability is None:
        return [top]
    with open(top) as ranked:
        return [f"{INVERTED}/stability/{design['trial']:04d}.json" for design in json.load(ranked)["best"]]


def settings_of_design(wildcards):
    return canonical(inverter(wildcards).model_dump(mode="json", include={"network", "training"}))


def folds_of(wildcards):
    return [f"{INVERTED}/folds/{offset}" for offset in range(inverter(wildcards).ensemble.folds)]


def seeds_of(wildcards):
    return inverter(wildcards).ensemble.seeds


def sizes_of(wildcards):
    section = inverter(wildcards).sizes
    return [f"{INVERTED}/sizes/{number}_{k}.json" for number in section.traces for k in range(section.folds)]


DATA["invert"] = {
    "scan": f"{INVERTED}/scan.csv",
    "top": top_of,
    "stability": candidates,
    "golden": GOLDEN,
    "predictions": f"{INVERTED}/predictions.npz",
    "metrics": f"{INVERTED}/metrics.json",
    "cross": lambda w: [f"{INVERTED}/cross.npz"] if inverter(w).cross else [],
    "sizes": sizes_of,
    "cell": lambda w: STUDY.sweeps[inverter(w).sweep].cell.cell().name,
    "round_trip": f"{INVERTED}/roundtrip.csv",
    "examples": f"{INVERTED}/roundtrip.npz",
    "refined": f"{INVERTED}/refined.csv",
    "answer": f"{RECORDED}.json",
    "traces": f"{RECORDED}.npz",
}
for name, section in STUDY.invert.items():
    # A figure that is called as a section of an inverter is drawn where the section is there.
    asked = section.model_copy(update={"stability": None}) if section.network is not None else section
    NOT_DRAWN |= {f"invert_{key}_{name}" for key, value in asked if not value}
