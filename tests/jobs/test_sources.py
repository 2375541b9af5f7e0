"""Which files a job runs, found by reading imports."""

import subprocess
import sys

import pytest

from gbar.jobs.sources import PACKAGE, code_of


def names(*modules: str) -> set[str]:
    return {str(file.relative_to(PACKAGE)) for file in code_of(*modules)}


def test_imports_are_followed_through_modules_and_into_functions():
    found = names("gbar.sweeps.blocks")
    own = {"sweeps/blocks.py", "sweeps/rows.py", "records/files.py", "errors.py"}
    assert own | {"cells/__init__.py", "solve/__init__.py"} <= found


def test_what_a_job_does_not_run_is_left_out():
    assert not names("gbar.sweeps.blocks") & {
        "sweeps/design.py",
        "sweeps/plan.py",
        "traces/reading.py",
        "training/loop.py",
        "config/study.py",
    }
    assert not names("gbar.figures.losses") & {
        "sweeps/store.py",
        "traces/reading.py",
        "figures/sweeps/family.py",
    }


def test_a_module_that_is_not_there_is_an_error():
    with pytest.raises(ModuleNotFoundError):
        code_of("gbar.nowhere")


@pytest.mark.parametrize(
    "module",
    ["gbar.sweeps.blocks", "gbar.sweeps.gather", "gbar.emulate.dataset", "gbar.emulate.training", "gbar.report.study"],
)
def test_everything_that_an_import_loads_is_listed(module: str):
    program = f"import sys, {module}; print(*[m.__file__ for n, m in sys.modules.items() if n.startswith('gbar.')])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) <= {str(file) for file in code_of(module)}
