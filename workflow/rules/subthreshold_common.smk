# What the rules of the subthreshold study share.
CURRENTS = f"{RESULTS}/subthreshold/currents.zarr"
FILTER = f"{RESULTS}/subthreshold/filters/{{filter}}"
BASELINE = f"{RESULTS}/subthreshold/baselines/{{baseline}}"
OF_FILTER = FILTER.replace("{filter}", "{}")
OF_MODEL = {model: STUDY.subthreshold.trainings_of(model) for model in STUDY.subthreshold.models}


wildcard_constraints:
    filter=one_of(FILTERS),
    baseline=one_of(BASELINES),


def filtered(wildcards):
    """The currents, and the filter, if it is about one that is trained."""
    return STUDY.subthreshold.currents, *([FILTERS[wildcards.filter]] if "filter" in wildcards.keys() else [])


DATA["subthreshold"] = {
    "data": CURRENTS,
    "models": named(f"{OF_FILTER}/model", FILTERS),
    # One training of each model, where a figure shows voltages; of scores a model once for each of its trainings.
    "predictions": named(f"{OF_FILTER}/predictions.npz", [next(iter(trained)) for trained in OF_MODEL.values()]),
    "metrics": [
        *((model, f"{OF_FILTER.format(one)}/metrics.json") for model in OF_MODEL for one in OF_MODEL[model]),
        *named(f"{RESULTS}/subthreshold/baselines/{{}}/metrics.json", BASELINES),
    ],
    "validation": "validation",
    "test": "test",
}
