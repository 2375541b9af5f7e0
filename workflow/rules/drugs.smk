# Drugs: who the rows of a design of drugs are, and their classes of risk.


use rule solve as labels with:
    input:
        drugs=STUDY.drugs.path or [],
        shipped=[os.path.relpath(file) for file in [*SHIPPED.values(), *JOINT.values()]],
        members=lambda w: members_of(w.sweep),
        code=sweep_code("labels"),
    output:
        out=f"{RESULTS}/sweeps/{{sweep}}/labels.csv",
    log:
        f"{RESULTS}/logs/labels/{{sweep}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/labels/{{sweep}}.tsv"
    resources:
        **asks("labels"),
    params:
        **job("labels", settings=settings_of_sweep, drugs=STUDY.drugs.canonical()),


use rule solve as shares with:
    input:
        labels=f"{RESULTS}/sweeps/{{sweep}}/labels.csv",
        biomarkers=f"{RESULTS}/sweeps/{{sweep}}/biomarkers.csv",
        code=code("shares"),
    output:
        out=f"{RESULTS}/sweeps/{{sweep}}/shares.csv",
    log:
        f"{RESULTS}/logs/shares/{{sweep}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/shares/{{sweep}}.tsv"
    resources:
        **asks("shares"),
    params:
        **job("shares"),


use rule solve as risk with:
    input:
        labels=lambda w: f"{RESULTS}/sweeps/{STUDY.risk[w.risk].sweep}/labels.csv",
        biomarkers=lambda w: f"{RESULTS}/sweeps/{STUDY.risk[w.risk].sweep}/biomarkers.csv",
        published=os.path.relpath(PUBLISHED),
        code=code("risk"),
    output:
        out=f"{RESULTS}/risk/{{risk}}/metrics.json",
        drugs=f"{RESULTS}/risk/{{risk}}/drugs.csv",
    log:
        f"{RESULTS}/logs/risk/{{risk}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/risk/{{risk}}.tsv"
    resources:
        **asks("risk"),
    params:
        **job("risk", settings=lambda w: STUDY.risk[w.risk].canonical()),
