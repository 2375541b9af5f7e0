"""The report page."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from browser import assert_readable, look_at, unavailable

from gbar.errors import UserError
from gbar.figures.losses import History, draw_losses
from gbar.figures.style import save
from gbar.report import FigureEntry, write_report
from gbar.report.captions import read_caption
from gbar.report.findings import Finding
from gbar.report.remarks import remarks
from gbar.report.tables import classes, describe, duration, number
from gbar.sweeps.biomarker_table import Row, write_table
from gbar.sweeps.store import Quantity
from gbar.traces.reading import undefined

CAPTIONS = sorted((Path(__file__).parents[2] / "workflow" / "report").glob("*.rst"))
HOSTILE = "<script>alert('x')</script>"


def row(identity: str, ina: float, ikr: float, n_beats: int = 11) -> Row:
    beating = replace(
        undefined(),
        n_beats=n_beats,
        cycle_length_ms=441.2,
        rate_per_min=136.0,
        apd30_ms=82.4,
        apd40_ms=91.5,
        apd50_ms=100.6,
        apd75_ms=120.1,
        apd90_ms=135.4,
        triangulation_ms=43.9,
        mdp_mV=-74.1,
        peak_mV=22.3,
        amplitude_mV=96.4,
        dvdt_max_V_s=169.6,
        v_min_mV=-74.1,
        v_max_mV=22.3,
    )
    status, course = ("ok", "regular") if n_beats else ("silent", "silent")
    return Row(identity, {"INa": ina, "IKr": ikr}, status, course, "cardiac", beating if n_beats else undefined())


@pytest.fixture
def inputs(tmp_path) -> dict:
    epoch = np.arange(1, 20)
    for name in ("losses.svg", "losses.png"):
        save(draw_losses([History("dlstm2", epoch, 100 / epoch, 120 / epoch)]), tmp_path / name)
    rows = [row("a", 1, 1), row("b", 0, 1, n_beats=0), row("c", 2, 1), row("d", 1, 0.5), row("e", 2, 0.5)]
    write_table(tmp_path / "biomarkers.csv", rows)
    caption = tmp_path / "losses.rst"
    caption.write_text(
        "A *falling* loss & more. It says ``x < 1`` of {{ snakemake.config['study'] }}.\n\nSecond one.\n"
    )
    metrics = tmp_path / "metrics.json"
    metrics.write_text(json.dumps({"mse_mV2": 14.4, "rmse_mV": 3.7947, "parameters": 840310000, "training_s": 7200}))
    return {
        "title": f"Report of {HOSTILE}",
        "figures": [
            FigureEntry(tmp_path / "losses.svg", f"Losses {HOSTILE}", caption),
            FigureEntry(tmp_path / "losses.png", "Losses again", caption),
        ],
        "sweeps": {HOSTILE: tmp_path / "biomarkers.csv"},
        "metrics": {f"dlstm3 {HOSTILE}": metrics},
        "configuration": {"study": HOSTILE, "sweeps": {HOSTILE: {"cell": {"name": "akwaboah2021"}}}},
        "provenance": {"gbar": "0.1.0", "host": HOSTILE * 20},
        "references": [f"doi 10.3389/fphys.2021.675867 {HOSTILE}"],
    }


@pytest.fixture
def page(tmp_path, inputs) -> Path:
    write_report(tmp_path / "report.html", **inputs)
    return tmp_path / "report.html"


def test_the_page_loads_nothing_and_names_are_escaped(page):
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert set(re.findall(r"""(?:src|href)\s*=\s*["']?(data:|#|.{9})""", html)) == {"data:", "#"}
    assert not re.search(r"url\(|@import", html)
    assert html.count('src="data:image/svg+xml;base64,') == 1
    assert html.count('src="data:image/png;base64,') == 1


def test_captions_are_marked_up_and_their_first_sentence_stands_in_for_the_image(page):
    html = page.read_text(encoding="utf-8")
    assert "<p>A <em>falling</em> loss &amp; more. It says <code>x &lt; 1</code> of &lt;script&gt;" in html
    assert "<p>Second one.</p>" in html
    assert 'alt="Losses again. A falling loss &amp; more."' in html


def test_the_biomarkers_begin_with_the_control_and_give_each_current_alone(page):
    headings = re.findall(r'<th scope="row">(.*?)</th>', page.read_text(encoding="utf-8"))
    expected = ["control", "INa × 0 (silent)", "INa × 2", "IKr × 0.5"]
    assert headings[1:5] == expected


def test_a_parameter_is_told_by_its_value_and_the_control_by_its_own(tmp_path, inputs):
    rows = [
        Row(name, {"gl": gl}, "silent", "silent", "neuron", undefined())
        for name, gl in (("a", 5e-4), ("b", 1e-3), ("c", 2.5e-4))
    ]
    write_table(tmp_path / "biomarkers.csv", rows)
    quantities = {HOSTILE: {"gl": Quantity("gl", "S/cm2", "leak", 5e-4)}}
    write_report(tmp_path / "report.html", **inputs, quantities=quantities)
    headings = re.findall(r'<th scope="row">(.*?)</th>', (tmp_path / "report.html").read_text(encoding="utf-8"))
    assert headings[1:] == ["control (silent)", "gl = 0.00025 S/cm2 (silent)", "gl = 0.001 S/cm2 (silent)"]


