# Figures of the subthreshold study.
FIGURES += [f"subthreshold_{kind}" for kind in ("validation", "test", "weights", "losses")]


rule figure_subthreshold_validation:
    input:
        currents=CURRENTS,
        predictions=expand(f"{FILTER}/predictions.npz", filter=SHOWN_FILTERS),
        code=code("gbar.figures.subthreshold.samples", "gbar.figures.subthreshold.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/subthreshold_validation.svg",
            caption="../report/subthreshold_validation.rst",
            category="Subthreshold filters",
        ),
        png=f"{RESULTS}/figures/subthreshold_validation.png",
    log:
        f"{RESULTS}/logs/figures/subthreshold_validation.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/subthreshold_validation.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        predictions=[f"{name}={FILTER.format(filter=name)}/predictions.npz" for name in SHOWN_FILTERS],
    message:
        "Drawing subthreshold voltages of validation paths"
    shell:
        "python -m gbar figure subthreshold_samples --data {input.currents:q} --predictions {params.predictions:q}"
        " --part validation"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_subthreshold_test:
    input:
        currents=CURRENTS,
        predictions=expand(f"{FILTER}/predictions.npz", filter=SHOWN_FILTERS),
        code=code("gbar.figures.subthreshold.samples", "gbar.figures.subthreshold.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/subthreshold_test.svg",
            caption="../report/subthreshold_test.rst",
            category="Subthreshold filters",
        ),
        png=f"{RESULTS}/figures/subthreshold_test.png",
    log:
        f"{RESULTS}/logs/figures/subthreshold_test.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/subthreshold_test.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        predictions=[f"{name}={FILTER.format(filter=name)}/predictions.npz" for name in SHOWN_FILTERS],
    message:
        "Drawing subthreshold voltages of test paths"
    shell:
        "python -m gbar figure subthreshold_samples --data {input.currents:q} --predictions {params.predictions:q}"
        " --part test"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_subthreshold_weights:
    input:
        filters=expand(f"{FILTER}/metrics.json", filter=FILTERS),
        baselines=expand(f"{BASELINE}/metrics.json", baseline=BASELINES),
        code=code("gbar.figures.subthreshold.weights", "gbar.figures.subthreshold.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/subthreshold_weights.svg",
            caption="../report/subthreshold_weights.rst",
            category="Subthreshold filters",
        ),
        png=f"{RESULTS}/figures/subthreshold_weights.png",
    log:
        f"{RESULTS}/logs/figures/subthreshold_weights.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/subthreshold_weights.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        metrics=score_files(),
    message:
        "Drawing errors of the filters against their size"
    shell:
        "python -m gbar figure subthreshold_weights --metrics {params.metrics:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_subthreshold_losses:
    input:
        models=expand(f"{FILTER}/model", filter=FILTERS),
        code=code("gbar.figures.losses", "gbar.figures.losses_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/subthreshold_losses.svg",
            caption="../report/subthreshold_losses.rst",
            category="Subthreshold filters",
        ),
        png=f"{RESULTS}/figures/subthreshold_losses.png",
    log:
        f"{RESULTS}/logs/figures/subthreshold_losses.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/subthreshold_losses.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        models=[f"{name}={FILTER.format(filter=name)}/model" for name in FILTERS],
    message:
        "Drawing the losses of the filters"
    shell:
        "python -m gbar figure losses --models {params.models:q}" " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"
