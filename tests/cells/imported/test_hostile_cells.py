"""Files that are no cells, and files that mean ill: one sentence each, and nothing of theirs is run."""

import subprocess
import sys
from pathlib import Path

import pytest

from gbar import cells
from gbar.cli import main
from gbar.errors import UserError

MODELS = Path(__file__).with_name("models")
HEAD = "[[model]]\nm.V = -80\nm.x = 0.5\n\n[engine]\ntime = 0 [ms] in [ms] bind time\npace = 0 bind pace\n\n[m]\n"
PLAIN = HEAD + "dot(V) = -i\n    in [mV]\ni = 0.1 * x * (V + 60)\ndot(x) = 0.5 - x\n"
ENTITIES = "".join(f'<!ENTITY {b} "{10 * f"&{a};"}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
BOMB = (
    f'<!DOCTYPE model [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]><model xmlns="http://www.cellml.org/cellml/1.0#">&j;</model>'
)
UNITLESS = PLAIN.replace("    in [mV]\n", "")
TWO = PLAIN.replace("dot(x) = 0.5 - x", "dot(x) = 0.5 - x\n    in [mV]")
IMPORTING = (MODELS / "importing.cellml").read_text()
CELLML = """<model xmlns="http://www.cellml.org/cellml/1.0#" xmlns:cellml="http://www.cellml.org/cellml/1.0#" name="m">
<component name="c"><variable name="t" units="second"/><variable name="V" units="volt" initial_value="-0.06"/>
<variable name="x" units="dimensionless"/><math xmlns="http://www.w3.org/1998/Math/MathML">
<apply><eq/><apply><diff/><bvar><ci>t</ci></bvar><ci>V</ci></apply><apply><minus/><ci>V</ci></apply></apply>
{}</math></component></model>"""
EQUATION = '<apply><eq/>{}<cn cellml:units="dimensionless">2</cn></apply>'
DEGREE = '<degree><cn cellml:units="dimensionless">2</cn></degree>'
SECOND = f"<apply><diff/><bvar><ci>t</ci>{DEGREE}</bvar><ci>x</ci></apply>"

CASES = {
    "prose.mmt": ("I am no model\n", "cannot be read as a model"),
    "prose.cellml": ("I am no model\n", "is no XML"),
    "page.cellml": ("<html><body/></html>", "neither CellML nor SBML"),
    "bomb.cellml": (BOMB, r"entit|XML"),
    "no_voltage.mmt": (UNITLESS.replace("m.V", "m.u").replace("(V", "(u"), "membrane potential"),
    "two_voltages.mmt": (TWO.replace("(V", "(w").replace("m.V", "m.w"), r"could be m\.w, m\.x.*voltage: component"),
    "loop.mmt": (PLAIN.replace("i = 0.1 *", "a = b\nb = a\ni = a *"), r"cannot be read|loop"),
    "time.mmt": (PLAIN.replace("0.5 - x", "0.5 - x + sin(engine.time)"), r"m\.x reads the time"),
    "metres.mmt": (PLAIN.replace("time = 0 [ms] in [ms]", "time = 0 [m] in [m]"), "no unit of time"),
    "amperes.mmt": (PLAIN.replace("in [mV]", "in [A]\n    label membrane_potential"), "no unit of voltage"),
    "overflow.mmt": (PLAIN.replace("0.5 - x", "0.5 - x * exp(-11 * V)"), r"no value at the model's own.*exp\(880\)"),
    "deep.mmt": (PLAIN.replace("0.5 - x", "(" * 5000 + "x" + ")" * 5000), "nested too deeply"),
    "nothing.mmt": ("", "cannot be read as a model"),
    "itself.mmt": (PLAIN.replace("i = 0.1", "i = 0.1 * i"), "Cyclical reference"),
    "switched.mmt": (PLAIN.replace("0.5 - x", "if(engine.time > 100, 0.5, 0.4) - x"), r"m\.x reads the time"),
    "unit.mmt": (PLAIN.replace("    in [mV]", "    in [foo]"), "Unknown unit"),
    "no_states.mmt": ("[[model]]\n\n[m]\ntime = 0 bind time\nV = 3\n    in [mV]\n", "the model has no states"),
    "nothing_to_vary.mmt": (PLAIN.replace("dot(V) = -i", "dot(V) = 0").replace("0.1 * x", "x"), "neither a current"),
    "bytes.mmt": ("\x00\x01" * 500, r"cannot be read as a model.* \.\.\."),
    "implicit.cellml": (CELLML.format(EQUATION.format("<apply><plus/><ci>x</ci><ci>V</ci></apply>")), "left-hand side"),
    "second_order.cellml": (CELLML.format(EQUATION.format(SECOND)), "derivatives of degree one"),
    "elsewhere.cellml": (IMPORTING.replace("channels.cellml", "../channels.cellml"), "beside"),
    "not_there.cellml": (IMPORTING.replace("channels.cellml", "gone.cellml"), "not there"),
    "network.cellml": (IMPORTING.replace("channels.cellml", "http://x.org/c.cellml"), "beside"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_file_that_is_no_cell_is_refused_in_one_sentence(name, tmp_path):
    text, reason = CASES[name]
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UserError, match=reason) as refused:
        cells.get(str(path))
    assert "\n" not in str(refused.value)
    assert "Traceback" not in str(refused.value)


def test_the_command_line_ends_with_2_and_says_which_file(tmp_path, capsys):
    path = tmp_path / "prose.mmt"
    path.write_text("I am no model\n")
    assert main(["check-cell", str(path)]) == 2
    assert main(["simulate", str(tmp_path / "gone.mmt")]) == 2
    assert main(["simulate", str(MODELS / "luo_rudy_1991.mmt"), "--scale", "IKx=2"]) == 2
    said = capsys.readouterr().err
    assert "prose.mmt" in said
    assert "gone.mmt" in said
    assert "IKr" in said or "IK1" in said


def test_names_of_a_file_that_are_words_of_python_run_nothing(tmp_path):
    """A file whose names and texts look like code gives a cell; nothing of it is code."""
    ran = tmp_path / "ran"
    evil = f"__import__('pathlib').Path({str(ran)!r}).touch()"
    text = PLAIN.replace("[[model]]\n", f'[[model]]\nname: evil\ndisplay_name: """ """ + {evil} + """ """\n', 1)
    text = text.replace("i = 0.1 *", "import = 2\n    desc: x\nclass = 0.1\ni = class * import / import *")
    path = tmp_path / "a'b\"; evil.mmt"
    path.write_text(text.replace('""" """', "x") + f"\n[[script]]\n{evil}\n")
    cell = cells.get(str(path))
    cell.rates(cell.initial[:, None], cell.constants({}, {}))
    assert {"import_", "class_"} <= set(cell.parameter_defaults)
    assert not ran.exists()


def test_a_file_leaves_nothing_in_the_home_folder(tmp_path):
    code = f"from gbar import cells; cells.get({str(MODELS / 'traps.mmt')!r})"
    environment = {
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PYTHONPATH": ":".join(sys.path),
    }
    (tmp_path / "home").mkdir()
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    assert list((tmp_path / "home").iterdir()) == []
    assert list((tmp_path / "cache").rglob("*.json"))


def test_the_reader_is_imported_only_to_compile():
    code = f"""
import sys
from gbar import cells, cli, config
from gbar.config.simulation import CellSection
cell = cells.get({str(MODELS / "traps.mmt")!r})
assert "myokit" not in sys.modules
assert "jax" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
