# Figures of the gating study: its cells, and what networks learn of the unaltered one.
FIGURES += [f"gating_{kind}" for kind in ("scheme", "control", "cells", "rmse", "loop", "curves")]


rule figure_gating_scheme:
    input:
        code=code("gbar.figures.gating.scheme"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_scheme.svg",
            caption="../report/gating_scheme.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_scheme.png",
    log:
        f"{RESULTS}/logs/figures/gating_scheme.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_scheme.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing the scheme of the gating network"
    shell:
        "python -m gbar figure gating_scheme" " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_gating_control:
    input:
        control=CONTROL_RUNS,
        code=code("gbar.figures.gating.control", "gbar.figures.gating.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_control.svg",
            caption="../report/gating_control.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_control.png",
    log:
        f"{RESULTS}/logs/figures/gating_control.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_control.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(gating(gating_needs.of_drawing)),
        runtime=runtime(gating(gating_needs.of_drawing)),
    params:
        **GATING_SETTINGS,
    message:
        "Drawing voltage and calcium of the control"
    shell:
        "python -m gbar figure gating_control --control {input.control:q} --paced {params.paced:q} --shown {params.shown:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_gating_cells:
    input:
        control=CONTROL_RUNS,
        altered=expand(f"{GATING}/paced/{{cell}}.zarr", cell=ALTERED),
        code=code("gbar.figures.gating.cells", "gbar.figures.gating.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_cells.svg",
            caption="../report/gating_cells.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_cells.png",
    log:
        f"{RESULTS}/logs/figures/gating_cells.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_cells.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(gating(gating_needs.of_drawing)),
        runtime=runtime(gating(gating_needs.of_drawing)),
    params:
        **GATING_SETTINGS,
        altered=named_of("paced/{}.zarr", ALTERED),
    message:
        "Drawing the altered cells beside the control"
    shell:
        "python -m gbar figure gating_cells --control {input.control:q} --altered {params.altered:q}"
        " --paced {params.paced:q} --shown {params.shown:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_gating_rmse:
    input:
        metrics=expand(f"{GATING}/networks/{{network}}/metrics.json", network=GATES_BY),
        code=code("gbar.figures.gating.rmse", "gbar.figures.gating.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_rmse.svg",
            caption="../report/gating_rmse.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_rmse.png",
    log:
        f"{RESULTS}/logs/figures/gating_rmse.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_rmse.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        metrics=named_of("networks/{}/metrics.json", GATES_BY),
    message:
        "Drawing the errors of the gates"
    shell:
        "python -m gbar figure gating_rmse --metrics {params.metrics:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_gating_loop:
    input:
        traces=expand(f"{GATING}/networks/{{network}}/closed_loop.npz", network=GATES_BY),
        metrics=expand(f"{GATING}/networks/{{network}}/metrics.json", network=GATES_BY),
        code=code("gbar.figures.gating.loop", "gbar.figures.gating.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_loop.svg",
            caption="../report/gating_loop.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_loop.png",
    log:
        f"{RESULTS}/logs/figures/gating_loop.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_loop.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        traces=named_of("networks/{}/closed_loop.npz", GATES_BY),
        metrics=named_of("networks/{}/metrics.json", GATES_BY),
    message:
        "Drawing the cell driven by the networks"
    shell:
        "python -m gbar figure gating_loop --traces {params.traces:q} --metrics {params.metrics:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_gating_curves:
    input:
        traces=expand(f"{GATING}/networks/{{network}}/closed_loop.npz", network=GATES_BY),
        code=code("gbar.figures.gating.curves", "gbar.figures.gating.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_curves.svg",
            caption="../report/gating_curves.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_curves.png",
    log:
        f"{RESULTS}/logs/figures/gating_curves.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_curves.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        traces=named_of("networks/{}/closed_loop.npz", GATES_BY),
    message:
        "Drawing the gate curves of the networks"
    shell:
        "python -m gbar figure gating_curves --traces {params.traces:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"
