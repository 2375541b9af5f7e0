"""Processes that the comparisons of trainings run their contenders in."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import common
import numpy as np

HERE = Path(__file__).parent
TOLERANCE = 1e-5  # of the largest output: beyond it, networks are not the same


def options_of(explanation: str) -> argparse.Namespace:
    """Return what the user says of a comparison with PyTorch."""
    parser = common.parser(explanation)
    parser.add_argument("--rival-python", default=sys.executable, help="a Python that has PyTorch (default: this one)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default %(default)s)")
    return parser.parse_args()


def write_data(
    path: Path, draw: Callable[[tuple[int, int]], np.ndarray], training: int, validation: int, x: int, y: int
) -> None:
    """Write drawn data of so many inputs and outputs: what a batch costs does not depend on what it holds."""
    np.savez(
        path,
        training_x=draw((training, x)),
        training_y=draw((training, y)),
        validation_x=draw((validation, x)),
        validation_y=draw((validation, y)),
    )


class Worker:
    """A process that answers JSON lines."""

    def __init__(self, python: str, script: str, environment: dict[str, str]):
        """Start it; `hello` is its first line."""
        command = [python, str(HERE / script)]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.hello = self._answer()

    @classmethod
    def rival(cls, name: str, python: str, script: str, environment: dict[str, str]) -> "Worker | None":
        """Start a contender that needs what `python` may not have; say so and return None where it has it not."""
        rival = cls(python, script, environment)
        if "missing" not in rival.hello:
            return rival
        common.say(f"{python} has no {rival.hello['missing']}: {name} is left out")
        rival.end()
        return None

    def ask(self, **request: Any) -> dict[str, Any]:
        """Return the answer to a request."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def end(self) -> None:
        """Let it end."""
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self._process.args} ended without an answer")
        return json.loads(line)


def difference(ours: Path, theirs: Path, name: str) -> float:
    """Return by how much two outputs differ, of the largest; exit where it is too much."""
    output = np.load(ours)
    found = float(np.abs(output - np.load(theirs)).max() / np.abs(output).max())
    if found > TOLERANCE:
        sys.exit(f"the outputs of gbar and {name} differ by {found:.2g} of the largest: not the same network")
    return found
