# From the design of an inverter to what it is worth: folds, ensemble, and what it makes of traces and recordings.


use rule solve as fold with:
    input:
        traces=TRACES,
        golden=GOLDEN,
        code=code("fold"),
    output:
        out=directory(f"{INVERTED}/folds/{{offset}}"),
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/folds/{{offset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/folds/{{offset}}.tsv"
    resources:
        **asks("fold", inverted),
    params:
        **job("fold", seeds=seeds_of, checkpoints=checkpoints_in("invert/{inverter}/folds/{offset}")),


use rule solve as assemble with:
    input:
        folds=folds_of,
        traces=TRACES,
        code=code("assemble"),
    output:
        out=directory(f"{INVERTED}/model"),
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/assemble.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/assemble.tsv"
    resources:
        **asks("assemble", inverted),
    params:
        **job("assemble", false_alarms=lambda w: inverter(w).false_alarms),


use rule solve as judge with:
    input:
        model=f"{INVERTED}/model",
        traces=TRACES,
        code=code("judge"),
    output:
        metrics=f"{INVERTED}/metrics.json",
        predictions=f"{INVERTED}/predictions.npz",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/judge.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/judge.tsv"
    resources:
        **asks("judge", inverted),
    params:
        **job("judge"),


use rule solve as cross with:
    input:
        model=f"{INVERTED}/model",
        traces=TRACES,
        stores=lambda w: map(store_of, other_sweeps(w)),
        code=code("cross"),
    output:
        metrics=f"{INVERTED}/cross.json",
        out=f"{INVERTED}/cross.npz",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/cross.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/cross.tsv"
    resources:
        **asks("cross", inverted),
    params:
        **job("cross", stores=other_sweeps),


use rule solve as size with:
    input:
        traces=TRACES,
        golden=GOLDEN,
        code=code("size"),
    output:
        out=f"{INVERTED}/sizes/{{number}}_{{offset}}.json",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/sizes/{{number}}_{{offset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/sizes/{{number}}_{{offset}}.tsv"
    resources:
        **asks("size", inverted),
    params:
        **job("size", checkpoints=checkpoints_in("invert/{inverter}/sizes/{number}_{offset}")),


use rule solve as round_trip with:
    input:
        model=f"{INVERTED}/model",
        traces=TRACES,
        store=own_store,
        code=code("round-trip"),
    output:
        metrics=f"{INVERTED}/roundtrip.json",
        table=f"{INVERTED}/roundtrip.csv",
        examples=f"{INVERTED}/roundtrip.npz",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/round_trip.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/round_trip.tsv"
    resources:
        **asks("round-trip", inverted),
    params:
        **job("round-trip", cells=lambda w: inverter(w).round_trip),


use rule solve as refine with:
    input:
        model=f"{INVERTED}/model",
        traces=TRACES,
        code=code("refine"),
    output:
        metrics=f"{INVERTED}/refined.json",
        table=f"{INVERTED}/refined.csv",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/refine.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/refine.tsv"
    resources:
        **asks("refine", inverted),
    params:
        **job("refine", settings=lambda w: inverter(w).refine.canonical()),


use rule solve as recording with:
    input:
        model=lambda w: f"{RESULTS}/invert/{recorded(w).inverter}/model",
        file=lambda w: recorded(w).file,
        code=code("answer"),
    output:
        out=f"{RECORDED}.json",
        traces=f"{RECORDED}.npz",
    log:
        f"{RESULTS}/logs/recordings/{{recording}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/recordings/{{recording}}.tsv"
    resources:
        **asks("answer"),
    params:
        **job("answer", settings=lambda w: recorded(w).canonical()),
