"""A neuron put together: tree, mechanisms, ions and the names of their quantities."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gbar.cable.tree import Cut, joined
from gbar.cells.cell import Current, Parameter
from gbar.cells.neurons.neuron import Ion, Mechanism, Neuron, Setting
from gbar.cells.neurons.nmodl.generating import parameter_fields, state_fields
from gbar.cells.neurons.nmodl.meaning import valence_of
from gbar.cells.neurons.placing import Placed, placed
from gbar.cells.neurons.quantities import Quantities, settings_of
from gbar.cells.neurons.told import Told
from gbar.cells.neurons.tree.compartments import check_count, cut
from gbar.cells.neurons.tree.sections import Section, sections
from gbar.cells.neurons.tree.swc import REGIONS, Point, read_swc, region_of
from gbar.errors import UserError

# NEURON's own values, where the user says nothing.
RA_OHM_CM, CM_UF_PER_CM2, CELSIUS, V_INIT_MV = 35.4, 1.0, 6.3, -65.0
REVERSALS_MV = {"na": 50.0, "k": -77.0, "ca": 132.4579341637009}
CONCENTRATIONS_MM = {"na": (10.0, 140.0), "k": (54.4, 2.5), "ca": (5e-5, 2.0)}  # inside, outside
ANY_REVERSAL_MV, ANY_CONCENTRATIONS_MM = 0.0, (1.0, 1.0)
KEY = "cell.parameters"


@dataclass(frozen=True)
class Assembled:
    """A neuron with what describes it.

    Attributes:
        cuts: its sections, cut.
        mechanisms, ions, capacitance, resistivity: as of `Neuron`.
        parameters, currents: what can be set and scaled.
        regions: names of the regions.
    """

    cuts: tuple[Cut, ...]
    mechanisms: tuple[Mechanism, ...]
    ions: tuple[Ion, ...]
    capacitance: Setting
    resistivity: Setting
    parameters: tuple[Parameter, ...]
    currents: tuple[Current, ...]
    regions: tuple[str, ...]
    second_order: bool

    def neuron(self) -> Neuron:
        """Return what the step takes."""
        tree = joined(self.cuts, self.regions)
        count = {region: 0 for region in self.regions}
        for piece in tree.compartments:
            count[piece.group] += 1
        by_name = {one.name: one for one in self.cuts}
        return Neuron(
            tree=tree,
            regions=tuple(count.items()),
            diameters_um=tuple(by_name[one.section].pieces[one.number].diameter_um for one in tree.compartments),
            mechanisms=self.mechanisms,
            ions=self.ions,
            capacitance=self.capacitance,
            resistivity=self.resistivity,
            second_order=self.second_order,
        )


def assembled(told: Told, modules: Mapping[str, str] | None = None) -> tuple[Assembled, tuple[Placed, ...]]:
    """Return a neuron, and its mechanisms as their files have them.

    Args:
        told: what the user says.
        modules: dotted name of the module of each mechanism, by the digest of its file; none where it is not needed.

    Raises:
        UserError: files or values that make no neuron.
    """
    path = Path(told.morphology)
    points = read_swc(path)
    _check_types(points, told)
    tree = sections(points, path)
    regions = tuple(dict.fromkeys(one.region for one in tree))
    mechanisms = placed(told, regions)
    quantities = Quantities(dict(told.parameters))
    capacitance = Setting("cm", quantities.spread("cm", regions, CM_UF_PER_CM2, "uF/cm2", "capacitance", 1e-6))
    resistivity = Setting(
        "Ra", quantities.spread("Ra", regions, RA_OHM_CM, "ohm cm", "resistivity of the axoplasm", 1e-3)
    )
    quantities.one("celsius", CELSIUS, "degC", "temperature")
    quantities.one("v_init", V_INIT_MV, "mV", "membrane potential at the start")
    ions = tuple(_ions(mechanisms, regions, quantities))
    made = tuple(_mechanism(one, quantities, (modules or {}).get(one.sha256, "")) for one in mechanisms)
    quantities.check(KEY)
    values = {name: one.default for name, one in quantities.parameters.items()}
    found = Assembled(
        cuts=_cuts(tree, regions, told, resistivity, capacitance, values),
        mechanisms=made,
        ions=ions,
        capacitance=capacitance,
        resistivity=resistivity,
        parameters=tuple(quantities.parameters.values()),
        currents=tuple(quantities.currents.values()),
        regions=regions,
        second_order=told.second_order,
    )
    return found, mechanisms


def _check_types(points: tuple[Point, ...], told: Told) -> None:
    """Raise `UserError` for a type of points without a name of its own, unless the user names its region."""
    named = {region for region, _ in told.mechanisms}
    for point in points:
        region = region_of(point.type)
        if point.type not in REGIONS and region not in named:
            known = ", ".join(f"{kind} {name}" for kind, name in REGIONS.items())
            raise UserError(
                f"{told.morphology} line {point.line}: the type {point.type} is not known ({known}); "
                f"name its region, {region}, under mechanisms if it shall be one"
            )


def _cuts(
    tree: tuple[Section, ...],
    regions: tuple[str, ...],
    told: Told,
    resistivity: Setting,
    capacitance: Setting,
    values: Mapping[str, float],
) -> tuple[Cut, ...]:
    Ra, cm = (dict(zip(regions, one.parameters, strict=True)) for one in (resistivity, capacitance))
    counts = [told.rule.count(one, values[Ra[one.region]], values[cm[one.region]]) for one in tree]
    check_count(counts, "cell.compartments")
    return tuple(cut(one, count) for one, count in zip(tree, counts, strict=True))


def _mechanism(one: Placed, quantities: Quantities, module: str) -> Mechanism:
    meant = one.meant
    seen = state_fields(meant)
    return Mechanism(
        suffix=one.suffix,
        module=module,
        regions=one.regions,
        states=tuple((state, seen[state]) for state in meant.states),
        reads=tuple((name, seen[name]) for name in meant.reads if name not in meant.states),
        currents=tuple((ion, f"i{ion}") for ion, used in meant.file.ions.items() if f"i{ion}" in used.writes),
        writes=meant.writes,
        settings=settings_of(one, parameter_fields(meant), quantities),
    )


def _ions(mechanisms: tuple[Placed, ...], regions: tuple[str, ...], quantities: Quantities):
    """Yield every ion in every region that uses it."""
    used: dict[str, dict[str, set[str]]] = {}
    valence = {}
    for one in mechanisms:
        for ion, uses in one.meant.file.ions.items():
            valence[ion] = valence_of(one.meant.file, ion)
            for region in one.regions:
                used.setdefault(ion, {}).setdefault(region, set()).update((*uses.reads, *uses.writes))
    for ion, by_region in used.items():
        at = [region for region in regions if region in by_region]
        # As in NEURON, a reversal potential follows from the concentrations where a mechanism uses these; but one that
        # the user gives stays.
        given = {f"e{ion}", *(f"e{ion}_{region}" for region in at)} & set(quantities.told)
        follows = {r: bool(by_region[r] & {f"{ion}i", f"{ion}o"}) and not given for r in at}
        fixed = [region for region in at if not follows[region] and f"e{ion}" in by_region[region]]
        default = REVERSALS_MV.get(ion, ANY_REVERSAL_MV)
        names = quantities.spread(f"e{ion}", fixed, default, "mV", f"reversal potential of {ion}")
        reversal = dict(zip(fixed, names, strict=True))
        needed = [r for r in at if by_region[r] & {f"{ion}i", f"{ion}o"}]
        sides = []
        for side, value, place in zip(
            "io", CONCENTRATIONS_MM.get(ion, ANY_CONCENTRATIONS_MM), ("in", "out"), strict=True
        ):
            names = quantities.spread(
                f"{ion}{side}", needed, value, "mM", f"{ion} {place}side the cell, at the start", 0.0
            )
            sides.append(dict(zip(needed, names, strict=True)))
        for region in at:
            inside, outside = (of.get(region, "") for of in sides)
            yield Ion(ion, region, valence[ion], reversal.get(region), inside, outside)
