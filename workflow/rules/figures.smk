# Figures of the sweeps that no emulator learns from.


rule figure_traces:
    input:
        store=f"{RESULTS}/sweeps/{{sweep}}/store.zarr",
        code=sweep_code("gbar.figures.sweeps.traces", "gbar.figures.sweeps.traces_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/traces_{{sweep}}.svg",
            caption="../report/traces.rst",
            category="Simulations",
            labels={"figure": "traces", "sweep": "{sweep}"},
        ),
        png=f"{RESULTS}/figures/traces_{{sweep}}.png",
    log:
        f"{RESULTS}/logs/figures/traces_{{sweep}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/traces_{{sweep}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        settings=STUDY.figures.traces.canonical(),
    message:
        "Drawing traces of sweep {wildcards.sweep}"
    shell:
        "python -m gbar figure traces --store {input.store:q} --settings {params.settings:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"
