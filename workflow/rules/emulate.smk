# From the store of a sweep to trained and judged emulators: windows, training, evaluation.


use rule solve as windows with:
    input:
        store=f"{EMULATED}/store.zarr",
        biomarkers=f"{EMULATED}/biomarkers.csv",
        code=code("windows"),
    output:
        out=directory(WINDOWS),
    log:
        f"{RESULTS}/logs/windows.log",
    benchmark:
        f"{RESULTS}/benchmarks/windows.tsv"
    resources:
        **asks("windows", emulated),
    params:
        **job("windows", settings=canonical(STUDY.emulate.model_dump(mode="json", include={"windows", "split"}))),


use rule solve as train with:
    input:
        windows=WINDOWS,
        code=code("train"),
    output:
        out=directory(f"{EMULATOR}/model"),
    log:
        f"{RESULTS}/logs/train/{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{model}}.tsv"
    resources:
        **asks("train", emulated),
    params:
        **job("train", settings=lambda w: TRAININGS[w.model].canonical(), checkpoints=checkpoints_in("{model}")),


use rule solve as evaluate with:
    input:
        windows=WINDOWS,
        model=f"{EMULATOR}/model",
        code=code("evaluate"),
    output:
        metrics=f"{EMULATOR}/metrics.json",
        predictions=f"{EMULATOR}/predictions.npz",
        scores=f"{EMULATOR}/scores.csv",
    log:
        f"{RESULTS}/logs/evaluate/{{model}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate/{{model}}.tsv"
    resources:
        **asks("evaluate", emulated),
    params:
        **job("evaluate", settings=STUDY.emulate.smoothing.canonical()),
