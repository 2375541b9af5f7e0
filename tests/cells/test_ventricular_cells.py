"""CiPAORdv1.0 and ToR-ORd-dynCl against their authors' own files, solved by CVODES; see `ventricular`.

What is true of the original of 2011 and its descendants alike stands here; what one has alone, in a file of its own.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
import ventricular

from gbar import cells
from gbar.cells import Cell, ohara2011, tomek2019
from gbar.solve import SolverSettings

pytestmark = pytest.mark.usefixtures("double_precision")


@dataclass(frozen=True)
class Model:
    """A cell and what it is held against.

    Attributes:
        name: of the cell.
        layers: the variants of the golden rates, in the order of its layers.
        paced: the variant of the golden beats.
        golden: how the names of its golden files begin.
    """

    name: str
    layers: tuple[str, ...]
    paced: str
    golden: str

    @property
    def endo(self) -> Cell:
        return cells.get(self.name, self.layers[0])

    @cached_property
    def rhs(self) -> dict[str, np.ndarray]:
        return ventricular.golden(f"{self.golden}_rhs")

    @cached_property
    def at_golden_states(self) -> tuple[dict, dict]:
        """Our rates and currents; no fixture of a parameter, which is made anew for each of a hundred tests."""
        return ventricular.at_golden_states(self.rhs, ventricular.cells_of(self.name, self.layers))

    @cached_property
    def at_1hz(self) -> dict[str, np.ndarray]:
        return ventricular.golden(f"{self.golden}_1hz")


CIPA = Model("ohara2011", ("cipa", "cipa_epi", "cipa_mid"), "cipa_1hz", "ohara2011_cipa")
TOMEK = Model("tomek2019", tomek2019.VARIANTS, tomek2019.VARIANTS[0], "tomek2019")
MODELS = (CIPA, TOMEK)
STATES = [(model, state) for model in MODELS for state in model.endo.state_names]
CURRENTS = [(model, current) for model in MODELS for current in model.endo.current_names]
OHARA_VARIANTS = ventricular.cells_of("ohara2011", ohara2011.VARIANTS)
TOMEK_VARIANTS = ventricular.cells_of("tomek2019", tomek2019.VARIANTS)
EVERY = OHARA_VARIANTS + TOMEK_VARIANTS


def called(value: object) -> str | None:
    """Return what a model or a cell is called in the name of a test."""
    if isinstance(value, Cell):
        return f"{value.name} {value.variant}"
    return value.name if isinstance(value, Model) else None


@pytest.mark.parametrize(("model", "state"), STATES, ids=called)
def test_every_rate_is_that_of_the_authors_file_in_every_layer_with_any_drug_and_under_scaling(model, state):
    rates, _ = model.at_golden_states
    theirs = model.rhs["dy"][:, list(model.rhs["states"]).index(state)]
    assert np.allclose(rates[state], theirs, rtol=1e-9, atol=0)


@pytest.mark.parametrize(("model", "current"), CURRENTS, ids=called)
def test_every_current_is_that_of_the_authors_file(model, current):
    _, currents = model.at_golden_states
    assert np.allclose(currents[current], ventricular.golden_current(model.rhs, current), rtol=1e-9, atol=0)


@pytest.mark.parametrize("cell", [CIPA.endo, cells.get("ohara2011", "original"), TOMEK.endo], ids=called)
def test_scaling_scales_one_current_or_flux_alone(cell):
    y = list(ventricular.random_states(cell).values())
    control = cell.currents_of(y, cell.constants({}, {}))
    assert tuple(control) == cell.current_names
    for name in control:
        scaled = cell.currents_of(y, cell.constants({name: 0.3}, {}))
        assert {n for n in control if np.any(scaled[n] != control[n])} == {name}
        assert np.allclose(scaled[name], 0.3 * control[name], rtol=1e-13, atol=0)


@pytest.mark.parametrize(
    ("cell", "stimulus"),
    [(cell, -80.0) for cell in OHARA_VARIANTS] + [(cell, -53.0) for cell in TOMEK_VARIANTS],
    ids=called,
)
def test_no_charge_is_made_or_lost_stimulus_included(cell, stimulus):
    y = ventricular.random_states(cell)
    drift, size = ventricular.charge_moved(cell, y, ventricular.rates(cell, y, stimulus=stimulus))
    assert np.all(np.abs(drift) <= 1e-12 * size)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("Cajsr", [1.5, 1e-5], ids=["full", "empty"])
@pytest.mark.parametrize("cell", EVERY, ids=called)
def test_rates_and_their_derivatives_are_finite_from_minus_150_to_100_mV(cell, Cajsr, dtype):
    for value in ventricular.rates_and_slopes(cell, dtype, Cajsr=Cajsr):
        assert value.dtype == dtype
        assert np.all(np.isfinite(value))


@pytest.fixture(scope="module")
def paced(request: pytest.FixtureRequest):
    """A model, and V and Cai of 100 beats of it at 1 Hz: control, then the scalings of the golden file."""
    model = request.param
    scales = dict(zip(model.at_1hz["scale_names"], model.at_1hz["scales"].T, strict=True))
    cell = cells.get(model.name, model.paced)
    return model, ventricular.beats_at_1hz(cell, scales, SolverSettings(rtol=1e-4, precision="float32"))


@pytest.mark.slow
@pytest.mark.parametrize(("row", "beat"), [(0, 1), (1, 10)])
@pytest.mark.parametrize("paced", MODELS, indirect=True, ids=called)
def test_beats_of_control_are_those_of_the_authors_file(paced, row, beat):
    model, traces = paced
    sampled = np.rint(model.at_1hz["t_ms"] / ventricular.EVERY_MS).astype(int)
    V, Cai = (traces[name][0, beat - 1, sampled] for name in ("V", "Cai"))
    assert np.abs(V - model.at_1hz["V_mV"][row]).max() < 0.02
    assert np.allclose(Cai, model.at_1hz["Cai_mM"][row], rtol=1e-3, atol=0)


@pytest.mark.slow
@pytest.mark.parametrize("row", range(20))
@pytest.mark.parametrize("paced", MODELS, indirect=True, ids=called)
def test_the_hundredth_beat_repolarises_as_that_of_the_authors_file_under_every_scaling(paced, row):
    model, traces = paced
    theirs = model.at_1hz
    sampled = np.rint(theirs["t_ms"] / ventricular.EVERY_MS).astype(int)
    for beat, apd90_ms, Ca_peak_mM in zip((99, 100), theirs["apd90_ms"][row], theirs["Ca_peak_mM"][row], strict=True):
        V, Cai = (traces[name][row, beat - 1, sampled] for name in ("V", "Cai"))
        assert ventricular.apd90_ms(theirs["t_ms"], V) == pytest.approx(apd90_ms, abs=0.05)
        assert Cai.max() == pytest.approx(Ca_peak_mM, rel=1e-3)
