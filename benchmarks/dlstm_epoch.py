"""How long an epoch of an emulator takes on one core: gbar beside PyTorch.

900 windows of 4,900 samples to train on, in batches of 12, and 100 to validate on; float32, Adam, mean squared error.
Both sides start from the same weights, and must first give the same output for them, to 1e-5 of the largest. Each
trains in a process of its own with one thread, in turns on one core, so that whatever else the machine does meets all
alike; the first epoch of a turn, which finds the caches cold, does not count.

PyTorch is not among gbar's requirements: README.md tells how to get it. Without it only gbar is timed.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import common
import numpy as np
from workers import Worker

TRAINING, VALIDATION, INPUTS, SAMPLES = 900, 100, 5, 4900
BATCH_SIZE, LEARNING_RATE = 12, 1e-3
EPOCHS = 4  # of a turn, the first uncounted
TOLERANCE = 1e-5
BAR, AIM = 1.0, 2.0  # PyTorch's time over gbar's

Turns = dict[str, list[list[float]]]  # seconds of each epoch, by contender and turn

NETWORKS = {
    "LSTM 3 x 128, dense 256, 512": {"lstm_widths": [128] * 3, "dense_widths": [256, 512], "dropout": 0.05},
    "LSTM 3 x 256, dense 512, 1,024": {"lstm_widths": [256] * 3, "dense_widths": [512, 1024], "dropout": 0.05},
}
RIVALS = {"PyTorch, Adam": {}, "PyTorch, Adam(fused=True)": {"fused": True}}


def main() -> None:
    """Time every network and write the section of RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rival-python", default=sys.executable, help="a Python that has PyTorch (default: this one)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default %(default)s)")
    options = parser.parse_args()
    common.pin_to_one_core()
    parts: list[str] = []
    versions: dict[str, str] = {}
    ratios: dict[str, list[float]] = {name: [] for name in RIVALS}
    with tempfile.TemporaryDirectory() as scratch:
        _write_data(Path(scratch) / "data.npz")
        for title, network in NETWORKS.items():
            common.say(title)
            text, turns, versions = _compare(title, network, options.rival_python, options.rounds, Path(scratch))
            parts.append(text)
            for name in turns.keys() & ratios.keys():
                ratios[name].append(statistics.median(_ratios(turns, name)))
    parts.append(f"Bar: PyTorch takes at least {BAR:g} times as long as gbar; aim: {AIM:g} times.")
    for name, found in ratios.items():
        if found:
            bar, aim = (common.verdict(min(found) >= bound) for bound in (BAR, AIM))
            parts[-1] += f" {name}: bar {bar}, aim {aim}."
    if not versions:
        parts[-1] += " There was no PyTorch to compare with; README.md tells how to get it."
    common.write_section("An epoch of DLSTM", "\n\n".join(parts), versions)


def _write_data(path: Path) -> None:
    """Write random windows: what a batch costs does not depend on what it holds."""
    stream = np.random.default_rng(0)

    def normal(*shape: int) -> np.ndarray:
        return stream.standard_normal(shape, np.float32)

    np.savez(
        path,
        training_x=normal(TRAINING, INPUTS),
        training_y=normal(TRAINING, SAMPLES),
        validation_x=normal(VALIDATION, INPUTS),
        validation_y=normal(VALIDATION, SAMPLES),
    )


def _compare(
    title: str, network: dict[str, Any], rival_python: str, rounds: int, scratch: Path
) -> tuple[str, Turns, dict[str, str]]:
    """Return the text on one network, the seconds of each, and the rival's version if it is there."""
    files = {"data": str(scratch / "data.npz"), "weights": str(scratch / "weights.npz")}
    same = files | {"batch_size": BATCH_SIZE, "learning_rate": LEARNING_RATE}
    environment = common.child_environment(JAX_COMPILATION_CACHE_DIR=str(scratch / "cache"))

    workers = {"gbar": Worker(sys.executable, "dlstm_gbar.py", environment)}
    architecture = {"name": "dlstm3", "activation": "tanh", **network}
    ours, theirs = scratch / "ours.npy", scratch / "theirs.npy"
    counts = {"gbar": workers["gbar"].ask(architecture=architecture, output=str(ours), **same)["parameters"]}
    versions: dict[str, str] = {}
    difference = 0.0
    for name, adam in RIVALS.items():
        rival = Worker(rival_python, "dlstm_torch.py", environment)
        if "missing" in rival.hello:
            common.say(f"{rival_python} has no {rival.hello['missing']}: {name} is left out")
            rival.end()
            continue
        shapes = {"n_inputs": INPUTS, "n_outputs": SAMPLES, **network}
        counts[name] = rival.ask(network=shapes, adam=adam, output=str(theirs), **same)["parameters"]
        output = np.load(ours)
        difference = max(difference, float(np.abs(output - np.load(theirs)).max() / np.abs(output).max()))
        if difference > TOLERANCE:
            sys.exit(f"the outputs of gbar and {name} differ by {difference:.2g} of the largest: not the same network")
        workers[name] = rival
        versions |= rival.hello

    turns: Turns = {name: [] for name in workers}
    for number in range(rounds):
        for name, worker in workers.items():
            turns[name].append(worker.ask(epochs=EPOCHS)["seconds"][1:])
        medians = ", ".join(f"{name} {statistics.median(turns[name][-1]):.2f} s" for name in workers)
        common.say(f"  round {number + 1} of {rounds}: {medians}")
    for worker in workers.values():
        worker.end()

    text = f"{title}; {counts['gbar']:,} parameters"
    if versions:
        text += f". From the same weights the outputs differ by {difference:.0e} of the largest"
    rows = []
    for name in workers:
        seconds, ours_seconds = (list(itertools.chain(*turns[which])) for which in (name, "gbar"))
        low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
        times = (f"{value:.3f}" for value in (low, middle, high))
        rows.append([name, *times, common.spread(_ratios(turns, name), 2), f"{low / min(ours_seconds):.2f}"])
    text += f". Seconds an epoch, {rounds} x {EPOCHS - 1} of each:"
    header = ("", "lowest", "median", "highest", "times gbar's, by round", "lowest times gbar's lowest")
    return f"{text}\n\n{common.table(header, rows)}", turns, versions


def _ratios(turns: Turns, name: str) -> list[float]:
    """Return how many times gbar's median epoch of the same round a contender's takes."""
    pairs = zip(turns[name], turns["gbar"], strict=True)
    return [statistics.median(seconds) / statistics.median(ours) for seconds, ours in pairs]


if __name__ == "__main__":
    main()