def test_published_figures_stand_below_the_model_they_are_of(tmp_path, inputs):
    name = next(iter(inputs["metrics"]))
    write_report(tmp_path / "report.html", **inputs, published={name: {"mse_mV2": 14.803}})
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", (tmp_path / "report.html").read_text(encoding="utf-8"))
    ours = cells.index(f"{name.replace('<', '&lt;').replace('>', '&gt;').replace(chr(39), '&#39;')}")
    assert cells[ours + 1 : ours + 11] == [
        "14.4",
        "3.79",
        "–",
        "–",
        "–",
        "–",
        "–",
        "840\u202f310\u202f000",
        "–",
        "2.00\u00a0h",
    ]
    assert cells[ours + 12].endswith(", published")
    assert cells[ours + 13] == "14.8"


def test_the_page_ends_with_the_verdict_of_a_check(tmp_path, inputs):
    good, bad = Finding(Path("a/store.zarr"), "complete"), Finding(Path("b/<model>"), "is damaged; delete it", ok=False)
    write_report(tmp_path / "good.html", **inputs, findings=[good, good])
    assert (
        "Complete: 2 designs, blocks, stores, tables, models and figures were checked"
        in (tmp_path / "good.html").read_text()
    )
    write_report(tmp_path / "bad.html", **inputs, findings=[good, bad])
    html = (tmp_path / "bad.html").read_text()
    assert "Wrong: 1 of 2 designs" in html
    assert "<dt>b/&lt;model&gt;</dt><dd>is damaged; delete it</dd>" in html
    assert html.index('id="check"') > html.index('id="cite"')


def test_a_figure_that_is_missing_is_named(tmp_path, inputs):
    absent = FigureEntry(tmp_path / "absent.svg", "Absent", inputs["figures"][0].caption)
    with pytest.raises(UserError, match=r"absent\.svg"):
        write_report(tmp_path / "report.html", **inputs | {"figures": [absent]})
    assert not (tmp_path / "report.html").exists()


def test_a_caption_that_quotes_what_is_not_configured_is_named(tmp_path, inputs):
    with pytest.raises(UserError, match=r"losses\.rst"):
        read_caption(inputs["figures"][0].caption, {})


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_the_page_and_snakemakes_report_show_the_same_caption(path):
    docutils = pytest.importorskip("docutils.core", reason="docutils comes with snakemake's reports")
    body = docutils.publish_parts(path.read_text(encoding="utf-8"), writer="html")["body"]
    assert "system-message" not in body
    theirs = re.findall(r"<p>(.*?)</p>", body, flags=re.DOTALL)
    assert [plain(text) for text in theirs] == [plain(text) for text in read_caption(path, {})]


def test_the_published_error_is_told_beside_the_published_networks_alone():
    scores = {"drift_floor_mse_mV2": 11.9}
    assert "14.803" in remarks({"dlstm3": scores})[0]
    assert "14.803" not in remarks({"latent": scores})[0]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"kind": "subsets", "vary": ["INa", "IKr"], "levels": [0, 0.2, 0.4, 0.6, 0.8, 1.0]},
         "subsets, vary INa, IKr, levels 0, 0.2 … 1"),
        ({"duration_ms": 5000.0, "save_every_ms": 0.05}, "duration 5000 ms, save every 0.05 ms"),
        ({"vary": ["a", "c"], "range": {"a": [0.01, 0.1], "c": [-80, -50]}, "rows": 8, "kind": "uniform"},
         "uniform, vary a, c, range a 0.01 to 0.1, c -80 to -50, rows 8"),
        ({"vary": ["INa"], "range": [0, 2.0], "kind": "sobol"}, "sobol, vary INa, range 0 to 2"),
        ({"duration_ms": 460.0, "stimulus": {"gain": 0.5, "kind": "chirp23a"}},
         "duration 460 ms, stimulus chirp23a, gain 0.5"),
        ({"name": "akwaboah2021", "variant": None, "parameters": {}}, "akwaboah2021"),
        ({"file": "mine.mmt", "mechanisms": {}, "second_order": False}, "file mine.mmt"),
        ({"first_ms": 0.0, "width_ms": 0}, "first 0 ms, width 0 ms"),
    ],
)  # fmt: skip
def test_a_configuration_is_told_in_words(value, words):
    assert describe(value) == words


@pytest.mark.parametrize(
    ("value", "text"),
    [(14.803, "14.8"), (0.01234, "0.0123"), (-74.11, "−74.1"), (1234567, "1\u202f234\u202f567"), (0, "0"),
     (99.96, "100"), (None, "–"), (float("nan"), "–")],
)  # fmt: skip
def test_numbers_have_three_significant_digits(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2.5e-5, "25.0 µs"), (0.0042, "4.20 ms"), (95.2, "95.2 s"), (600, "10.0 min"), (423000, "118 h"), (None, "–")],
)
def test_durations_come_in_the_unit_that_suits_them(seconds, text):
    assert duration(seconds).replace("\u00a0", " ") == text


@pytest.mark.browser
@pytest.mark.skipif(bool(unavailable()), reason=unavailable() or "a browser is there")
def test_a_browser_shows_the_page_readable_on_a_desk_and_a_telephone(page):
    views = look_at(page)
    assert [view.viewport for view in views] == [1280, 400]
    assert [view.images for view in views] == [2, 2]
    assert_readable(views)


def test_rows_of_each_class_are_counted_and_those_that_fall_silent_together():
    rows = [row(str(k), 1, 1) for k in range(3)]
    rows += [replace(one, course=f"quiescent after {k + 1} beats") for k, one in enumerate(rows[:2])]
    assert classes([*rows, replace(rows[0], course="block 2:1")]) == "3 regular, 2 quiescent, 1 block 2:1"
