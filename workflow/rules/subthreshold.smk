# Filters from a noisy current to the voltage of a neuron that does not spike: data set, trainings, linear filters.


rule currents:
    input:
        code=code("gbar.jobs.runtime", "gbar.subthreshold.dataset"),
    output:
        directory(CURRENTS),
    log:
        f"{RESULTS}/logs/subthreshold/currents.log",
    benchmark:
        f"{RESULTS}/benchmarks/subthreshold/currents.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_currents),
        runtime=runtime(need_of_currents),
    params:
        settings=lambda wildcards: STUDY.subthreshold.currents.canonical(),
    message:
        "Drawing currents and solving the neuron under them"
    shell:
        "python -m gbar subthreshold make-data --settings {params.settings:q} --out {output:q} > {log:q} 2>&1"


rule train_filter:
    input:
        currents=CURRENTS,
        code=code("gbar.jobs.runtime", "gbar.subthreshold.training"),
    output:
        directory(f"{FILTER}/model"),
    log:
        f"{RESULTS}/logs/subthreshold/train/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/subthreshold/train/{{filter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_filter),
        runtime=runtime(need_of_filter),
    params:
        settings=lambda wildcards: FILTERS[wildcards.filter].canonical(),
        # Not an output: Snakemake deletes the outputs of a killed job, and training takes up its checkpoints.
        checkpoints=f"{RESULTS}/checkpoints/subthreshold/{{filter}}",
    message:
        "Training filter {wildcards.filter}"
    shell:
        "python -m gbar subthreshold train --data {input.currents:q} --settings {params.settings:q}"
        " --checkpoints {params.checkpoints:q} --out {output:q} > {log:q} 2>&1"


rule evaluate_filter:
    input:
        currents=CURRENTS,
        model=f"{FILTER}/model",
        code=code("gbar.jobs.runtime", "gbar.subthreshold.evaluation"),
    output:
        metrics=f"{FILTER}/metrics.json",
        predictions=f"{FILTER}/predictions.npz",
    log:
        f"{RESULTS}/logs/subthreshold/evaluate/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/subthreshold/evaluate/{{filter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_judging),
        runtime=runtime(need_of_judging),
    message:
        "Evaluating filter {wildcards.filter}"
    shell:
        "python -m gbar subthreshold evaluate --model {input.model:q} --data {input.currents:q}"
        " --metrics {output.metrics:q} --predictions {output.predictions:q} > {log:q} 2>&1"


rule linear_filter:
    input:
        currents=CURRENTS,
        code=code("gbar.subthreshold.evaluation"),
    output:
        f"{BASELINE}/metrics.json",
    log:
        f"{RESULTS}/logs/subthreshold/baselines/{{baseline}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/subthreshold/baselines/{{baseline}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_judging),
        runtime=runtime(need_of_judging),
    params:
        settings=lambda wildcards: STUDY.subthreshold.baselines[wildcards.baseline].canonical(),
    message:
        "Fitting linear filter {wildcards.baseline}"
    shell:
        "python -m gbar subthreshold baseline --data {input.currents:q} --settings {params.settings:q}"
        " --metrics {output:q} > {log:q} 2>&1"
