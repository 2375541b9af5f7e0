"""The rows of a design of drugs: factors on a cell's currents and parameters of its binding, and who each row is.

The control comes first, then drug by drug, dose by dose, sample by sample. Of a population each of these is a row
a member. Rows that are alike are one setting: who they are is a matter of labels, which no identity holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from gbar.cells.cell import Cell
from gbar.config.design import MOST_ROWS, DrugDesign
from gbar.drugs.drug import CONTROL, Binding, Drug, bnet
from gbar.drugs.sampling import Samples, draw
from gbar.drugs.table import drug_called
from gbar.drugs.targets import CONCENTRATION, PARAMETERS, binds, currents_of, reaches, without_current
from gbar.errors import UserError

WHERE = "the section `drugs`"
FAR_FROM_CMAX = 1e3  # so many times the therapeutic concentration, or its inverse, is more likely a slip of units


@dataclass(frozen=True)
class Members:
    """The members of a population.

    Attributes:
        ids: identity of each.
        values: scaling of a current, or value of a parameter, by name, shape (members,).
    """

    ids: Sequence[str]
    values: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Label:
    """Who some rows are: a dose of a drug in one sample.

    Attributes:
        drug: its name; `CONTROL` without one.
        dose_Cmax: in free therapeutic concentrations; NaN where that is not known.
        concentration_nM: free concentration.
        sample: number of the sample; None of best values.
        risk: of the drug, empty where it is not known.
        group: that it is used for.
        bnet: see `gbar.drugs.drug.bnet`.
    """

    drug: str
    dose_Cmax: float
    concentration_nM: float
    sample: int | None
    risk: str
    group: str
    bnet: float


@dataclass(frozen=True)
class DrugRows:
    """The rows of a design, settings that are there several times included.

    Attributes:
        quantities: what is varied, length n.
        values: shape (labels x members, n), the members of a label one after the other.
        labels: who they are.
        members: identity of each member; a single empty one where there is no population.
    """

    quantities: list[str]
    values: np.ndarray
    labels: list[Label]
    members: list[str]


def chosen_drugs(design: DrugDesign, drugs: Mapping[str, Drug]) -> list[Drug]:
    """Return the drugs of a design.

    Raises:
        UserError: one is unknown; near names are told.
    """
    if design.drugs == "all":
        return list(drugs.values())
    return [drug_called(name, dict(drugs), WHERE) for name in design.drugs]


def doses_nM(design: DrugDesign, drug: Drug) -> list[float]:
    """Return the concentrations of a drug in a design, nM, those above 0, each once.

    Raises:
        UserError: they are in therapeutic concentrations, and that of the drug is not known.
    """
    multiples = [dose for dose in design.multiples if dose]
    if multiples and not np.isfinite(drug.free_cmax_nM):
        raise UserError(
            f"doses_Cmax: the free therapeutic concentration of {drug.name} is not known; say it, or give "
            "concentrations_nM"
        )
    given = design.concentrations_nM or []
    if isinstance(given, dict):
        given = next((one for name, one in given.items() if name.casefold() == drug.name.casefold()), [])
    found = [dose * drug.free_cmax_nM for dose in multiples] + [dose for dose in given if dose]
    return list(dict.fromkeys(found))


def check_drugs(design: DrugDesign, cell: Cell, drugs: Mapping[str, Drug]) -> None:
    """Check that the drugs of a design are there, and that a cell can be under each.

    Raises:
        UserError: it says which cannot, and what is allowed.
    """
    chosen = chosen_drugs(design, drugs)
    for name in design.concentrations_nM if isinstance(design.concentrations_nM, dict) else ():
        drug_called(name, {drug.name: drug for drug in chosen}, "concentrations_nM, which is one of the design's")
    for drug in chosen:
        if not doses_nM(design, drug):
            raise UserError(f"drugs: there is no dose of {drug.name} above 0; give doses_Cmax or concentrations_nM")
        if design.hERG == "dynamic" and not binds(cell, drug):
            missing = f"{drug.name} has no known binding" if drug.binding is None else f"{cell.name} no channel for it"
            raise UserError(f"hERG: 'dynamic' is not allowed, since {missing}; it must be static or as known")
        if not reaches(cell, drug, dynamic=_is_dynamic(design, cell, drug)):
            raise UserError(f"drugs: {cell.name} has none of the currents that {drug.name} blocks")


def notes(design: DrugDesign, cell: Cell, drugs: Mapping[str, Drug]) -> Iterator[str]:
    """Yield what is to be borne in mind of a design, in sentences."""
    without: dict[str, list[str]] = {}
    for drug in chosen_drugs(design, drugs):
        far = [dose for dose in doses_nM(design, drug) if _is_far(dose / drug.free_cmax_nM)]
        if far:
            yield (
                f"{far[0]:g} nM of {drug.name} is a thousand times off its therapeutic {drug.free_cmax_nM:g} nM; is it "
                "in nM?"
            )
        for channel in without_current(cell, drug, dynamic=_is_dynamic(design, cell, drug)):
            without.setdefault(channel, []).append(drug.name)
    for channel, names in without.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield f"{cell.name} has no {channel}, whose block by {', '.join(names[:3])}{more} is left out"


def drug_rows(
    design: DrugDesign,
    cell: Cell,
    own: Mapping[str, float],
    drugs: Mapping[str, Drug],
    members: Members | None = None,
) -> DrugRows:
    """Return the rows of a design of drugs.

    Args:
        design: the design.
        cell: the cell.
        own: what every quantity of it is when no drug touches it.
        drugs: by name.
        members: of the population; the cell as it is when left out.

    Raises:
        UserError: as `check_drugs`, or there are too many rows.
    """
    check_drugs(design, cell, drugs)
    crowd = members or Members([""], {})
    labels, parts = [Label(CONTROL, 0.0, 0.0, None, "", "", 0.0)], [(1, dict[str, np.ndarray]())]
    for drug in chosen_drugs(design, drugs):
        samples = draw(drug, design.samples, design.seed)
        numbers = [None] if design.samples is None else range(design.samples)
        dynamic = _is_dynamic(design, cell, drug)
        for dose_nM in doses_nM(design, drug):
            parts.append((len(numbers), _touched(cell, samples, dose_nM, dynamic)))
            net = np.broadcast_to(bnet(samples.left(dose_nM)), len(numbers))
            dose = dose_nM / drug.free_cmax_nM
            labels += [
                Label(drug.name, dose, dose_nM, number, drug.risk, drug.group, float(one))
                for number, one in zip(numbers, net, strict=True)
            ]
    if len(labels) * len(crowd.ids) > MOST_ROWS:
        raise UserError(f"design: {len(labels) * len(crowd.ids):,} rows are too many; there can be {MOST_ROWS:,}")
    names = list(dict.fromkeys([*crowd.values, *(name for _, touched in parts for name in touched)]))
    values = np.empty((len(labels), len(crowd.ids), len(names)))
    for column, name in enumerate(names):
        held = crowd.values.get(name, np.full(len(crowd.ids), own[name]))
        start = 0
        for rows, touched in parts:
            here = touched.get(name)
            part = values[start : start + rows, :, column]
            if here is None:
                part[:] = held
            else:
                part[:] = np.multiply.outer(here, held) if name in cell.current_names else here[:, None]
            start += rows
    return DrugRows(names, values.reshape(-1, len(names)), labels, list(crowd.ids))


def _is_dynamic(design: DrugDesign, cell: Cell, drug: Drug) -> bool:
    return design.hERG != "static" and binds(cell, drug)


def _is_far(times: float) -> bool:
    return times >= FAR_FROM_CMAX or times <= 1 / FAR_FROM_CMAX


def _touched(cell: Cell, samples: Samples, dose_nM: float, dynamic: bool) -> dict[str, np.ndarray]:
    """Return factors on currents and values of parameters by name, shape (samples,)."""
    factors: dict[str, np.ndarray] = {}
    for channel, left in samples.left(dose_nM, dynamic).items():
        for name in currents_of(cell, channel):
            factors[name] = factors.get(name, 1.0) * left
    if not dynamic:
        return factors
    bound = {PARAMETERS[one.name]: samples.binding[one.name] for one in fields(Binding)}
    return factors | bound | {CONCENTRATION: np.full(len(samples.binding["n"]), dose_nM)}
