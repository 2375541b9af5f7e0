# What the rules of drugs share.
from gbar.drugs.assess import PUBLISHED
from gbar.drugs.table import JOINT, SHIPPED


wildcard_constraints:
    risk=one_of(STUDY.risk),


SHOWN = f"{RESULTS}/sweeps/{{sweep}}"
JUDGED = f"{RESULTS}/risk/{{risk}}"
DATA["drugs"] = {
    "store": f"{SHOWN}/store.zarr",
    "labels": f"{SHOWN}/labels.csv",
    "biomarkers": f"{SHOWN}/biomarkers.csv",
    "metrics": f"{JUDGED}/metrics.json",
    "drugs": f"{JUDGED}/drugs.csv",
}
