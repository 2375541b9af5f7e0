# Filters from a noisy current to the voltage of a neuron that does not spike: data set, trainings, linear filters.


use rule solve as currents with:
    input:
        code=code("subthreshold make-data"),
    output:
        out=directory(CURRENTS),
    log:
        f"{RESULTS}/logs/subthreshold/currents.log",
    benchmark:
        f"{RESULTS}/benchmarks/subthreshold/currents.tsv"
    resources:
        **asks("subthreshold make-data", filtered),
    params:
        **job("subthreshold make-data", settings=STUDY.subthreshold.currents.canonical()),


use rule solve as train_filter with:
    input:
        data=CURRENTS,
        code=code("subthreshold train"),
    output:
        out=directory(f"{FILTER}/model"),
    log:
        f"{RESULTS}/logs/subthreshold/train/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/subthreshold/train/{{filter}}.tsv"
    resources:
        **asks("subthreshold train", filtered),
    params:
        **job(
            "subthreshold train",
            settings=lambda w: FILTERS[w.filter].canonical(),
            checkpoints=checkpoints_in("subthreshold/{filter}"),
        ),


use rule solve as evaluate_filter with:
    input:
        data=CURRENTS,
        model=f"{FILTER}/model",
        code=code("subthreshold evaluate"),
    output:
        metrics=f"{FILTER}/metrics.json",
        predictions=f"{FILTER}/predictions.npz",
    log:
        f"{RESULTS}/logs/subthreshold/evaluate/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/subthreshold/evaluate/{{filter}}.tsv"
    resources:
        **asks("subthreshold evaluate", filtered),
    params:
        **job("subthreshold evaluate"),


use rule solve as linear_filter with:
    input:
        data=CURRENTS,
        code=code("subthreshold baseline"),
    output:
        metrics=f"{BASELINE}/metrics.json",
    log:
        f"{RESULTS}/logs/subthreshold/baselines/{{baseline}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/subthreshold/baselines/{{baseline}}.tsv"
    resources:
        **asks("subthreshold baseline", filtered),
    params:
        **job("subthreshold baseline", settings=lambda w: BASELINES[w.baseline].canonical()),
