# Hidden gates and altered currents of a ventricular cell, from its voltage and calcium.
# First a network learns the gates of the model; then, as published, its layer of gates is trained again on altered
# cells; then, our way, factors on the currents are identified. The last two are judged on the same cycle lengths.


rule paced:
    input:
        code=code("gbar.jobs.runtime", "gbar.gating.data", "gbar.cells.tentusscher2004", CELL.equations),
    output:
        directory(f"{GATING}/paced/{{cell}}.zarr"),
    log:
        f"{RESULTS}/logs/gating/paced/{{cell}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/paced/{{cell}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(gating(gating_needs.of_paced)),
        runtime=runtime(gating(gating_needs.of_paced)),
    params:
        settings=settings_of_paced,
        scales=scales_of,
    message:
        "Pacing and clamping cell {wildcards.cell}"
    shell:
        "python -m gbar gating make-data --settings {params.settings:q} --scales {params.scales:q}"
        " --out {output:q} > {log:q} 2>&1"


rule learn_gates:
    input:
        control=CONTROL_RUNS,
        code=code("gbar.jobs.runtime", "gbar.gating.training"),
    output:
        directory(f"{GATING}/networks/{{network}}/model"),
    log:
        f"{RESULTS}/logs/gating/learn/{{network}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/learn/{{network}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(gating(gating_needs.of_learning)),
        runtime=runtime(gating(gating_needs.of_learning)),
    params:
        paced=settings_of_paced,
        settings=settings_of_network,
    message:
        "Training gating network {wildcards.network}"
    shell:
        "python -m gbar gating learn --data {input.control:q} --paced {params.paced:q}"
        " --settings {params.settings:q} --out {output:q} > {log:q} 2>&1"


rule test_gates:
    input:
        control=CONTROL_RUNS,
        model=f"{GATING}/networks/{{network}}/model",
        code=code("gbar.jobs.runtime", "gbar.gating.evaluation", CELL.equations),
    output:
        metrics=f"{GATING}/networks/{{network}}/metrics.json",
        traces=f"{GATING}/networks/{{network}}/closed_loop.npz",
    log:
        f"{RESULTS}/logs/gating/test/{{network}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/test/{{network}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(gating(gating_needs.of_closed_loop)),
        runtime=runtime(gating(gating_needs.of_closed_loop)),
    params:
        paced=settings_of_paced,
        cycle_lengths=STUDY.gating.closed_loop_ms,
    message:
        "Driving the cell with gating network {wildcards.network}"
    shell:
        "python -m gbar gating test-network --model {input.model:q} --data {input.control:q}"
        " --paced {params.paced:q} --closed-loop-ms {params.cycle_lengths:q}"
        " --metrics {output.metrics:q} --traces {output.traces:q} > {log:q} 2>&1"


rule retrain_gates:
    input:
        data=f"{GATING}/paced/{{cell}}.zarr",
        model=RETRAINED_NETWORK,
        code=code("gbar.jobs.runtime", "gbar.gating.training"),
    output:
        directory(f"{GATING}/retrained/{{cell}}/model"),
    log:
        f"{RESULTS}/logs/gating/retrain/{{cell}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/retrain/{{cell}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(gating(gating_needs.of_retraining)),
        runtime=runtime(gating(gating_needs.of_retraining)),
    params:
        paced=settings_of_paced,
        settings=settings_of_retraining,
    message:
        "Training the layer of gates again on cell {wildcards.cell}, for every eta"
    shell:
        "python -m gbar gating retrain --model {input.model:q} --data {input.data:q} --paced {params.paced:q}"
        " --settings {params.settings:q} --out {output:q} > {log:q} 2>&1"


rule judge_retrained:
    input:
        model=RETRAINED_NETWORK,
        control_layers=f"{GATING}/retrained/{CONTROL}/model",
        altered_layers=f"{GATING}/retrained/{{altered}}/model",
        control=CONTROL_RUNS,
        altered=f"{GATING}/paced/{{altered}}.zarr",
        code=code("gbar.jobs.runtime", "gbar.gating.published", CELL.equations),
    output:
        scores=f"{GATING}/published/{{altered}}.json",
        traces=f"{GATING}/published/{{altered}}.npz",
    log:
        f"{RESULTS}/logs/gating/published/{{altered}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/published/{{altered}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(gating(gating_needs.of_closed_loop)),
        runtime=runtime(gating(gating_needs.of_closed_loop)),
    params:
        **GATING_SETTINGS,
        eta=lambda wildcards: STUDY.gating.cells[wildcards.altered].eta,
    message:
        "Judging the published second stage on cell {wildcards.altered}"
    shell:
        "python -m gbar gating judge-retrained --model {input.model:q} --control-layers {input.control_layers:q}"
        " --altered-layers {input.altered_layers:q} --control {input.control:q} --altered {input.altered:q}"
        " --paced {params.paced:q} --shown {params.shown:q} --eta {params.eta:q}"
        " --scores {output.scores:q} --traces {output.traces:q} > {log:q} 2>&1"


rule identify:
    input:
        data=f"{GATING}/paced/{{cell}}.zarr",
        code=code("gbar.jobs.runtime", "gbar.gating.identify", CELL.equations),
    output:
        f"{GATING}/identified/{{cell}}/{{record}}.json",
    log:
        f"{RESULTS}/logs/gating/identified/{{cell}}_{{record}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/identified/{{cell}}_{{record}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(gating(gating_needs.of_identification)),
        runtime=runtime(gating(gating_needs.of_identification)),
    params:
        paced=settings_of_paced,
        settings=settings_of_identification,
        record=settings_of_record,
    message:
        "Identifying the altered current of cell {wildcards.cell} from its {wildcards.record} record"
    shell:
        "python -m gbar gating identify --data {input.data:q} --paced {params.paced:q}"
        " --settings {params.settings:q} --record {params.record:q} --out {output:q} > {log:q} 2>&1"


rule judge_identified:
    input:
        control=CONTROL_RUNS,
        altered=f"{GATING}/paced/{{altered}}.zarr",
        identified=f"{GATING}/identified/{{altered}}/{FIRST_RECORD}.json",
        code=code("gbar.jobs.runtime", "gbar.gating.held_out", CELL.equations),
    output:
        scores=f"{GATING}/held_out/{{altered}}.json",
        traces=f"{GATING}/held_out/{{altered}}.npz",
    log:
        f"{RESULTS}/logs/gating/held_out/{{altered}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/held_out/{{altered}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(gating(gating_needs.of_held_out)),
        runtime=runtime(gating(gating_needs.of_held_out)),
    params:
        **GATING_SETTINGS,
    message:
        "Simulating cell {wildcards.altered} as identified"
    shell:
        "python -m gbar gating judge-identified --control {input.control:q} --altered {input.altered:q}"
        " --identified {input.identified:q} --paced {params.paced:q} --shown {params.shown:q}"
        " --scores {output.scores:q} --traces {output.traces:q} > {log:q} 2>&1"


rule variant:
    input:
        identified=f"{GATING}/identified/{{altered}}/{FIRST_RECORD}.json",
        code=code("gbar.gating.variant"),
    output:
        f"{GATING}/variants/{{altered}}.json",
    log:
        f"{RESULTS}/logs/gating/variants/{{altered}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gating/variants/{{altered}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Writing cell {wildcards.altered} as identified, for gbar simulate"
    shell:
        "python -m gbar gating variant --identified {input.identified:q} --out {output:q} > {log:q} 2>&1"
