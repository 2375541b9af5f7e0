# What the rules of the gating study share.
from gbar.config.gating import CELL
from gbar.gating import needs as gating_needs

GATING = f"{RESULTS}/gating"
CONTROL_RUNS = f"{GATING}/paced/{CONTROL}.zarr"
# The network of the first stage whose layer of gates is trained again.
RETRAINED_NETWORK = f"{GATING}/networks/{STUDY.gating.retraining.network}/model"
FIRST_RECORD = next(iter(STUDY.gating.identification.records))  # what is judged further, and put back


wildcard_constraints:
    cell=one_of(PACED),
    altered=one_of(ALTERED),
    network=one_of(GATES_BY),
    record=one_of(STUDY.gating.identification.records),


def scales_of(wildcards):
    return canonical(STUDY.gating.scales_of(wildcards.cell))


def settings_of_network(wildcards):
    return STUDY.gating.networks[wildcards.network].canonical()


def settings_of_record(wildcards):
    return STUDY.gating.identification.records[wildcards.record].canonical()


def settings_of_paced(wildcards):
    return STUDY.gating.paced.canonical()


def settings_of_shown(wildcards):
    return STUDY.gating.shown.canonical()


def settings_of_retraining(wildcards):
    return STUDY.gating.retraining.canonical()


def settings_of_identification(wildcards):
    """All but the kinds of record: each is a job of its own."""
    return canonical(STUDY.gating.identification.model_dump(mode="json", exclude={"records"}))


def gating(need):
    """What a job of the gating study takes, by its section; and by the network, if it is about one."""

    def of_job(wildcards):
        network = [STUDY.gating.networks[wildcards.network]] if "network" in wildcards.keys() else []
        return need(STUDY.gating, *network)

    return of_job


# Params of jobs that take both.
GATING_SETTINGS = {"paced": settings_of_paced, "shown": settings_of_shown}


def named_of(pattern, names):
    """NAME=FILE of files of the study, as the verbs take them."""
    return [f"{name}={GATING}/{pattern.format(name)}" for name in names]
