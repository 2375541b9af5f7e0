"""How figures are written."""

import matplotlib
import numpy as np
import pytest

from gbar.errors import UserError
from gbar.figures.losses import History, draw_losses
from gbar.figures.style import PAGE_WIDTH_MM, save, symbol


@pytest.fixture
def history() -> History:
    epoch = np.arange(1, 9)
    return History("dlstm2", epoch, 100.0 / epoch, 120.0 / epoch)


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_same_data_give_the_same_bytes(tmp_path, history, ending):
    for name in ("one", "two"):
        save(draw_losses([history]), tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_the_readers_own_matplotlib_settings_change_nothing(tmp_path, history):
    save(draw_losses([history]), tmp_path / "own.svg")
    with matplotlib.rc_context({"font.size": 30, "axes.grid": True, "svg.fonttype": "none"}):
        save(draw_losses([history]), tmp_path / "other.svg")
    assert (tmp_path / "own.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()


def test_an_svg_needs_no_font_and_bears_no_date(tmp_path, history):
    save(draw_losses([history]), tmp_path / "figure.svg")
    svg = (tmp_path / "figure.svg").read_text()
    assert "<text" not in svg
    assert "dc:date" not in svg


def test_a_figure_is_as_wide_as_a_page(history):
    assert draw_losses([history]).get_size_inches()[0] * 25.4 == pytest.approx(PAGE_WIDTH_MM)


def test_only_svg_and_png_are_written(tmp_path, history):
    with pytest.raises(UserError, match=r"figure\.pdf"):
        save(draw_losses([history]), tmp_path / "figure.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "printed"),
    [("INa", r"$I_\mathrm{Na}$"), ("IKACh", r"$I_\mathrm{KACh}$"), ("Ko/(5.4 mM)", "Ko/(5.4 mM)"), ("$x", r"\$x")],
)
def test_currents_are_printed_as_in_papers(name, printed):
    assert symbol(name) == printed
