"""The names under which the quantities of a neuron are set and scaled.

A quantity of a mechanism is called as in NEURON, gbar_na, one of a region gbar_na_soma. Maximal conductances have a
value of their own in each region; all else is one for all regions, but where the user gives a region its own. A maximal
conductance is scaled as those of the hand-written neurons are called, gna_soma, or gna everywhere.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gbar.cells.cell import Current, Parameter
from gbar.cells.imported.tree import evaluate, names_in
from gbar.cells.neurons.neuron import Setting
from gbar.cells.neurons.nmodl.meaning import TOTAL, Meaning
from gbar.cells.neurons.placing import Placed
from gbar.errors import UserError, among, wrong

CONDUCTANCES = {
    "S/cm2", "mho/cm2", "siemens/cm2", "mS/cm2", "mmho/cm2", "uS/cm2", "umho/cm2", "pS/um2", "S/cm^2", "mho/cm^2",
    "nS/um2", "cm/s", "cm/sec", "cm/second",
}  # fmt: skip
LANES = 20


@dataclass
class Quantities:
    """Collects parameters and scalings while a neuron is put together.

    Attributes:
        told: values that the user gives, by name.
        parameters, currents: what was collected.
    """

    told: Mapping[str, float]
    parameters: dict[str, Parameter] = field(default_factory=dict)
    currents: dict[str, Current] = field(default_factory=dict)
    _known: dict[str, None] = field(default_factory=dict)

    def one(self, name: str, default: float, unit: str, meaning: str, lowest: float | None = None) -> str:
        """Add a quantity of the whole neuron, and return its name."""
        self._known[name] = None
        value = self.told.get(name, default)
        self.parameters.setdefault(name, Parameter(name, value, unit, meaning, None, lowest))
        return name

    def spread(
        self,
        base: str,
        regions: Sequence[str],
        default: float,
        unit: str,
        meaning: str,
        lowest: float | None = None,
        apart: bool = False,
    ) -> tuple[str, ...]:
        """Add a quantity that can differ between regions, and return the name of its parameter in each.

        Args:
            base: its name.
            regions: that have it.
            default: value where the user gives none.
            unit: of it.
            meaning: what it is, in words.
            lowest: smallest value that makes sense.
            apart: every region has its own, also where the user gives none.
        """
        names = []
        for region in regions:
            own = f"{base}_{region}"
            self._known |= {base: None, own: None}
            if apart or own in self.told:
                value = self.told.get(own, self.told.get(base, default))
                also = (base,) if apart else ()
                self.parameters.setdefault(own, Parameter(own, value, unit, f"{meaning}, {region}", None, lowest, also))
                names.append(own)
            else:
                names.append(self.one(base, default, unit, meaning, lowest))
        return tuple(names)

    def scale(self, name: str, meaning: str, also: tuple[str, ...] = ()) -> str:
        """Add a factor, and return its name."""
        self.currents.setdefault(name, Current(name, meaning, also))
        return name

    def check(self, key: str) -> None:
        """Raise `UserError` for a name that stands twice, or a value of the user's that is no quantity's or too low."""
        for name in self.currents:
            if name in self.parameters:
                raise UserError(f"mechanisms: {name} is both a factor and a value; rename a SUFFIX")
        for name, value in self.told.items():
            if name not in self._known:
                raise UserError(f"{key}: {name!r} is unknown; allowed are {among(name, list(self._known))}")
            lowest = self.parameters[name].lowest if name in self.parameters else None
            if lowest is not None and value < lowest:
                raise wrong(f"{key}.{name}", value, f"at least {lowest:g}")


def settings_of(one: Placed, fields: Mapping[str, str], quantities: Quantities) -> tuple[Setting, ...]:
    """Return what can be set of a mechanism, its parameters and scalings added to the quantities.

    Args:
        one: the mechanism.
        fields: under which its equations read its parameters.
        quantities: of the neuron.
    """
    meant, found = one.meant, []
    conductances = conductances_of(meant)
    for name, declared in meant.parameters.items():
        base, default = f"{name}_{one.suffix}", declared.value or 0.0
        if name in conductances:
            meaning = f"maximal conductance {name} of {one.suffix}"
            names = quantities.spread(base, one.regions, default, declared.unit, meaning, 0.0, apart=True)
            stems = _stems(one, name, conductances)
            found.append(
                Setting(fields[name], names, tuple(_factors(stems, one, region, quantities) for region in one.regions))
            )
        elif name in meant.file.ranges:
            meaning = f"{name} of {one.suffix}"
            names = quantities.spread(base, one.regions, default, declared.unit or "1", meaning)
            found.append(Setting(fields[name], names))
        else:
            names = (quantities.one(base, default, declared.unit or "1", f"{name} of {one.suffix}"),) * len(one.regions)
            found.append(Setting(fields[name], names))
    return tuple(found)


def _stems(one: Placed, name: str, conductances: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the factor on a conductance is called, without its region.

    That is gna of the one of a mechanism na, ghh_na and ghh_k of gnabar and gkbar of a mechanism hh.
    """
    cores = {each: re.sub(r"^[gp]_?|_?(bar|max)$", "", each) for each in conductances}
    core = cores[name] if len({*cores.values(), ""}) == len(cores) + 1 else name
    ending = f"_{core}" if len(conductances) > 1 else ""
    return tuple(dict.fromkeys(f"g{each}{ending}" for each in (one.suffix, one.path.stem)))


def _factors(stems: tuple[str, ...], one: Placed, region: str, quantities: Quantities) -> tuple[str, ...]:
    stem, *others = stems
    alone = len(one.regions) == 1
    also = (*(f"{other}_{region}" for other in others), *(stems if alone else ()))
    names = [quantities.scale(f"{stem}_{region}", f"{one.suffix} of {region}", also)]
    if not alone:
        names.append(quantities.scale(stem, f"{one.suffix} everywhere", tuple(others)))
    return tuple(names)


def conductances_of(meant: Meaning) -> tuple[str, ...]:
    """Return the parameters that a current is proportional to: those in a unit of conductance, else all of them."""
    found = tuple(_proportional(meant))
    by_unit = tuple(one for one in found if meant.parameters[one].unit.replace(" ", "") in CONDUCTANCES)
    return by_unit or found


def _proportional(meant: Meaning) -> Iterator[str]:
    random = np.random.default_rng(3)
    nodes = [node for name, node in meant.currents.items() if not name.startswith("<")]
    nodes.append(meant.currents[TOTAL])
    names = sorted({one for node in nodes for one in names_in(node)})
    values = {
        one: np.float64((meant.parameters[one].value or 1.0) * random.uniform(0.9, 1.1))
        if one in meant.parameters
        else random.uniform(0.1, 0.9, LANES)
        for one in names
    }
    with np.errstate(all="ignore"):
        for one in meant.parameters:
            if one not in values:
                continue
            at = [evaluate(nodes, values | {one: factor * values[one]}) for factor in (0.0, 1.0, 2.0)]
            for none, plain, double in zip(*at, strict=True):
                none, plain, double = (np.broadcast_to(value, LANES) for value in (none, plain, double))
                linear = np.allclose(double - plain, plain - none, rtol=1e-9, atol=0)
                in_unit = meant.parameters[one].unit.replace(" ", "") in CONDUCTANCES
                if linear and np.any(plain != none) and (in_unit or np.all(none == 0)):
                    yield one
                    break
