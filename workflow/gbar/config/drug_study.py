"""Whether what a study says of drugs, populations and risk fits its sweeps."""

from collections.abc import Mapping

from gbar.cells.outputs import outputs_of
from gbar.config.calibrate import CalibrateSection
from gbar.config.design import DrugDesign
from gbar.config.drugs import DrugsSection
from gbar.config.risk import RiskSection
from gbar.config.sweep import SweepSection
from gbar.drugs.rows import check_drugs
from gbar.errors import UserError

CHARGE = "_C_per_F"  # what columns of charges, of outputs that are currents, end in


def drug_designs(sweeps: Mapping[str, SweepSection]) -> dict[str, DrugDesign]:
    """Return the designs of drugs, by the name of the sweep."""
    return {name: one.design for name, one in sweeps.items() if isinstance(one.design, DrugDesign)}


def check_drug_sections(
    sweeps: Mapping[str, SweepSection],
    drugs: DrugsSection,
    populations: Mapping[str, CalibrateSection],
    risks: Mapping[str, RiskSection],
) -> None:
    """Check that the sections of a study about drugs fit its sweeps.

    Raises:
        ValueError: what does not fit, in a sentence that begins with its key.
    """
    under = drug_designs(sweeps)
    for name, population in populations.items():
        _check_population(f"calibrate.{name}", population, sweeps)
    _check_designs(drugs, sweeps, under)
    for name, design in under.items():
        if design.population is not None:
            _check_members(f"sweeps.{name}", sweeps[name], design.population, populations, sweeps)
    for name, risk in risks.items():
        _check_risk(f"risk.{name}", risk, under, sweeps)


def _check_designs(section: DrugsSection, sweeps: Mapping[str, SweepSection], under: Mapping[str, DrugDesign]) -> None:
    """Check that the drugs that sweeps are under are there, and their table can be used; unused ones are not read."""
    if not under:
        return
    try:
        known = section.known()
    except UserError as error:
        raise ValueError(str(error)) from None
    for name, design in under.items():
        try:
            check_drugs(design, sweeps[name].cell.cell(), known)
        except UserError as error:
            raise ValueError(f"sweeps.{name}.design: {error}") from None


def _check_population(key: str, population: CalibrateSection, sweeps: Mapping[str, SweepSection]) -> None:
    for name in population.by_sweep:
        place = "sweep" if name == population.sweep else f"protocols.{name}"
        if name not in sweeps or isinstance(sweeps[name].design, DrugDesign):
            others = [one for one, sweep in sweeps.items() if not isinstance(sweep.design, DrugDesign)]
            raise ValueError(f"{key}.{place}: {name!r} is not allowed; it must be one of {', '.join(others)}")
        if (sweeps[name].design, sweeps[name].cell) != (sweeps[population.sweep].design, sweeps[population.sweep].cell):
            raise ValueError(
                f"{key}.{place}: is not allowed; cell and design must be those of {population.sweep}, whose candidates "
                "are looked for there"
            )


def _check_members(
    key: str,
    sweep: SweepSection,
    population: str,
    populations: Mapping[str, CalibrateSection],
    sweeps: Mapping[str, SweepSection],
) -> None:
    if population not in populations:
        allowed = f"one of {', '.join(populations)}" if populations else "left out: there is no section `calibrate`"
        raise ValueError(f"{key}.design.population: {population!r} is not allowed; it must be {allowed}")
    if sweep.cell != sweeps[populations[population].sweep].cell:
        raise ValueError(f"{key}.cell: must be that of sweep {populations[population].sweep}, which has the population")


def _check_risk(
    key: str, risk: RiskSection, under: Mapping[str, DrugDesign], sweeps: Mapping[str, SweepSection]
) -> None:
    design = under.get(risk.sweep)
    if design is None:
        allowed = f"one of {', '.join(under)}" if under else "the name of a sweep of kind drug, of which there is none"
        raise ValueError(f"{key}.sweep: {risk.sweep!r} is not allowed; it must be {allowed}")
    sweep = sweeps[risk.sweep]
    charges = [one.charge for one in outputs_of(sweep.cell.cell(), sweep.outputs) if one.currents]
    if risk.marker.endswith(CHARGE) and risk.marker not in charges:
        held = f"one of {', '.join(charges)}" if charges else "another, or the sweep must have outputs: [INet]"
        raise ValueError(f"{key}.marker: {risk.marker!r} is not allowed; it must be {held}")
    if missing := [dose for dose in risk.doses_Cmax if dose not in design.multiples and not design.concentrations_nM]:
        held = ", ".join(f"{dose:g}" for dose in design.multiples)
        raise ValueError(
            f"{key}.doses_Cmax: {missing[0]:g} is not allowed; it must be one of those of sweep {risk.sweep}: {held}"
        )
