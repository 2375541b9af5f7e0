# From the stores of sweeps back to parameters: data set, scan, stability, folds, ensemble, and what it is worth.


rule traces:
    input:
        store=lambda wildcards: store_of(inverter(wildcards).sweep),
        code=code("gbar.invert.dataset"),
    output:
        directory(f"{INVERTED}/traces.zarr"),
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/traces.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/traces.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(inverting(needs.of_traces)),
        runtime=runtime(inverting(needs.of_traces)),
    params:
        settings=lambda wildcards: inverter(wildcards).traces.canonical(),
    message:
        "Cutting the traces of inverter {wildcards.inverter}"
    shell:
        "python -m gbar traces --store {input.store:q} --settings {params.settings:q} --out {output:q} > {log:q} 2>&1"


rule trial:
    input:
        traces=f"{INVERTED}/traces.zarr",
        code=code("gbar.jobs.runtime", "gbar.invert.designs.scan"),
    output:
        f"{INVERTED}/scan/{{trial}}.json",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/scan/{{trial}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/scan/{{trial}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(inverting(needs.of_trial)),
        runtime=runtime(inverting(needs.of_trial)),
    params:
        settings=settings_of_scan,
        trial=lambda wildcards: int(wildcards.trial),
        checkpoints=f"{RESULTS}/checkpoints/invert/{{inverter}}/scan/{{trial}}",
    message:
        "Trial {wildcards.trial} of inverter {wildcards.inverter}"
    shell:
        "python -m gbar trial --traces {input.traces:q} --settings {params.settings:q} --trial {params.trial:q}"
        " --checkpoints {params.checkpoints:q} --out {output:q} > {log:q} 2>&1"


# Which trials are trained again is known only when all are done.
checkpoint rank:
    input:
        trials=trials_of,
        code=code("gbar.invert.designs.ranking"),
    output:
        table=f"{INVERTED}/scan.csv",
        top=f"{INVERTED}/top.json",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/rank.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/rank.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        top=lambda wildcards: inverter(wildcards).stability.top if inverter(wildcards).stability else 1,
    message:
        "Ranking the trials of inverter {wildcards.inverter}"
    shell:
        "python -m gbar rank --trials {input.trials:q} --top {params.top:q} --table {output.table:q} --out {output.top:q}"
        " > {log:q} 2>&1"


rule stability:
    input:
        traces=f"{INVERTED}/traces.zarr",
        trial=f"{INVERTED}/scan/{{trial}}.json",
        code=code("gbar.jobs.runtime", "gbar.invert.designs.stability"),
    output:
        f"{INVERTED}/stability/{{trial}}.json",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/stability/{{trial}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/stability/{{trial}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(inverting(needs.of_stability)),
        runtime=runtime(inverting(needs.of_stability)),
    params:
        settings=settings_of_scan,
        seeds=lambda wildcards: inverter(wildcards).stability.seeds,
        checkpoints=f"{RESULTS}/checkpoints/invert/{{inverter}}/stability/{{trial}}",
    message:
        "Training the design of trial {wildcards.trial} of inverter {wildcards.inverter} with {params.seeds} seeds"
    shell:
        "python -m gbar stability --traces {input.traces:q} --trial {input.trial:q} --settings {params.settings:q}"
        " --seeds {params.seeds:q} --checkpoints {params.checkpoints:q} --out {output:q} > {log:q} 2>&1"


rule golden:
    input:
        candidates=candidates,
        code=code("gbar.invert.designs.golden"),
    output:
        f"{INVERTED}/golden.json",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/golden.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/golden.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        settings=settings_of_design,
    message:
        "Choosing the golden design of inverter {wildcards.inverter}"
    shell:
        "python -m gbar golden --settings {params.settings:q} --candidates {input.candidates:q} --out {output:q}"
        " > {log:q} 2>&1"


rule fold:
    input:
        traces=f"{INVERTED}/traces.zarr",
        golden=f"{INVERTED}/golden.json",
        code=code("gbar.jobs.runtime", "gbar.invert.ensemble"),
    output:
        directory(f"{INVERTED}/folds/{{offset}}"),
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/folds/{{offset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/folds/{{offset}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(inverting(needs.of_fold)),
        runtime=runtime(inverting(needs.of_fold)),
    params:
        seeds=seeds_of,
        checkpoints=f"{RESULTS}/checkpoints/invert/{{inverter}}/folds/{{offset}}",
    message:
        "Training {params.seeds} networks of inverter {wildcards.inverter} at offset {wildcards.offset}"
    shell:
        "python -m gbar fold --traces {input.traces:q} --golden {input.golden:q} --offset {wildcards.offset:q}"
        " --seeds {params.seeds:q} --checkpoints {params.checkpoints:q} --out {output:q} > {log:q} 2>&1"


rule assemble:
    input:
        folds=folds_of,
        traces=f"{INVERTED}/traces.zarr",
        code=code("gbar.jobs.runtime", "gbar.invert.ensemble"),
    output:
        directory(f"{INVERTED}/model"),
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/assemble.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/assemble.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(inverting(needs.of_prediction)),
        runtime=runtime(inverting(needs.of_prediction)),
    params:
        false_alarms=lambda wildcards: inverter(wildcards).false_alarms,
    message:
        "Assembling and calibrating the ensemble of inverter {wildcards.inverter}"
    shell:
        "python -m gbar assemble --folds {input.folds:q} --traces {input.traces:q} --false-alarms {params.false_alarms:q}"
        " --out {output:q} > {log:q} 2>&1"


rule judge:
    input:
        model=f"{INVERTED}/model",
        traces=f"{INVERTED}/traces.zarr",
        code=code("gbar.jobs.runtime", "gbar.invert.judge"),
    output:
        metrics=f"{INVERTED}/metrics.json",
        predictions=f"{INVERTED}/predictions.npz",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/judge.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/judge.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(inverting(needs.of_prediction)),
        runtime=runtime(inverting(needs.of_prediction)),
    message:
        "Judging inverter {wildcards.inverter}"
    shell:
        "python -m gbar judge --model {input.model:q} --traces {input.traces:q} --metrics {output.metrics:q}"
        " --predictions {output.predictions:q} > {log:q} 2>&1"


rule cross:
    input:
        model=f"{INVERTED}/model",
        traces=f"{INVERTED}/traces.zarr",
        stores=lambda wildcards: [store_of(sweep) for sweep in inverter(wildcards).cross],
        code=code("gbar.jobs.runtime", "gbar.invert.cross"),
    output:
        metrics=f"{INVERTED}/cross.json",
        answers=f"{INVERTED}/cross.npz",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/cross.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/cross.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(inverting(needs.of_prediction)),
        runtime=runtime(inverting(needs.of_prediction)),
    params:
        stores=lambda wildcards: [f"{sweep}={store_of(sweep)}" for sweep in inverter(wildcards).cross],
    message:
        "Showing traces of other cells to inverter {wildcards.inverter}"
    shell:
        "python -m gbar cross --model {input.model:q} --traces {input.traces:q} --stores {params.stores:q}"
        " --metrics {output.metrics:q} --out {output.answers:q} > {log:q} 2>&1"


rule size:
    input:
        traces=f"{INVERTED}/traces.zarr",
        golden=f"{INVERTED}/golden.json",
        code=code("gbar.jobs.runtime", "gbar.invert.designs.sizes"),
    output:
        f"{INVERTED}/sizes/{{number}}_{{offset}}.json",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/sizes/{{number}}_{{offset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/sizes/{{number}}_{{offset}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(inverting(needs.of_trial)),
        runtime=runtime(inverting(needs.of_trial)),
    params:
        checkpoints=f"{RESULTS}/checkpoints/invert/{{inverter}}/sizes/{{number}}_{{offset}}",
    message:
        "Training inverter {wildcards.inverter} on {wildcards.number} traces at offset {wildcards.offset}"
    shell:
        "python -m gbar size --traces {input.traces:q} --golden {input.golden:q} --number {wildcards.number:q}"
        " --offset {wildcards.offset:q} --checkpoints {params.checkpoints:q} --out {output:q} > {log:q} 2>&1"


rule round_trip:
    input:
        model=f"{INVERTED}/model",
        traces=f"{INVERTED}/traces.zarr",
        store=lambda wildcards: store_of(inverter(wildcards).sweep),
        code=code("gbar.jobs.runtime", "gbar.invert.round_trip"),
    output:
        metrics=f"{INVERTED}/roundtrip.json",
        table=f"{INVERTED}/roundtrip.csv",
        examples=f"{INVERTED}/roundtrip.npz",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/round_trip.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/round_trip.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(inverting(needs.of_prediction)),
        runtime=runtime(inverting(needs.of_prediction)),
    params:
        cells=lambda wildcards: inverter(wildcards).round_trip,
    message:
        "Simulating cells again as inverter {wildcards.inverter} has them"
    shell:
        "python -m gbar round-trip --model {input.model:q} --traces {input.traces:q} --store {input.store:q}"
        " --cells {params.cells:q}"
        " --metrics {output.metrics:q} --table {output.table:q} --examples {output.examples:q} > {log:q} 2>&1"


rule refine:
    input:
        model=f"{INVERTED}/model",
        traces=f"{INVERTED}/traces.zarr",
        code=code("gbar.jobs.runtime", "gbar.invert.refining.refine"),
    output:
        metrics=f"{INVERTED}/refined.json",
        table=f"{INVERTED}/refined.csv",
    log:
        f"{RESULTS}/logs/invert/{{inverter}}/refine.log",
    benchmark:
        f"{RESULTS}/benchmarks/invert/{{inverter}}/refine.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(inverting(needs.of_refinement)),
        runtime=runtime(inverting(needs.of_refinement)),
    params:
        settings=lambda wildcards: inverter(wildcards).refine.canonical(),
    message:
        "Refining answers of inverter {wildcards.inverter}"
    shell:
        "python -m gbar refine --model {input.model:q} --traces {input.traces:q} --settings {params.settings:q}"
        " --metrics {output.metrics:q} --table {output.table:q} > {log:q} 2>&1"


rule recording:
    input:
        model=lambda wildcards: f"{RESULTS}/invert/{STUDY.recordings[wildcards.recording].inverter}/model",
        file=lambda wildcards: STUDY.recordings[wildcards.recording].file,
        code=code("gbar.jobs.runtime", "gbar.invert.recording"),
    output:
        answer=f"{RESULTS}/recordings/{{recording}}.json",
        traces=f"{RESULTS}/recordings/{{recording}}.npz",
    log:
        f"{RESULTS}/logs/recordings/{{recording}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/recordings/{{recording}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        settings=lambda wildcards: STUDY.recordings[wildcards.recording].canonical(),
    message:
        "Asking about recording {wildcards.recording}"
    shell:
        "python -m gbar answer --model {input.model:q} --settings {params.settings:q} --out {output.answer:q}"
        " --traces {output.traces:q} > {log:q} 2>&1"
