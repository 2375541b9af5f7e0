# What the rules of the gating study share.
from gbar.config.gating import CELL

GATING = f"{RESULTS}/gating"
CONTROL_RUNS = f"{GATING}/paced/{CONTROL}.zarr"
NETWORK = f"{GATING}/networks/{{network}}"
# The network of the first stage whose layer of gates is trained again.
RETRAINED_NETWORK = f"{GATING}/networks/{STUDY.gating.retraining.network}/model"
FIRST_RECORD = next(iter(STUDY.gating.identification.records))  # what is judged further, and put back
FIRST_IDENTIFIED = f"{GATING}/identified/{{altered}}/{FIRST_RECORD}.json"
# What most jobs are told: all runs, and those that figures show.
RUNS = {"paced": STUDY.gating.paced.canonical()}
SHOWN = {"shown": STUDY.gating.shown.canonical()}


wildcard_constraints:
    cell=one_of(PACED),
    altered=one_of(ALTERED),
    network=one_of(GATES_BY),
    record=one_of(STUDY.gating.identification.records),


def gated(wildcards):
    """The section of the study, and the network, if it is about one."""
    network = [STUDY.gating.networks[wildcards.network]] if "network" in wildcards.keys() else []
    return STUDY.gating, *network


DATA["gating"] = {
    **RUNS,
    **SHOWN,
    "control": CONTROL_RUNS,
    "altered": named(f"{GATING}/paced/{{}}.zarr", ALTERED),
    "metrics": named(f"{GATING}/networks/{{}}/metrics.json", GATES_BY),
    "traces": named(f"{GATING}/networks/{{}}/closed_loop.npz", GATES_BY),
    "published": named(f"{GATING}/published/{{}}.json", ALTERED),
    "published_traces": named(f"{GATING}/published/{{}}.npz", ALTERED),
    "identified": named(f"{GATING}/identified/{{}}.json", IDENTIFIED),
    "held_out": named(f"{GATING}/held_out/{{}}.json", ALTERED),
    "own": f"{GATING}/published/{{altered}}.npz",
    "own_found": f"{GATING}/held_out/{{altered}}.npz",
}
STUDIED["gating"] = gated
