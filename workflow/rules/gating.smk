# Hidden gates and altered currents of a ventricular cell, from its voltage and calcium.
# First a network learns the gates of the model; then, as published, its layer of gates is trained again on altered
# cells; then, our way, factors on the currents are identified. The last two are judged on the same cycle lengths.


use rule solve as paced with:
    input:
        code=code("gating make-data", "gbar.cells.tentusscher2004", CELL.equations),
    output:
        out=directory(f"{GATING}/paced/{{cell}}.zarr"),
    log:
        f"{RESULTS}/logs/gating/paced/{{cell}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/paced/{{cell}}.tsv"
    resources:
        **asks("gating make-data", gated),
    params:
        **job("gating make-data", settings=RUNS["paced"], scales=lambda w: canonical(STUDY.gating.scales_of(w.cell))),


use rule solve as learn_gates with:
    input:
        data=CONTROL_RUNS,
        code=code("gating learn"),
    output:
        out=directory(f"{NETWORK}/model"),
    log:
        f"{RESULTS}/logs/gating/learn/{{network}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/learn/{{network}}.tsv"
    resources:
        **asks("gating learn", gated),
    params:
        **job("gating learn", **RUNS, settings=lambda w: STUDY.gating.networks[w.network].canonical()),


use rule solve as test_gates with:
    input:
        data=CONTROL_RUNS,
        model=f"{NETWORK}/model",
        code=code("gating test-network", CELL.equations),
    output:
        metrics=f"{NETWORK}/metrics.json",
        traces=f"{NETWORK}/closed_loop.npz",
    log:
        f"{RESULTS}/logs/gating/test/{{network}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/test/{{network}}.tsv"
    resources:
        **asks("gating test-network", gated),
    params:
        **job("gating test-network", **RUNS, closed_loop_ms=STUDY.gating.closed_loop_ms),


use rule solve as retrain_gates with:
    input:
        data=f"{GATING}/paced/{{cell}}.zarr",
        model=RETRAINED_NETWORK,
        code=code("gating retrain"),
    output:
        out=directory(f"{GATING}/retrained/{{cell}}/model"),
    log:
        f"{RESULTS}/logs/gating/retrain/{{cell}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/retrain/{{cell}}.tsv"
    resources:
        **asks("gating retrain", gated),
    params:
        **job("gating retrain", **RUNS, settings=STUDY.gating.retraining.canonical()),


use rule solve as judge_retrained with:
    input:
        model=RETRAINED_NETWORK,
        control_layers=f"{GATING}/retrained/{CONTROL}/model",
        altered_layers=f"{GATING}/retrained/{{altered}}/model",
        control=CONTROL_RUNS,
        altered=f"{GATING}/paced/{{altered}}.zarr",
        code=code("gating judge-retrained", CELL.equations),
    output:
        scores=f"{GATING}/published/{{altered}}.json",
        traces=f"{GATING}/published/{{altered}}.npz",
    log:
        f"{RESULTS}/logs/gating/published/{{altered}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/published/{{altered}}.tsv"
    resources:
        **asks("gating judge-retrained", gated),
    params:
        **job("gating judge-retrained", **RUNS, **SHOWN, eta=lambda w: STUDY.gating.cells[w.altered].eta),


use rule solve as identify with:
    input:
        data=f"{GATING}/paced/{{cell}}.zarr",
        code=code("gating identify", CELL.equations),
    output:
        out=f"{GATING}/identified/{{cell}}/{{record}}.json",
    log:
        f"{RESULTS}/logs/gating/identified/{{cell}}_{{record}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/identified/{{cell}}_{{record}}.tsv"
    resources:
        **asks("gating identify", gated),
    params:
        **job(
            "gating identify",
            **RUNS,
            # All but the kinds of record: each is a job of its own.
            settings=canonical(STUDY.gating.identification.model_dump(mode="json", exclude={"records"})),
            record=lambda w: STUDY.gating.identification.records[w.record].canonical(),
        ),


use rule solve as judge_identified with:
    input:
        control=CONTROL_RUNS,
        altered=f"{GATING}/paced/{{altered}}.zarr",
        identified=FIRST_IDENTIFIED,
        code=code("gating judge-identified", CELL.equations),
    output:
        scores=f"{GATING}/held_out/{{altered}}.json",
        traces=f"{GATING}/held_out/{{altered}}.npz",
    log:
        f"{RESULTS}/logs/gating/held_out/{{altered}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/held_out/{{altered}}.tsv"
    resources:
        **asks("gating judge-identified", gated),
    params:
        **job("gating judge-identified", **RUNS, **SHOWN),


use rule solve as variant with:
    input:
        identified=FIRST_IDENTIFIED,
        code=code("gating variant"),
    output:
        out=f"{GATING}/variants/{{altered}}.json",
    log:
        f"{RESULTS}/logs/gating/variants/{{altered}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/variants/{{altered}}.tsv"
    resources:
        **asks("gating variant"),
    params:
        **job("gating variant"),
