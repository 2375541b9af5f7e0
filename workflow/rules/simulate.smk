# From the design of a sweep to its store: solve blocks of rows, gather them.


# The other jobs inherit what is every job's: the environment, and the command made from what its function says.
rule solve:
    input:
        rows=f"{RESULTS}/sweeps/{{sweep}}/blocks/{{block}}.csv",
        code=sweep_code("solve"),
    output:
        out=f"{RESULTS}/sweeps/{{sweep}}/blocks/{{block}}.npz",
    log:
        f"{RESULTS}/logs/solve/{{sweep}}/{{block}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/solve/{{sweep}}/{{block}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    resources:
        **asks("solve", block),
    params:
        **job("solve", settings=settings_of_block),
    message:
        "{params.doing}"
    shell:
        "python -m gbar {params.command} > {log:q} 2>&1"


use rule solve as gather with:
    input:
        blocks=lambda w: blocks_of(w.sweep),
        plan=lambda w: f"{RESULTS}/sweeps/{w.sweep}/plans/{plan_of(w.sweep).table}.csv",
        code=sweep_code("gather"),
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
    resources:
        **asks("gather", sweep_in_blocks),
    params:
        **job(
            "gather",
            settings=settings_of_sweep,
            blocks=lambda w: f"{RESULTS}/sweeps/{w.sweep}/blocks",
        ),
