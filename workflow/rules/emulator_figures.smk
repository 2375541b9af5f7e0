# Figures of the sweep that emulators learn from, and of the emulators.
EMULATOR_FIGURES = ["family", "settings", "predictions", "errors", "apd", "smoothing", "losses"]
if STUDY.emulate.learning:
    EMULATOR_FIGURES.append("learning")
if any(model.network.name == "latent" for model in STUDY.emulate.models.values()):
    EMULATOR_FIGURES.append("spread")
FIGURES = EMULATOR_FIGURES + FIGURES


rule figure_family:
    input:
        store=f"{EMULATED}/store.zarr",
        code=code("gbar.figures.sweeps.family", "gbar.figures.sweeps.family_data", "gbar.figures.sweeps.sweep_data"),
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
        mem_mb=mem_mb(emulating(resources.of_emulator_figure)),
        runtime=runtime(emulating(resources.of_emulator_figure)),
    params:
        settings=STUDY.figures.family.canonical(),
    message:
        "Drawing the family of action potentials"
    shell:
        "python -m gbar figure family --store {input.store:q} --settings {params.settings:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_settings:
    input:
        store=f"{EMULATED}/store.zarr",
        biomarkers=f"{EMULATED}/biomarkers.csv",
        code=code("gbar.figures.sweeps.settings", "gbar.figures.sweeps.settings_data"),
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
        mem_mb=mem_mb(emulating(resources.of_emulator_figure)),
        runtime=runtime(emulating(resources.of_emulator_figure)),
    message:
        "Drawing which settings beat"
    shell:
        "python -m gbar figure settings --store {input.store:q} --biomarkers {input.biomarkers:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_predictions:
    input:
        windows=f"{RESULTS}/emulate/windows.zarr",
        predictions=expand(f"{RESULTS}/emulate/{{model}}/predictions.npz", model=MODELS),
        code=code("gbar.figures.emulate.predictions", "gbar.figures.emulate.predictions_data"),
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
        mem_mb=mem_mb(emulating(resources.of_emulator_figure)),
        runtime=runtime(emulating(resources.of_emulator_figure)),
    params:
        settings=STUDY.figures.predictions.canonical(),
        predictions=named_files(f"{RESULTS}/emulate/{{model}}/predictions.npz"),
    message:
        "Drawing predicted beside simulated action potentials"
    shell:
        "python -m gbar figure predictions --windows {input.windows:q} --predictions {params.predictions:q}"
        " --settings {params.settings:q} --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


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
        mem_mb=mem_mb(emulating(resources.of_emulator_figure)),
        runtime=runtime(emulating(resources.of_emulator_figure)),
    params:
        models=named_files(f"{RESULTS}/emulate/{{model}}/model"),
    message:
        "Drawing the loss over training"
    shell:
        "python -m gbar figure losses --models {params.models:q} --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_smoothing:
    input:
        metrics=expand(f"{RESULTS}/emulate/{{model}}/metrics.json", model=MODELS),
        code=code("gbar.figures.emulate.smoothing", "gbar.figures.emulate.smoothing_data"),
    output:
        svg=report(f"{RESULTS}/figures/smoothing.svg", caption="../report/smoothing.rst", category="Emulators"),
        png=f"{RESULTS}/figures/smoothing.png",
    log:
        f"{RESULTS}/logs/figures/smoothing.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/smoothing.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(emulating(resources.of_emulator_figure)),
        runtime=runtime(emulating(resources.of_emulator_figure)),
    params:
        metrics=named_files(f"{RESULTS}/emulate/{{model}}/metrics.json"),
    message:
        "Drawing the error over the width of the smoothing"
    shell:
        "python -m gbar figure smoothing --metrics {params.metrics:q} --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_errors:
    input:
        windows=f"{RESULTS}/emulate/windows.zarr",
        scores=expand(f"{RESULTS}/emulate/{{model}}/scores.csv", model=MODELS),
        code=code("gbar.figures.emulate.errors", "gbar.figures.emulate.errors_data"),
    output:
        svg=report(f"{RESULTS}/figures/errors.svg", caption="../report/errors.rst", category="Emulators"),
        png=f"{RESULTS}/figures/errors.png",
    log:
        f"{RESULTS}/logs/figures/errors.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/errors.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(emulating(resources.of_emulator_figure)),
        runtime=runtime(emulating(resources.of_emulator_figure)),
    params:
        scores=named_files(f"{RESULTS}/emulate/{{model}}/scores.csv"),
    message:
        "Drawing the error by current and level"
    shell:
        "python -m gbar figure errors --windows {input.windows:q} --scores {params.scores:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_apd:
    input:
        scores=expand(f"{RESULTS}/emulate/{{model}}/scores.csv", model=MODELS),
        code=code("gbar.figures.emulate.apd", "gbar.figures.emulate.apd_data"),
    output:
        svg=report(f"{RESULTS}/figures/apd.svg", caption="../report/apd.rst", category="Emulators"),
        png=f"{RESULTS}/figures/apd.png",
    log:
        f"{RESULTS}/logs/figures/apd.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/apd.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(emulating(resources.of_emulator_figure)),
        runtime=runtime(emulating(resources.of_emulator_figure)),
    params:
        scores=named_files(f"{RESULTS}/emulate/{{model}}/scores.csv"),
    message:
        "Drawing predicted against simulated action potential durations"
    shell:
        "python -m gbar figure apd --scores {params.scores:q} --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_learning:
    input:
        metrics=[pair.partition("=")[2] for pair in learning_files("metrics.json")],
        code=code("gbar.figures.emulate.learning", "gbar.figures.emulate.learning_data"),
    output:
        svg=report(f"{RESULTS}/figures/learning.svg", caption="../report/learning.rst", category="Emulators"),
        png=f"{RESULTS}/figures/learning.png",
    log:
        f"{RESULTS}/logs/figures/learning.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/learning.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(emulating(resources.of_emulator_figure)),
        runtime=runtime(emulating(resources.of_emulator_figure)),
    params:
        metrics=learning_files("metrics.json"),
        models=MODELS,
    message:
        "Drawing the error against the number of training settings"
    shell:
        "python -m gbar figure learning --metrics {params.metrics:q} --models {params.models:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"


rule figure_spread:
    input:
        scores=expand(f"{RESULTS}/emulate/{{model}}/scores.csv", model=MODELS),
        metrics=expand(f"{RESULTS}/emulate/{{model}}/metrics.json", model=MODELS),
        code=code("gbar.figures.emulate.spread", "gbar.figures.emulate.spread_data"),
    output:
        svg=report(f"{RESULTS}/figures/spread.svg", caption="../report/spread.rst", category="Emulators"),
        png=f"{RESULTS}/figures/spread.png",
    log:
        f"{RESULTS}/logs/figures/spread.log",
    benchmark:
        f"{RESULTS}/benchmarks/figures/spread.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(emulating(resources.of_emulator_figure)),
        runtime=runtime(emulating(resources.of_emulator_figure)),
    params:
        scores=named_files(f"{RESULTS}/emulate/{{model}}/scores.csv"),
        metrics=named_files(f"{RESULTS}/emulate/{{model}}/metrics.json"),
    message:
        "Drawing the spread of ensembles against their error"
    shell:
        "python -m gbar figure spread --scores {params.scores:q} --metrics {params.metrics:q}"
        " --out {output.svg:q} {output.png:q} > {log:q} 2>&1"
