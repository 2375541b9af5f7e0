"""How a verb ends where it cannot go on: one sentence, no traceback."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gbar.cli import main
from gbar.config.explain import checked
from gbar.config.protocol import ProtocolSection
from gbar.errors import UserError

PATIENCE_S = 600  # with a process that does not end although it was told to
LONG = ["simulate", "akwaboah2021", "--duration-ms", "3600000"]


@pytest.fixture
def heeded() -> Iterator[None]:
    """A shell lets what it starts in the background ignore Ctrl-C, and so what the tests start would."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def gbar(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gbar", *arguments],
        env=os.environ | environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("platforms", ["nonsense", "nonsense,tpu"])
def test_devices_that_are_not_there_are_said(platforms: str):
    process = gbar("simulate", "izhikevich2003", JAX_PLATFORMS=platforms)
    _, err = process.communicate()
    assert process.returncode == 2
    assert err == (
        f"gbar: JAX_PLATFORMS: {platforms!r} is not allowed; "
        "it must be cpu, a platform whose devices JAX finds here, or left out\n"
    )


@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_said():
    process = gbar("simulate", "izhikevich2003", JAX_PLATFORMS="cuda")
    _, err = process.communicate()
    assert process.returncode == 2
    assert "JAX_PLATFORMS: 'cuda' is not allowed" in err
    assert "Traceback" not in err


@pytest.mark.slow
@pytest.mark.usefixtures("heeded")
def test_ctrl_c_ends_a_simulation_with_a_word(tmp_path: Path):
    process = gbar(*LONG, "--out", str(tmp_path / "trace.csv"))
    assert process.stderr is not None
    told = process.stderr.readline()  # it says how far it is: the run has begun
    assert "left" in told, told
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "gbar: stopped" in err
    assert "simulating: done" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("heeded")
def test_ctrl_c_whose_exception_is_lost_ends_the_process_all_the_same():
    program = f"""
import gc, os, signal, time
from gbar.cli import interrupt
interrupt.PATIENCE_S = 2.0  # enough to get to the next line but one on a busy machine
gc.callbacks.append(lambda phase, _: phase == "start" and (os.kill(os.getpid(), signal.SIGINT), time.sleep(0.01)))
with interrupt.ctrl_c_ends():
    gc.collect()
    gc.callbacks.clear()
    print("went on", flush=True)
    time.sleep({PATIENCE_S})
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.returncode == 130
    assert "went on" in run.stdout
    assert "gbar: stopped" in run.stderr


def test_a_run_that_takes_more_memory_than_there_is_is_refused_by_what_it_would_take(capsys: pytest.CaptureFixture):
    assert main(["simulate", "hodgkinhuxley1952", "--duration-ms", "1e12", "--stimulus", "noise"]) == 2
    err = capsys.readouterr().err
    assert "--duration-ms: 1e+12 ms take 4.8e+05 GB of memory, and this machine has" in err


def test_a_sweep_whose_rows_take_more_than_a_store_holds_is_refused_by_what_they_would_take():
    with pytest.raises(UserError) as raised:
        checked(ProtocolSection, {"duration_ms": 1e9})
    assert str(raised.value) == (
        "configuration: duration_ms: 1e+09 ms saved every 0.05 ms are 2e+10 samples of a row, 80 GB, "
        "where 2.15 GB are the most; shorten it, or save less often"
    )
    assert checked(ProtocolSection, {"duration_ms": 1e9, "save_every_ms": 1000}).duration_ms == 1e9


def test_memory_that_runs_out_is_said(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch):
    def run_out(*arguments: object) -> None:
        raise MemoryError("Unable to allocate 373. GiB")

    monkeypatch.setattr("gbar.config.study.schema", run_out)
    assert main(["schema"]) == 2
    assert capsys.readouterr().err == "gbar: this takes more memory than there is (Unable to allocate 373. GiB)\n"
