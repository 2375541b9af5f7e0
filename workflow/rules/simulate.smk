# From the design of a sweep to its store: solve blocks of rows, gather them.


rule solve:
    input:
        rows=f"{RESULTS}/sweeps/{{sweep}}/blocks/{{block}}.csv",
        code=sweep_code("gbar.jobs.runtime", "gbar.sweeps.blocks"),
    output:
        f"{RESULTS}/sweeps/{{sweep}}/blocks/{{block}}.npz",
    log:
        f"{RESULTS}/logs/solve/{{sweep}}/{{block}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/solve/{{sweep}}/{{block}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_block),
        runtime=runtime(need_of_block),
    params:
        settings=settings_of_block,
    message:
        "Solving block {wildcards.block} of sweep {wildcards.sweep}"
    shell:
        "python -m gbar solve --rows {input.rows:q} --settings {params.settings:q} --out {output:q} > {log:q} 2>&1"


rule gather:
    input:
        blocks=lambda wildcards: [block_file(wildcards.sweep, block) for block in PLANS[wildcards.sweep].blocks],
        plan=table_of_plan,
        code=sweep_code("gbar.sweeps.gather"),
    output:
        store=directory(f"{RESULTS}/sweeps/{{sweep}}/store.zarr"),
        biomarkers=f"{RESULTS}/sweeps/{{sweep}}/biomarkers.csv",
        beats=f"{RESULTS}/sweeps/{{sweep}}/beats.csv",
        # The plan that the store was gathered by; a later one leaves it alone until the next gathering.
        design=multiext(f"{RESULTS}/sweeps/{{sweep}}/design", ".csv", ".json"),
    log:
        f"{RESULTS}/logs/gather/{{sweep}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gather/{{sweep}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_gather),
        runtime=runtime(need_of_gather),
    params:
        settings=settings_of_sweep,
        blocks=lambda wildcards: f"{RESULTS}/sweeps/{wildcards.sweep}/blocks",
    message:
        "Gathering sweep {wildcards.sweep}"
    shell:
        "python -m gbar gather --plan {input.plan:q} --blocks {params.blocks:q} --settings {params.settings:q}"
        " --store {output.store:q} --biomarkers {output.biomarkers:q} --beats {output.beats:q} > {log:q} 2>&1"
