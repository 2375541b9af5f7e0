"""What the cells of O'Hara et al. 2011 and Tomek et al. 2019 are held against, and how.

Golden rates and beats were made with Myokit's CVODES (relative and absolute tolerance 1e-10) from the authors' CellML
files. The same rates came out of the authors' other programs, in MATLAB and in C, to 1e-14.
"""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from gbar import cells, stimuli
from gbar.cells import Cell
from gbar.config.stimulus import default_section
from gbar.solve import SolverSettings, solve_rows

GOLDEN = Path(__file__).parent / "golden"
BEATS, EVERY_MS = 100, 0.1
# Volumes of myoplasm, subspace, network and junctional reticulum, uL, and the membrane in C per mV and mol.
VMYO, VSS, VNSR, VJSR = (share * 3.14 * 0.0011**2 * 10 * 1.0 for share in (0.68, 0.02, 0.0552, 0.0048))
PER_mV = 2 * 2 * 3.14 * 0.0011 * (0.0011 + 0.01) / 96485


def golden(name: str) -> dict[str, np.ndarray]:
    """Return the arrays of a golden file."""
    return dict(np.load(GOLDEN / f"{name}.npz"))


def rates(cell: Cell, y: dict, c=None, stimulus=0.0) -> dict[str, np.ndarray]:
    """Return the rates of a cell by name at states by name."""
    c = cell.constants({}, {}) if c is None else c
    found = cell.rates([jnp.asarray(y[name]) for name in cell.state_names], c, stimulus)
    return dict(zip(cell.state_names, map(np.asarray, found), strict=True))


def at_golden_states(rhs: dict, cell_of_layer: list[Cell]) -> tuple[dict, dict]:
    """Return our rates and currents by name, (states,) each, at the states, scalings and drugs of a golden file."""
    found_rates, found_currents = [], []
    for k, point in enumerate(rhs["y"]):
        cell = cell_of_layer[rhs["layer"][k]]
        drug = dict(zip(rhs.get("drug_names", []), rhs["drug"][k].tolist(), strict=True)) if "drug" in rhs else {}
        if drug and drug["Kmax"] == 0:
            drug = {"Kt": 0.0}
        c = cell.constants(dict(zip(rhs["scale_names"], rhs["scales"][k].tolist(), strict=True)), drug)
        y = dict(zip(rhs["states"], point, strict=True))
        found_rates.append(rates(cell, y, c, rhs["stimulus"][k]))
        found_currents.append(cell.currents_of([y[name] for name in cell.state_names], c))

    def by_name(found):
        return {name: np.array([one[name] for one in found], float) for name in found[0]}

    return by_name(found_rates), by_name(found_currents)


def golden_current(rhs: dict, name: str) -> np.ndarray:
    """Return a current at the states of a golden file, the exchanger as the sum of its two places."""
    parts = [name] if name in rhs["currents"] else [f"{name}_i", f"{name}_ss"]
    return sum(rhs["current_values"][:, list(rhs["currents"]).index(part)] for part in parts)


def random_states(cell: Cell, count: int = 20, seed: int = 4) -> dict[str, np.ndarray]:
    """Return states anywhere in their range by name, (count,) each."""
    random = np.random.default_rng(seed)
    y = {name: random.uniform(0, 1, count) for name in cell.state_names}
    y["V"] = random.uniform(-95, 50, count)
    for names, low, high in (
        (("Nai", "Nass"), 5, 15),
        (("Ki", "Kss"), 130, 150),
        (("Cli", "Clss"), 20, 40),
        (("Cansr", "Cajsr"), 0.5, 3),
    ):
        y |= {name: random.uniform(low, high, count) for name in names if name in y}
    y |= {name: 10 ** random.uniform(-4.5, -2.5, count) for name in ("Cai", "Cass")}
    return y


