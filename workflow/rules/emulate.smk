# From the store of a sweep to trained and judged emulators: windows, training, evaluation.
EMULATED = f"{RESULTS}/sweeps/{STUDY.emulate.sweep}"


rule windows:
    input:
        store=f"{EMULATED}/store.zarr",
        biomarkers=f"{EMULATED}/biomarkers.csv",
        code=code("gbar.emulate.dataset"),
    output:
        directory(f"{RESULTS}/emulate/windows.zarr"),
    log:
        f"{RESULTS}/logs/windows.log",
    benchmark:
        f"{RESULTS}/benchmarks/windows.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(emulating(resources.of_windows)),
        runtime=runtime(emulating(resources.of_windows)),
    params:
        settings=settings_of_windows,
    message:
        "Cutting windows out of sweep {STUDY.emulate.sweep}"
    shell:
        "python -m gbar windows --store {input.store:q} --biomarkers {input.biomarkers:q}"
        " --settings {params.settings:q} --out {output:q} > {log:q} 2>&1"


rule train:
    input:
        windows=f"{RESULTS}/emulate/windows.zarr",
        code=code("gbar.jobs.runtime", "gbar.emulate.training"),
    output:
        directory(f"{RESULTS}/emulate/{{model}}/model"),
    log:
        f"{RESULTS}/logs/train/{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{model}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(emulating(resources.of_training)),
        runtime=runtime(emulating(resources.of_training)),
    params:
        settings=lambda wildcards: TRAININGS[wildcards.model].canonical(),
        # Not an output: Snakemake deletes the outputs of a killed job, and training takes up its checkpoints.
        checkpoints=f"{RESULTS}/checkpoints/{{model}}",
    message:
        "Training {wildcards.model}"
    shell:
        "python -m gbar train --windows {input.windows:q} --settings {params.settings:q}"
        " --checkpoints {params.checkpoints:q} --out {output:q} > {log:q} 2>&1"


rule evaluate:
    input:
        windows=f"{RESULTS}/emulate/windows.zarr",
        model=f"{RESULTS}/emulate/{{model}}/model",
        code=code("gbar.jobs.runtime", "gbar.emulate.evaluation"),
    output:
        metrics=f"{RESULTS}/emulate/{{model}}/metrics.json",
        predictions=f"{RESULTS}/emulate/{{model}}/predictions.npz",
        scores=f"{RESULTS}/emulate/{{model}}/scores.csv",
    log:
        f"{RESULTS}/logs/evaluate/{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate/{{model}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(emulating(resources.of_evaluation)),
        runtime=runtime(emulating(resources.of_evaluation)),
    params:
        settings=STUDY.emulate.smoothing.canonical(),
    message:
        "Evaluating {wildcards.model}"
    shell:
        "python -m gbar evaluate --model {input.model:q} --windows {input.windows:q} --settings {params.settings:q}"
        " --metrics {output.metrics:q} --predictions {output.predictions:q} --scores {output.scores:q} > {log:q} 2>&1"
