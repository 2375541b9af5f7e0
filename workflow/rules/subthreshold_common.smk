# What the rules of the subthreshold study share.
from gbar.subthreshold import needs as filter_needs

CURRENTS = f"{RESULTS}/subthreshold/currents.zarr"
FILTER = f"{RESULTS}/subthreshold/filters/{{filter}}"
BASELINE = f"{RESULTS}/subthreshold/baselines/{{baseline}}"
# One training of each model, where a figure shows voltages.
SHOWN_FILTERS = [next(iter(STUDY.subthreshold.trainings_of(model))) for model in STUDY.subthreshold.models]


wildcard_constraints:
    filter=one_of(FILTERS),
    baseline=one_of(BASELINES),


def need_of_currents(wildcards):
    return filter_needs.of_currents(STUDY.subthreshold.currents)


def need_of_filter(wildcards):
    return filter_needs.of_training(STUDY.subthreshold.currents, FILTERS[wildcards.filter])


def need_of_judging(wildcards):
    return filter_needs.of_judging(STUDY.subthreshold.currents)


def score_files():
    """NAME=FILE of all scores, as the verb takes them: a model once for each of its trainings."""
    trained = [(model, one) for model in STUDY.subthreshold.models for one in STUDY.subthreshold.trainings_of(model)]
    return [f"{model}={FILTER.format(filter=one)}/metrics.json" for model, one in trained] + [
        f"{name}={BASELINE.format(baseline=name)}/metrics.json" for name in BASELINES
    ]
