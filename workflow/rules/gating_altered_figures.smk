# Figures of the gating study: what both second stages find in altered cells.
FIGURES += [f"gating_{kind}" for kind in ("retrained_loop", "etas")]
FIGURES += [f"gating_{kind}_{cell}" for cell in ALTERED for kind in ("currents", "gates")]
FIGURES += [f"gating_{kind}" for kind in ("factors", "held_out")]


rule figure_gating_retrained_loop:
    input:
        traces=expand(f"{GATING}/published/{{altered}}.npz", altered=ALTERED),
        scores=expand(f"{GATING}/published/{{altered}}.json", altered=ALTERED),
        code=code("gbar.figures.gating.retrained_loop", "gbar.figures.gating.judged_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_retrained_loop.svg",
            caption="../report/gating_retrained_loop.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_retrained_loop.png",
    log:
        f"{RESULTS}/logs/figures/gating_retrained_loop.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_retrained_loop.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        traces=named_of("published/{}.npz", ALTERED),
        scores=named_of("published/{}.json", ALTERED),
    message:
        "Drawing the cell driven by the retrained networks"
    shell:
        "python -m gbar figure gating_retrained_loop --traces {params.traces:q} --scores {params.scores:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_gating_etas:
    input:
        scores=expand(f"{GATING}/published/{{altered}}.json", altered=ALTERED),
        code=code("gbar.figures.gating.etas", "gbar.figures.gating.judged_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_etas.svg",
            caption="../report/gating_etas.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_etas.png",
    log:
        f"{RESULTS}/logs/figures/gating_etas.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_etas.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        scores=named_of("published/{}.json", ALTERED),
    message:
        "Drawing what the published second stage finds, over eta"
    shell:
        "python -m gbar figure gating_etas --scores {params.scores:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_gating_currents:
    input:
        published=f"{GATING}/published/{{altered}}.npz",
        identified=f"{GATING}/held_out/{{altered}}.npz",
        code=code("gbar.figures.gating.currents", "gbar.figures.gating.judged_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_currents_{{altered}}.svg",
            caption="../report/gating_currents.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_currents_{{altered}}.png",
    log:
        f"{RESULTS}/logs/figures/gating_currents_{{altered}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_currents_{{altered}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing the currents of cell {wildcards.altered}"
    shell:
        "python -m gbar figure gating_currents --published {input.published:q} --identified {input.identified:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_gating_gates:
    input:
        published=f"{GATING}/published/{{altered}}.npz",
        code=code("gbar.figures.gating.gates", "gbar.figures.gating.judged_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_gates_{{altered}}.svg",
            caption="../report/gating_gates.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_gates_{{altered}}.png",
    log:
        f"{RESULTS}/logs/figures/gating_gates_{{altered}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_gates_{{altered}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing the retrained gate curves of cell {wildcards.altered}"
    shell:
        "python -m gbar figure gating_gates --published {input.published:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_gating_factors:
    input:
        identified=expand(f"{GATING}/identified/{{one}}.json", one=IDENTIFIED),
        code=code("gbar.figures.gating.factors", "gbar.figures.gating.judged_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_factors.svg",
            caption="../report/gating_factors.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_factors.png",
    log:
        f"{RESULTS}/logs/figures/gating_factors.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_factors.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        identified=named_of("identified/{}.json", IDENTIFIED),
    message:
        "Drawing the factors identified"
    shell:
        "python -m gbar figure gating_factors --identified {params.identified:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_gating_held_out:
    input:
        published=expand(f"{GATING}/published/{{altered}}.json", altered=ALTERED),
        identified=expand(f"{GATING}/held_out/{{altered}}.json", altered=ALTERED),
        code=code("gbar.figures.gating.held_out", "gbar.figures.gating.judged_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/gating_held_out.svg",
            caption="../report/gating_held_out.rst",
            category="Hidden gates",
        ),
        png=f"{RESULTS}/figures/gating_held_out.png",
    log:
        f"{RESULTS}/logs/figures/gating_held_out.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/gating_held_out.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        published=named_of("published/{}.json", ALTERED),
        identified=named_of("held_out/{}.json", ALTERED),
    message:
        "Drawing both second stages on cycle lengths they have not seen"
    shell:
        "python -m gbar figure gating_held_out --published {params.published:q} --identified {params.identified:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"
