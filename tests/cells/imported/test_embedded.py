"""What a file does in time by its own equations: pulses become the cell's pacing, what is switched off is left out."""

from pathlib import Path

import numpy as np
import pytest

from gbar import cells
from gbar.cells.imported import cache
from gbar.cells.imported.checking import prove
from gbar.cells.imported.model import Told
from gbar.errors import UserError

LUO_RUDY = (Path(__file__).with_name("models") / "luo_rudy_1991.mmt").read_text().partition("[[protocol]]")[0]
PULSE = "i_stim = engine.pace * amplitude"
WITHOUT_PACE = LUO_RUDY.replace("pace = 0 bind pace\n", "")
STEP = "piecewise(engine.time < {0}, 0, engine.time == {0}, 0.5, 1)"  # Heaviside's, half of 1 where it rises


def with_stimulus(path, equation):
    assert PULSE in WITHOUT_PACE
    path.write_text(WITHOUT_PACE.replace(PULSE, f"i_stim = {equation}"))
    return cells.get(str(path))


@pytest.mark.parametrize(
    ("equation", "gain", "pacing"),
    [
        ("if(engine.time >= 10 and engine.time <= 10.5, -20, 0)", -20, (10, 0.5, None, 1)),
        ("if(engine.time < 2, amplitude, 0)", -25.5, (0, 2, None, 1)),
        ("if(engine.time % 300 >= 5, if(engine.time % 300 < 6, -20, 0), 0)", -20, (5, 1, 300, None)),
        ("-20 * (" + STEP.format(10) + " - " + STEP.format(12) + ")", -20, (10, 2, None, 1)),
        ("piecewise(engine.time >= 3000, 0, engine.time % 1000 < 2, -20, 0)", -20, (0, 2, 1000, 3)),
    ],
)
def test_pulses_become_the_cells_pacing_however_they_are_written(tmp_path, equation, gain, pacing):
    """Start, width, cycle length and number, as read from each equation."""
    cell = with_stimulus(tmp_path / "cell.mmt", equation)
    assert (cell.stimulus.kind, cell.stimulus.gain, cell.stimulus.unit) == ("pacing", gain, "uA/cm^2")
    names = ("first_ms", "width_ms", "cycle_length_ms", "pulses")
    expected = {name: value for name, value in zip(names, pacing, strict=True) if value is not None}
    assert dict(cell.stimulus.defaults) == pytest.approx(expected)
    proof = prove(tmp_path / "cell.mmt", Told(), cell, traced=False)
    assert proof.agrees


@pytest.mark.parametrize(
    "equation",
    [
        "if(engine.time >= 10, -20, 0)",  # for ever
        "if(engine.time >= 10 and engine.time <= 20, -engine.time, 0)",  # a ramp
        "if(engine.time % 1000 < 2 or (engine.time > 1500 and engine.time < 1502), -20, 0)",  # one too many
        "if(engine.time % 1000 < 2, -V / 4, 0)",  # no current of its own
    ],
)
def test_what_is_no_train_of_equal_pulses_is_refused_by_name(tmp_path, equation):
    with pytest.raises(UserError, match=r"membrane\.i_stim reads the time"):
        with_stimulus(tmp_path / "cell.mmt", equation)


def test_another_name_for_the_time_is_not_named_as_what_reads_it(tmp_path):
    path = tmp_path / "alias.mmt"
    path.write_text(LUO_RUDY.replace("i_b = ", "t = engine.time\ni_b = 0.01 * sin(t) + "))
    with pytest.raises(UserError, match=r"alias: ib\.i_b reads the time"):
        cells.get(str(path))


def test_a_file_that_counts_in_seconds_and_has_no_units_has_its_pulse_found_by_name(tmp_path):
    path = tmp_path / "bare.mmt"
    path.write_text(
        "[[model]]\nmembrane.V = -60\nmembrane.n = 0.3\n\n[engine]\ntime = 0 [s] in [s] bind time\n\n[membrane]\n"
        "use engine.time\ng = 20\ndot(V) = -(i + Istim)\n    in [1]\ni = g * n * (V + 60)\n    in [1]\n"
        "dot(n) = 50 * (0.3 - n)\nIstim = if(time > 0.02 and time <= 0.021, -15000, 0)\n    in [1]\n"
    )
    cell = cells.get(str(path))
    assert dict(cell.stimulus.defaults) == pytest.approx({"first_ms": 20, "width_ms": 1, "pulses": 1})
    assert cell.stimulus.gain == -15000
    y, c = cell.initial[:, None], cell.constants({}, {})
    still, driven = (np.hstack(cell.rates(y, c, stimulus)) for stimulus in (0.0, -15000.0))
    np.testing.assert_allclose(driven - still, [15.0, 0.0], atol=1e-5)  # mV/ms: the file counts in mV/s


FREE = """dot(V_ode) = -(i_ion + i_stim) / C
    in [mV]
mode = {}
V_clamp = if(engine.time > 100, 0, -80)
i_stim = 0"""
CLAMPED = (
    WITHOUT_PACE.replace("membrane.V ", "membrane.V_ode ")
    .replace("dot(V) = -(i_ion + i_stim) / C\n    in [mV]\n", "V = if(mode >= 1, V_clamp, V_ode)\n")
    .replace("    label membrane_potential\n", "")
    .replace(PULSE, FREE)
)
DYED = WITHOUT_PACE.replace(PULSE, "i_stim = if(dye > 0 and engine.time > 100, V / 4, 0)\ndye = {}")


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (CLAMPED, "membrane.V_clamp would read the time, which membrane.mode switches off"),
        (DYED, "membrane.i_stim would read the time, which membrane.dye switches off"),
    ],
)
def test_what_a_constant_switches_off_may_read_the_time(tmp_path, text, finding):
    """As in files that bring a voltage clamp, or a dye that is washed in, beside the free-running cell."""
    off, on, plain = (tmp_path / f"{name}.mmt" for name in ("off", "on", "plain"))
    off.write_text(text.format(0))
    on.write_text(text.format(1))
    plain.write_text(WITHOUT_PACE.replace(PULSE, "i_stim = 0"))
    cell, without = cells.get(str(off)), cells.get(str(plain))
    assert finding in cache.table(cell)["findings"]
    assert set(without.current_names) == set(cell.current_names)
    y = np.stack([cell.initial, 0.9 * cell.initial], 1)
    ours, expected = (np.vstack(one.rates(y, one.constants({}, {}))) for one in (cell, without))
    np.testing.assert_allclose(ours, expected, rtol=1e-5)
    with pytest.raises(UserError, match="reads the time"):
        cells.get(str(on))
