# What the rules of the inverters share.
import json

INVERTED = f"{RESULTS}/invert/{{inverter}}"


wildcard_constraints:
    inverter=one_of(STUDY.invert),
    trial="[0-9]+",
    offset="[0-9]+",
    number="[0-9]+",
    recording=one_of(STUDY.recordings),


def inverter(wildcards):
    return STUDY.invert[wildcards.inverter]


def store_of(sweep):
    return f"{RESULTS}/sweeps/{sweep}/store.zarr"


def settings_of_scan(wildcards):
    """All of a scan but its length: more trials leave the others alone."""
    return canonical(inverter(wildcards).scan.model_dump(mode="json", exclude={"trials"}))


def trials_of(wildcards):
    return [f"{INVERTED}/scan/{trial:04d}.json" for trial in range(inverter(wildcards).scan.trials)]


def candidates(wildcards):
    """What the golden design is chosen from: the best trials trained again, known only once the scan is ranked."""
    section = inverter(wildcards)
    if section.network is not None:
        return []
    top = checkpoints.rank.get(inverter=wildcards.inverter).output.top
    if section.stability is None:
        return [top]
    with open(top) as ranked:
        return [f"{INVERTED}/stability/{design['trial']:04d}.json" for design in json.load(ranked)["best"]]


def settings_of_design(wildcards):
    return canonical(inverter(wildcards).model_dump(mode="json", include={"network", "training"}))


def folds_of(wildcards):
    return expand(f"{INVERTED}/folds/{{offset}}", offset=range(inverter(wildcards).ensemble.folds), allow_missing=True)


def seeds_of(wildcards):
    return inverter(wildcards).ensemble.seeds


def inverting(need):
    """What a job of an inverter takes, by its section and the size of its sweep."""

    def of_job(wildcards):
        section = inverter(wildcards)
        return need(section, PLANS[section.sweep].rows)

    return of_job


def sizes_of(wildcards):
    section = inverter(wildcards).sizes
    return expand(
        f"{INVERTED}/sizes/{{number}}_{{offset}}.json",
        number=section.traces,
        offset=range(section.folds),
        allow_missing=True,
    )


def figures_of(name):
    """The figures of one inverter, in their order."""
    section = STUDY.invert[name]
    asked = {
        "scan": section.scan,
        "stability": section.stability if section.network is None else None,
        "predictions": True,
        "residuals": True,
        "coverage": True,
        "range": True,
        "cross": section.cross,
        "sizes": section.sizes,
        "round_trip": section.round_trip,
        "refine": section.refine,
    }
    return [f"invert_{kind}_{name}" for kind, wanted in asked.items() if wanted]
