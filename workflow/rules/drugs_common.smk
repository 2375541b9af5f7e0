# What the rules of drugs share.
from gbar.drugs.table import CIPA
