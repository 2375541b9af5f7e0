"""How figures are written."""

from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from gbar.errors import UserError
from gbar.figures.losses import History, draw_losses
from gbar.figures.seal import is_intact
from gbar.figures.style import PAGE_WIDTH_MM, log_axis, model_looks, page_figure, save, symbol


@pytest.fixture
def history() -> History:
    epoch = np.arange(1, 9)
    return History("dlstm2", epoch, 100.0 / epoch, 120.0 / epoch)


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_same_data_give_the_same_bytes(tmp_path, history, ending):
    for name in ("one", "two"):
        save(draw_losses([history]), tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_a_sealed_figure_is_still_an_svg_and_a_png(tmp_path, history):
    for ending in ("svg", "png"):
        save(draw_losses([history]), tmp_path / f"figure.{ending}")
        assert is_intact(tmp_path / f"figure.{ending}")
    assert ElementTree.parse(tmp_path / "figure.svg").getroot().tag.endswith("svg")
    with Image.open(tmp_path / "figure.png") as image:
        image.load()  # compares the checksum of every chunk
        assert len(image.text["gbar-sha256"]) == 64


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


@pytest.mark.parametrize(
    ("values", "printed"),
    [
        ([30, 400], ["50", "100", "200"]),
        ([20.5, 44], ["20", "30", "40"]),
        ([46.0, 46.4], ["46", "46.15", "46.3"]),
        ([0.02, 3000], ["0.1", "1", "10", "100", "1\u202f000"]),
    ],
)
def test_a_logarithmic_axis_bears_plain_numbers_over_any_range(values, printed):
    axes = page_figure(height_mm=60).subplots()
    axes.plot(values)
    log_axis(axes, "y")
    FigureCanvasAgg(axes.figure).draw()
    assert [tick.label1.get_text() for tick in axes.yaxis.get_major_ticks()] == printed
    assert all(tick.label1.get_text() == "" for tick in axes.yaxis.get_minor_ticks())


def test_models_are_told_apart_by_colour_and_marker_whatever_their_order():
    names = ["latent", "dlstm2", "dlstm3", "lstm_wide", "dlstm3_window", "dlstm2_window", "zebra"]
    looks = model_looks(names)
    assert looks == model_looks(reversed(names))
    assert len({tuple(look.values()) for look in looks.values()}) == 7
    assert len({look["color"] for name, look in looks.items() if name != "zebra"}) == 6
