"""The joint uncertainty of a drug's binding to hERG, whose parameters by themselves are poorly known.

Fits of Kmax, n and halfmax trade off: each may range over decades, while the effect at the concentrations that were
tested is known well. So what is taken as normal, with the correlations of the bootstrap, are five other numbers:

- effect: ln(Kmax C^n / (C^n + halfmax)), of the rate of binding over that of unbinding at a reference concentration C;
- saturation: ln(C^n / halfmax);
- ln n, ln Ku and Vhalf.

Each is normal on either side of its median, by the ends of its 95 % range.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.records.files import read_csv

NAMES = ("effect", "saturation", "ln_n", "ln_Ku", "Vhalf")
PAIRS = tuple((one, other) for k, one in enumerate(NAMES) for other in NAMES[k + 1 :])
HEADER = (
    "drug",
    "reference_nM",
    *(f"{name}{limit}" for name in NAMES for limit in ("", "_low", "_high")),
    *(f"{one}:{other}" for one, other in PAIRS),
)


@dataclass(frozen=True)
class JointBinding:
    """The joint uncertainty of a binding, in the order of `NAMES`.

    Attributes:
        reference_nM: concentration at which effect and saturation are told.
        median: length 5.
        low: lower ends of the 95 % ranges.
        high: upper ends.
        correlations: of the pairs in the order of `PAIRS`.
    """

    reference_nM: float
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    correlations: tuple[float, ...]

    def parameters(self, z: np.ndarray, ends: float) -> dict[str, np.ndarray]:
        """Return samples of the parameters of `gbar.drugs.drug.Binding` by name.

        Args:
            z: independent standard normal numbers, shape (5, samples).
            ends: standard deviations from a median to the ends of its range.
        """
        correlation = np.eye(len(NAMES))
        upper = np.triu_indices(len(NAMES), 1)
        correlation[upper] = self.correlations
        correlation = correlation + correlation.T - np.eye(len(NAMES))
        z = np.linalg.cholesky(correlation) @ z
        median, low, high = (np.array(one)[:, None] for one in (self.median, self.low, self.high))
        effect, saturation, ln_n, ln_Ku, Vhalf_mV = median + z * np.where(z > 0, high - median, median - low) / ends
        n = np.exp(ln_n)
        return {
            "Kmax": np.exp(effect) * (1.0 + np.exp(-saturation)),
            "Ku_per_ms": np.exp(ln_Ku),
            "n": n,
            "halfmax": np.exp(n * np.log(self.reference_nM) - saturation),
            "Vhalf_mV": Vhalf_mV,
        }


def read_joint(path: str | Path) -> dict[str, JointBinding]:
    """Return the joint uncertainty of bindings from a table that ships, by the name of the drug.

    Raises:
        UserError: it is no such table.
    """
    header, lines = read_csv(path)
    if tuple(header) != HEADER:
        raise UserError(f"{path}: is no table of bindings")
    found = {}
    for name, *cells in lines:
        reference, *numbers = map(float, cells)
        median, low, high = (tuple(numbers[k : 3 * len(NAMES) : 3]) for k in range(3))
        found[name] = JointBinding(reference, median, low, high, tuple(numbers[3 * len(NAMES) :]))
    return found
