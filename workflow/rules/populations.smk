# Populations: which candidates of a sweep are accepted.
from gbar.drugs.calibrate import TABLES


wildcard_constraints:
    population=one_of(STUDY.calibrate),


def calibrated(wildcards):
    return STUDY.calibrate[wildcards.population]


def protocols_of(wildcards):
    return list(calibrated(wildcards).by_sweep)


def biomarkers_of_protocols(wildcards):
    return [f"{RESULTS}/sweeps/{sweep}/biomarkers.csv" for sweep in protocols_of(wildcards)]


DATA["populations"] = {
    "metrics": f"{RESULTS}/populations/{{population}}/metrics.json",
    "rejections": f"{RESULTS}/populations/{{population}}/rejections.csv",
    "biomarkers": biomarkers_of_protocols,
}


# What rows the sweeps of a population have is known only then. A checkpoint cannot inherit.
checkpoint calibrate:
    input:
        biomarkers=biomarkers_of_protocols,
        tables=[os.path.relpath(table) for table in TABLES.values()],
        code=code("calibrate"),
    output:
        accepted=f"{RESULTS}/populations/{{population}}/accepted.csv",
        rejections=f"{RESULTS}/populations/{{population}}/rejections.csv",
        metrics=f"{RESULTS}/populations/{{population}}/metrics.json",
    log:
        f"{RESULTS}/logs/populations/{{population}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/populations/{{population}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    resources:
        **asks("calibrate"),
    params:
        **job("calibrate", settings=lambda w: calibrated(w).canonical(), biomarkers=protocols_of),
    message:
        "{params.doing}"
    shell:
        "python -m gbar {params.command} > {log:q} 2>&1"
