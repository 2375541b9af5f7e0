"""What mechanisms see of the compartments that they are in: V, their own states, and ions, at one moment."""

from types import SimpleNamespace
from typing import Any

import jax.numpy as jnp
import numpy as np

from gbar.cells.neurons.membrane import MV_PER_V
from gbar.cells.neurons.neuron import Ion, Mechanism, Neuron

Array = Any
States = dict[tuple[str, str], Array]  # (suffix, state) -> (compartments of the mechanism, lanes)


class Surroundings:
    """The compartments at one moment.

    Attributes:
        states: of all mechanisms.
        of_ions: currents of ions by name and region, mA/cm2, as far as they are known.
    """

    def __init__(self, c: SimpleNamespace, states: States, of_ions: dict[str, dict[str, Array]] | None = None):
        """Take the constants of `membrane.constants`, states, and currents of ions."""
        self._c, self.states = c, states
        self.of_ions = {} if of_ions is None else of_ions
        self._neuron: Neuron = c.neuron
        self._ions = {key: ion for ion in self._neuron.ions for key in _keys_of(ion)}

    def seen_by(self, one: Mechanism, V: Array, dt: Array | None = None, V_before: Array | None = None) -> Any:
        """Return what a mechanism sees; a concentration of its own that has no state yet is the one to start from."""
        runs = self._neuron.nodes_of(one.regions)
        seen = {"V": _joined([V[run] for run in runs]), "dt": dt}
        if V_before is not None:
            seen["V_before"] = _joined([V_before[run] for run in runs])
        for name, field in one.reads:
            seen[field] = self._read(name, one)
        for name, field in one.states:
            if (one.suffix, name) in self.states:
                seen[field] = self.states[one.suffix, name]
            elif name in one.writes:
                seen[field] = self._read(name, one)
        return SimpleNamespace(**seen)

    def _read(self, name: str, one: Mechanism) -> Array:
        """Return a quantity of an ion where a mechanism is: a number, (lanes,) or (compartments, lanes)."""
        values = [self._in_region(name, region) for region in one.regions]
        if len(values) == 1 or _alike(values):
            return values[0]
        lanes = max(np.shape(value)[-1] if np.ndim(value) else 1 for value in values)
        counts, dtype = self._neuron.counts(one.regions), self._c.like.dtype
        parts = [jnp.broadcast_to(jnp.asarray(x, dtype), (n, lanes)) for x, n in zip(values, counts, strict=True)]
        return jnp.concatenate(parts)

    def _in_region(self, name: str, region: str) -> Array:
        ion = self._ions[name, region]
        if name == f"i{ion.name}":
            return self.of_ions.get(name, {}).get(region, 0.0)
        if name == f"e{ion.name}":
            return self._reversal(ion)
        return self._concentration(name, ion)

    def _reversal(self, ion: Ion) -> Array:
        """Return the parameter, or Nernst's potential."""
        if ion.reversal is not None:
            return self._c.ions[ion.reversal]
        ratio = self._concentration(f"{ion.name}o", ion) / self._concentration(f"{ion.name}i", ion)
        log = jnp.log(ratio) if isinstance(ratio, jnp.ndarray) else float(np.log(ratio))
        return MV_PER_V * ion.volts_per_kelvin() * self._c.kelvin * log

    def _concentration(self, name: str, ion: Ion) -> Array:
        writer = self._neuron.writer(name, ion.region)
        if writer is None or (writer.suffix, name) not in self.states:
            return self._c.ions[ion.inside if name == f"{ion.name}i" else ion.outside]
        place = writer.regions.index(ion.region)
        counts = self._neuron.counts(writer.regions)
        row = sum(counts[:place])
        return self.states[writer.suffix, name][row : row + counts[place]]


def _keys_of(ion: Ion) -> list[tuple[str, str]]:
    names = (f"i{ion.name}", f"e{ion.name}", f"{ion.name}i", f"{ion.name}o")
    return [(name, ion.region) for name in names]


def _alike(values: list[Array]) -> bool:
    """Return whether values of regions are one number, or one row of lanes."""
    if any(isinstance(value, jnp.ndarray) for value in values):
        return np.ndim(values[0]) < 2 and all(value is values[0] for value in values)
    return len(set(values)) == 1


def _joined(parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else jnp.concatenate(parts)
