"""What the figure of the settings shows, read from a sweep's store and its table of biomarkers."""

from pathlib import Path

import numpy as np

from gbar.errors import UserError
from gbar.figures.sweeps.settings import Settings
from gbar.figures.sweeps.sweep_data import varied
from gbar.sweeps import biomarker_table
from gbar.sweeps.quantities import varied_quantities
from gbar.sweeps.store import open_store


def read_settings(store: str | Path, biomarkers: str | Path) -> Settings:
    """Read how each row of a sweep behaved.

    Args:
        store: store of the sweep; its voltages are not read.
        biomarkers: table of its biomarkers, joined by the rows' ids.
    """
    group = open_store(store)
    names, scalings = varied(group)
    measured = {row.id: row for row in biomarker_table.read_table(biomarkers)}
    ids = [str(identity) for identity in group["id"][:]]  # type: ignore[union-attr, index]
    missing = [identity for identity in ids if identity not in measured]
    if missing:
        raise UserError(f"{biomarkers}: lacks {len(missing)} rows of {store}, the first is {missing[0]}")
    return Settings(
        currents=tuple(names),
        scalings=scalings,
        status=np.asarray(group["status"][:]),  # type: ignore[index]
        n_beats=np.array([measured[identity].biomarkers.n_beats for identity in ids], dtype=float),
        cycle_length_ms=np.array([measured[identity].biomarkers.cycle_length_ms for identity in ids]),
        course=tuple(measured[identity].course for identity in ids),
        quantities=tuple(varied_quantities(group)),
    )
