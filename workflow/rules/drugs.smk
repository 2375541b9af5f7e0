# Drugs: who the rows of a design of drugs are.


use rule solve as labels with:
    input:
        drugs=STUDY.drugs.path or [],
        cipa=os.path.relpath(CIPA),
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
