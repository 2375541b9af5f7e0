# From the stores of sweeps to the design of an inverter: data set, scan, trainings again of the best.


use rule solve as traces with:
    input:
        store=own_store,
        code=code("traces"),
    output:
        out=directory(TRACES),
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/traces.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/traces.tsv"
    resources:
        **asks("traces", inverted),
    params:
        **job("traces", settings=lambda w: inverter(w).traces.canonical()),


use rule solve as trial with:
    input:
        traces=TRACES,
        code=code("trial"),
    output:
        out=f"{INVERTED}/scan/{{trial}}.json",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/scan/{{trial}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/scan/{{trial}}.tsv"
    resources:
        **asks("trial", inverted),
    params:
        **job("trial", settings=settings_of_scan, checkpoints=checkpoints_in("invert/{inverter}/scan/{trial}")),


# Which trials are trained again is known only when all are done. A checkpoint cannot inherit.
checkpoint rank:
    input:
        trials=trials_of,
        code=code("rank"),
    output:
        table=f"{INVERTED}/scan.csv",
        out=f"{INVERTED}/top.json",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/rank.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/rank.tsv"
    conda:
        "../../envs/gbar.yaml"
    resources:
        **asks("rank"),
    params:
        **job("rank", top=top_of),
    message:
        "{params.doing}"
    shell:
        "python -m gbar {params.command} > {log:q} 2>&1"


use rule solve as stability with:
    input:
        traces=TRACES,
        trial=f"{INVERTED}/scan/{{trial}}.json",
        code=code("stability"),
    output:
        out=f"{INVERTED}/stability/{{trial}}.json",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/stability/{{trial}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/stability/{{trial}}.tsv"
    resources:
        **asks("stability", inverted),
    params:
        **job(
            "stability",
            settings=settings_of_scan,
            seeds=lambda w: inverter(w).stability.seeds,
            checkpoints=checkpoints_in("invert/{inverter}/stability/{trial}"),
        ),


use rule solve as golden with:
    input:
        candidates=candidates,
        code=code("golden"),
    output:
        out=GOLDEN,
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/golden.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/golden.tsv"
    resources:
        **asks("golden"),
    params:
        **job("golden", settings=settings_of_design),