def charge(cell: Cell, y: dict) -> jax.Array:
    """Return the parts of the charge inside less that on the membrane, (6, states), fmol; ions at buffers count."""
    calmodulin = 0.05 * (1.3 if cell.variant.endswith("epi") else 1.0)
    Cai = y["Cai"] + calmodulin * y["Cai"] / (y["Cai"] + 0.00238) + 0.07 * y["Cai"] / (y["Cai"] + 0.0005)
    Cass = y["Cass"] + 0.047 * y["Cass"] / (y["Cass"] + 0.00087) + 1.124 * y["Cass"] / (y["Cass"] + 0.0087)
    Cajsr = y["Cajsr"] + 10 * y["Cajsr"] / (y["Cajsr"] + 0.8)
    return jnp.stack(
        [
            VMYO * (y["Nai"] + y["Ki"] + 2 * Cai),
            VSS * (y["Nass"] + y["Kss"] + 2 * Cass),
            2 * VNSR * y["Cansr"],
            2 * VJSR * Cajsr,
            -PER_mV * y["V"],
            -VMYO * y.get("Cli", 0.0 * y["V"]) - VSS * y.get("Clss", 0.0 * y["V"]),
        ]
    )


def charge_moved(cell: Cell, y: dict, f: dict) -> tuple[np.ndarray, np.ndarray]:
    """Return d/dt of the charge of a cell, fmol/ms, and the size of its largest part."""
    y, f = ({name: jnp.asarray(x) for name, x in of.items()} for of in (y, {name: f[name] for name in y}))
    moved = np.asarray(jax.jvp(lambda y: charge(cell, y), [y], [f])[1])
    return moved.sum(axis=0), np.abs(moved).max(axis=0)


def rates_and_slopes(cell: Cell, dtype, **state: float) -> list[jax.Array]:
    """Return the rates from -150 to 100 mV, and their derivatives by V in forward and in reverse mode."""
    V = jnp.append(jnp.arange(-150.0, 100.5, 0.5), jnp.array([1e-9, -40 + 1e-9, 31.4978])).astype(dtype)
    scales = {name: jnp.ones((), dtype) for name in cell.current_names}
    c = cell.constants(scales, {name: jnp.asarray(value, dtype) for name, value in cell.parameter_defaults.items()})
    y = dict(zip(cell.state_names, jnp.asarray(cell.initial, dtype), strict=True)) | {
        name: jnp.asarray(value, dtype) for name, value in state.items()
    }

    def f(V):
        return jnp.stack([jnp.broadcast_to(rate, V.shape) for rate in cell.rates([V, *list(y.values())[1:]], c)])

    found, forward = jax.jvp(f, [V], [jnp.ones_like(V)])
    (reverse,) = jax.vjp(f, V)[1](jnp.ones_like(found))
    return [found, forward, reverse]


def beats_at_1hz(cell: Cell, scales: dict[str, np.ndarray], settings: SolverSettings) -> dict[str, np.ndarray]:
    """Return V and Cai under the cell's own pulse each second, (rows, beats, samples)."""
    section = default_section(cell.stimulus).model_copy(update={"cycle_length_ms": 1000.0})
    stimulus = stimuli.build(section, cell.stimulus, 1000.0 * BEATS, [0])
    solution = solve_rows(cell, scales, {}, 1000.0 * BEATS, EVERY_MS, settings, record=("V", "Cai"), stimulus=stimulus)
    assert not solution.status.any()
    return {name: trace.reshape(len(trace), BEATS, -1) for name, trace in solution.traces.items()}


def apd90_ms(t_ms: np.ndarray, V_mV: np.ndarray) -> float:
    """Return the APD90 of a beat as the golden files have it; V every 0.1 ms to 20 ms, then each ms.

    From the middle of the steepest 0.1 ms to the last crossing of 90 % repolarisation, between peak and first sample.
    """
    steepest = int(np.argmax(np.diff(V_mV[t_ms <= 20])))
    level = V_mV.max() - 0.9 * (V_mV.max() - V_mV[0])
    whole = np.isclose(t_ms % 1, 0)
    t, V = t_ms[whole], V_mV[whole]
    last = np.flatnonzero((V[:-1] >= level) & (V[1:] < level))[-1]
    return t[last] + (V[last] - level) / (V[last] - V[last + 1]) - t_ms[steepest : steepest + 2].mean()


def cells_of(name: str, variants: tuple[str, ...]) -> list[Cell]:
    """Return the cells of some variants."""
    return [cells.get(name, variant) for variant in variants]
