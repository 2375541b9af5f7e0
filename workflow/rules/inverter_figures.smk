# Figures of the inverters, named KIND_INVERTER; each is drawn where its section of the configuration asks for it.
FIGURES += [figure for name in STUDY.invert for figure in figures_of(name)]
FIGURES += [f"invert_recording_{name}" for name in STUDY.recordings]


rule figure_invert_scan:
    input:
        table=f"{INVERTED}/scan.csv",
        code=code("gbar.figures.invert.scan", "gbar.figures.invert.scan_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_scan_{{inverter}}.svg",
            caption="../report/invert_scan.rst",
            category="Inverters",
        ),
        png=f"{RESULTS}/figures/invert_scan_{{inverter}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_scan_{{inverter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_scan_{{inverter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        top=lambda wildcards: inverter(wildcards).stability.top if inverter(wildcards).stability else 1,
    message:
        "Drawing the scan of inverter {wildcards.inverter}"
    shell:
        "python -m gbar figure invert_scan --table {input.table:q} --top {params.top:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_invert_stability:
    input:
        stability=candidates,
        golden=f"{INVERTED}/golden.json",
        scan=f"{INVERTED}/scan.csv",
        code=code("gbar.figures.invert.stability", "gbar.figures.invert.scan_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_stability_{{inverter}}.svg",
            caption="../report/invert_stability.rst",
            category="Inverters",
        ),
        png=f"{RESULTS}/figures/invert_stability_{{inverter}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_stability_{{inverter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_stability_{{inverter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing the stability of the best designs of inverter {wildcards.inverter}"
    shell:
        "python -m gbar figure invert_stability --stability {input.stability:q} --golden {input.golden:q} --scan {input.scan:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_invert_predictions:
    input:
        predictions=f"{INVERTED}/predictions.npz",
        code=code("gbar.figures.invert.predictions", "gbar.figures.invert.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_predictions_{{inverter}}.svg",
            caption="../report/invert_predictions.rst",
            category="Inverters",
        ),
        png=f"{RESULTS}/figures/invert_predictions_{{inverter}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_predictions_{{inverter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_predictions_{{inverter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing predicted against true parameters of inverter {wildcards.inverter}"
    shell:
        "python -m gbar figure invert_predictions --predictions {input.predictions:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_invert_residuals:
    input:
        predictions=f"{INVERTED}/predictions.npz",
        code=code("gbar.figures.invert.residuals", "gbar.figures.invert.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_residuals_{{inverter}}.svg",
            caption="../report/invert_residuals.rst",
            category="Inverters",
        ),
        png=f"{RESULTS}/figures/invert_residuals_{{inverter}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_residuals_{{inverter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_residuals_{{inverter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing the residuals of inverter {wildcards.inverter}"
    shell:
        "python -m gbar figure invert_residuals --predictions {input.predictions:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_invert_coverage:
    input:
        predictions=f"{INVERTED}/predictions.npz",
        metrics=f"{INVERTED}/metrics.json",
        code=code("gbar.figures.invert.coverage", "gbar.figures.invert.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_coverage_{{inverter}}.svg",
            caption="../report/invert_coverage.rst",
            category="Inverters",
        ),
        png=f"{RESULTS}/figures/invert_coverage_{{inverter}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_coverage_{{inverter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_coverage_{{inverter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing the coverage of inverter {wildcards.inverter}"
    shell:
        "python -m gbar figure invert_coverage --predictions {input.predictions:q} --metrics {input.metrics:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_invert_range:
    input:
        predictions=f"{INVERTED}/predictions.npz",
        metrics=f"{INVERTED}/metrics.json",
        cross=lambda wildcards: [f"{INVERTED}/cross.npz"] if inverter(wildcards).cross else [],
        code=code("gbar.figures.invert.range", "gbar.figures.invert.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_range_{{inverter}}.svg",
            caption="../report/invert_range.rst",
            category="Inverters",
        ),
        png=f"{RESULTS}/figures/invert_range_{{inverter}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_range_{{inverter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_range_{{inverter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        cross=lambda wildcards, input: ["--cross", *input.cross] if input.cross else [],
    message:
        "Drawing the out-of-range score of inverter {wildcards.inverter}"
    shell:
        "python -m gbar figure invert_range --predictions {input.predictions:q} --metrics {input.metrics:q} {params.cross:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_invert_cross:
    input:
        cross=f"{INVERTED}/cross.npz",
        code=code("gbar.figures.invert.cross", "gbar.figures.invert.data"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_cross_{{inverter}}.svg",
            caption="../report/invert_cross.rst",
            category="Inverters",
        ),
        png=f"{RESULTS}/figures/invert_cross_{{inverter}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_cross_{{inverter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_cross_{{inverter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing what inverter {wildcards.inverter} makes of other cells"
    shell:
        "python -m gbar figure invert_cross --cross {input.cross:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_invert_sizes:
    input:
        metrics=sizes_of,
        code=code("gbar.figures.invert.sizes", "gbar.figures.invert.sizes_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_sizes_{{inverter}}.svg",
            caption="../report/invert_sizes.rst",
            category="Inverters",
        ),
        png=f"{RESULTS}/figures/invert_sizes_{{inverter}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_sizes_{{inverter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_sizes_{{inverter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        cell=lambda wildcards: STUDY.sweeps[inverter(wildcards).sweep].cell.cell().name,
    message:
        "Drawing accuracy against size of inverter {wildcards.inverter}"
    shell:
        "python -m gbar figure invert_sizes --metrics {input.metrics:q} --cell {params.cell:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_invert_round_trip:
    input:
        table=f"{INVERTED}/roundtrip.csv",
        examples=f"{INVERTED}/roundtrip.npz",
        code=code("gbar.figures.invert.round_trip", "gbar.figures.invert.round_trip_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_round_trip_{{inverter}}.svg",
            caption="../report/invert_round_trip.rst",
            category="Inverters",
        ),
        png=f"{RESULTS}/figures/invert_round_trip_{{inverter}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_round_trip_{{inverter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_round_trip_{{inverter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing the round trip of inverter {wildcards.inverter}"
    shell:
        "python -m gbar figure invert_round_trip --table {input.table:q} --examples {input.examples:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_invert_refine:
    input:
        table=f"{INVERTED}/refined.csv",
        code=code("gbar.figures.invert.refine", "gbar.figures.invert.round_trip_data"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_refine_{{inverter}}.svg",
            caption="../report/invert_refine.rst",
            category="Inverters",
        ),
        png=f"{RESULTS}/figures/invert_refine_{{inverter}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_refine_{{inverter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_refine_{{inverter}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing the refinement of inverter {wildcards.inverter}"
    shell:
        "python -m gbar figure invert_refine --table {input.table:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_invert_recording:
    input:
        answer=f"{RESULTS}/recordings/{{recording}}.json",
        traces=f"{RESULTS}/recordings/{{recording}}.npz",
        code=code("gbar.figures.invert.recording"),
    output:
        svg=report(
            f"{RESULTS}/figures/invert_recording_{{recording}}.svg",
            caption="../report/invert_recording.rst",
            category="Recordings",
        ),
        png=f"{RESULTS}/figures/invert_recording_{{recording}}.png",
    log:
        f"{RESULTS}/logs/figures/invert_recording_{{recording}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/invert_recording_{{recording}}.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    message:
        "Drawing recording {wildcards.recording}"
    shell:
        "python -m gbar figure invert_recording --answer {input.answer:q} --traces {input.traces:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"
