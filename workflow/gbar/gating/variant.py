"""The job that puts a result of the study back: an altered cell that `gbar simulate --altered` runs.

Curves are functions of the voltage alone, taken along clamps. A network is given calcium, too, which in a beat is not
that of a clamp: driven by its curves, the cell does not do what it does in closed loop with the network.
"""

from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from pydantic import ValidationError

from gbar.cells.altered import Altered, GateTable, write_altered
from gbar.config.gating import CELL
from gbar.errors import UserError
from gbar.jobs.job import Output, PathInput, job
from gbar.records.digest import file_digest
from gbar.records.files import regular
from gbar.records.metrics import read_metrics
from gbar.records.provenance import now, provenance


@job("gating variant")
def make_variant(identified: PathInput | None, curves: PathInput | None, out: Output) -> None:
    """Write an altered cell for `gbar simulate --altered`.

    Args:
        identified: factors on the membrane currents, as `gbar gating identify` writes them.
        curves: curves of the gates, as `gbar gating judge-retrained` writes them.
        out: JSON to write, of `gbar.cells.altered`.

    Raises:
        UserError: neither is given, or one of them is no such file.
    """
    begun = now()
    if identified is None and curves is None:
        raise UserError("--identified or --curves: at least one of them is needed")
    scales = {} if identified is None else factors_in(identified)
    gates = {} if curves is None else tables_in(curves)
    given = {name: path for name, path in (("identified", identified), ("curves", curves)) if path}
    origin = provenance(
        begun,
        {name: path.name for name, path in given.items()},
        made_from={name: file_digest(path) for name, path in given.items()},
    )
    write_altered(out, variant_of(scales, gates).model_copy(update={"provenance": origin.to_json()}))


def variant_of(scales: Mapping[str, float], gates: Mapping[str, GateTable]) -> Altered:
    """Return the altered cell of factors on currents and of tables of gates."""
    return Altered(cell=CELL.name, variant=CELL.variant, scales=dict(scales), gates=dict(gates))


def factors_in(identified: str | Path) -> dict[str, float]:
    """Return the factor on each membrane current that was found.

    Raises:
        UserError: the file tells of none, or is damaged.
    """
    found = read_metrics(identified, sealed=True).get("factors")
    if not isinstance(found, dict):
        raise UserError(f"{identified}: tells of no factors on currents; `gbar gating identify` writes them")
    return found


def tables_in(curves: str | Path) -> dict[str, GateTable]:
    """Return the curves of each gate as retrained on an altered cell.

    Raises:
        UserError: the file holds none.
    """
    try:
        with np.load(regular(curves), allow_pickle=False) as file:
            V, gates, x_inf, tau = (file[name] for name in ("clamp_mV", "gate", "x_inf_altered", "tau_altered_ms"))
        return {
            str(gate): GateTable(V_mV=V.tolist(), x_inf=one.tolist(), tau_ms=other.tolist())
            for gate, one, other in zip(gates, x_inf, tau, strict=True)
        }
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, ValidationError) as error:
        raise UserError(f"{curves}: holds no curves of gates ({type(error).__name__}: {error})") from None
