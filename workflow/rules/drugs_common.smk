# What the rules of drugs share.
from gbar.drugs.assess import PUBLISHED
from gbar.drugs.table import JOINT, SHIPPED


wildcard_constraints:
    risk=one_of(STUDY.risk),
