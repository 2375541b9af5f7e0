"""What jobs say of themselves: read from the text of their modules, it is what their functions are."""

import inspect
import subprocess
import sys
from importlib import import_module

import pytest

from gbar.figures import registry
from gbar.jobs.contracts import Contract, contracts
from gbar.jobs.sources import PACKAGE

JOBS = contracts()
CAPTIONS = PACKAGE.parent / "report"


def test_every_function_that_is_marked_as_a_job_has_a_verb_of_its_own():
    marked = sum(file.read_text(encoding="utf-8").count("\n@job(") for file in PACKAGE.rglob("*.py"))
    assert len(JOBS) == marked


@pytest.mark.parametrize("contract", JOBS.values(), ids=JOBS.keys())
def test_the_text_of_a_job_says_what_its_function_is(contract: Contract):
    signature = inspect.signature(getattr(import_module(contract.module), contract.function)).parameters
    options = {name for name, one in signature.items() if "Callable" not in str(one.annotation)}
    assert {one.name for one in contract.parameters} == options
    for one in contract.parameters:
        assert one.has_default == (signature[one.name].default is not inspect.Parameter.empty)
        assert one.text, f"{one.name} is not explained"
    assert bool(contract.progress) == ("progress" in signature)
    assert callable(contract.of_machine())


def test_a_command_has_files_settings_and_names_where_they_belong():
    said = {"metrics": ["a", "a"], "models": ["a", "b"]}
    words = JOBS["figure learning"].words(said, {"metrics": ["1", "2"]}, {"svg": "f.svg"})
    assert words == ["figure", "learning", "--metrics", "a=1", "a=2", "--models", "a", "b", "--out", "f.svg"]


def test_what_a_verb_can_do_without_is_left_out_of_a_command_and_what_it_cannot_is_missed():
    read, written = {"predictions": "p.npz", "metrics": "m.json", "cross": []}, {"svg": "f.svg", "png": "f.png"}
    words = JOBS["figure invert_range"].words({}, read, written)
    given = "--predictions p.npz --metrics m.json"
    assert " ".join(words) == f"figure invert_range {given} --out f.svg f.png"
    with pytest.raises(KeyError, match="settings"):
        JOBS["windows"].words({}, {"store": "s.zarr", "biomarkers": "b.csv"}, {"out": "w.zarr"})


def test_the_verbs_are_known_without_importing_what_they_run():
    program = "import sys; from gbar.cli import parser; parser(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"jax", "matplotlib", "pydantic", "zarr"} & set(loaded)


def test_every_figure_is_in_the_registry_and_has_a_caption():
    assert {one.job for one in registry.FIGURES} == {verb for verb, job in JOBS.items() if job.is_figure}
    assert [one.kind for one in registry.FIGURES if not (CAPTIONS / f"{one.kind}.rst").exists()] == []


def test_a_figure_of_several_is_titled_by_its_name():
    assert registry.title_of("invert_scan_izhikevich") == "Inverter izhikevich: the scan over designs"
    assert registry.kind_of("invert_scan_izhikevich") == "invert_scan"
    assert registry.title_of("apd") == "Predicted and simulated action potential durations"
