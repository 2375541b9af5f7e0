# Figures and the report.


rule figure_family:
    input:
        store=f"{EMULATED}/store.zarr",
        code=code("gbar.figures.family", "gbar.figures.family_data", "gbar.figures.sweep_data"),
    output:
        svg=report(f"{RESULTS}/figures/family.svg", caption="../report/family.rst", category="Simulations"),
        png=f"{RESULTS}/figures/family.png",
    log:
        f"{RESULTS}/logs/figures/family.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/family.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        settings=STUDY.figures.family.canonical(),
    message:
        "Drawing the family of action potentials"
    shell:
        "python -m gbar figure family --store {input.store} --settings {params.settings:q}"
        " --out {output.svg} {output.png} > {log} 2>&1"


rule figure_settings:
    input:
        store=f"{EMULATED}/store.zarr",
        biomarkers=f"{EMULATED}/biomarkers.csv",
        code=code("gbar.figures.settings", "gbar.figures.settings_data"),
    output:
        svg=report(f"{RESULTS}/figures/settings.svg", caption="../report/settings.rst", category="Simulations"),
        png=f"{RESULTS}/figures/settings.png",
    log:
        f"{RESULTS}/logs/figures/settings.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/settings.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    message:
        "Drawing which settings beat"
    shell:
        "python -m gbar figure settings --store {input.store} --biomarkers {input.biomarkers}"
        " --out {output.svg} {output.png} > {log} 2>&1"


rule figure_predictions:
    input:
        windows=f"{RESULTS}/emulate/windows.zarr",
        predictions=expand(f"{RESULTS}/emulate/{{model}}/predictions.npz", model=MODELS),
        code=code("gbar.figures.predictions", "gbar.figures.predictions_data"),
    output:
        svg=report(f"{RESULTS}/figures/predictions.svg", caption="../report/predictions.rst", category="Emulators"),
        png=f"{RESULTS}/figures/predictions.png",
    log:
        f"{RESULTS}/logs/figures/predictions.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/predictions.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        settings=STUDY.figures.predictions.canonical(),
        predictions=named_files(f"{RESULTS}/emulate/{{model}}/predictions.npz"),
    message:
        "Drawing predicted beside simulated action potentials"
    shell:
        "python -m gbar figure predictions --windows {input.windows} --predictions {params.predictions}"
        " --settings {params.settings:q} --out {output.svg} {output.png} > {log} 2>&1"


rule figure_losses:
    input:
        models=expand(f"{RESULTS}/emulate/{{model}}/model", model=MODELS),
        code=code("gbar.figures.losses", "gbar.figures.losses_data"),
    output:
        svg=report(f"{RESULTS}/figures/losses.svg", caption="../report/losses.rst", category="Emulators"),
        png=f"{RESULTS}/figures/losses.png",
    log:
        f"{RESULTS}/logs/figures/losses.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/losses.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        models=named_files(f"{RESULTS}/emulate/{{model}}/model"),
    message:
        "Drawing the loss over training"
    shell:
        "python -m gbar figure losses --models {params.models} --out {output.svg} {output.png} > {log} 2>&1"


rule report:
    input:
        figures=expand(f"{RESULTS}/figures/{{figure}}.svg", figure=FIGURES),
        captions=[f"{CAPTIONS}/{figure}.rst" for figure in FIGURES],
        biomarkers=expand(f"{RESULTS}/sweeps/{{sweep}}/biomarkers.csv", sweep=sorted(STUDY.sweeps)),
        metrics=expand(f"{RESULTS}/emulate/{{model}}/metrics.json", model=MODELS),
        template=f"{os.path.relpath(LIBRARY)}/gbar/report/template.html.j2",
        code=code("gbar.report.study"),
    output:
        report(f"{RESULTS}/report.html", caption="../report/workflow.rst", category="Report"),
    log:
        f"{RESULTS}/logs/report.log",
    benchmark:
        f"{RESULTS}/benchmarks/report.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        settings=STUDY.canonical(),
        captions=lambda wildcards, input: os.path.dirname(input.captions[0]),
        sweeps=[f"{sweep}={RESULTS}/sweeps/{sweep}/biomarkers.csv" for sweep in sorted(STUDY.sweeps)],
        metrics=named_files(f"{RESULTS}/emulate/{{model}}/metrics.json"),
    message:
        "Writing {output}"
    shell:
        "python -m gbar report --figures {input.figures} --captions {params.captions} --sweeps {params.sweeps}"
        " --metrics {params.metrics} --settings {params.settings:q} --out {output} > {log} 2>&1"
