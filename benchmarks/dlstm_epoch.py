"""How long an epoch of an emulator takes on one core: gbar beside PyTorch.

900 windows of 4,900 samples to train on, in batches of 12, and 100 to validate on; float32, Adam, mean squared error.
Both sides start from the same weights, and must first give the same output for them, to 1e-5 of the largest. Each
trains in a process of its own with one thread, in turns on one core, so that whatever else the machine does meets all
alike; the first epoch of a turn, which finds the caches cold, does not count.

PyTorch is not among gbar's requirements: README.md tells how to get it. Without it only gbar is timed.
"""

import itertools
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import common
import numpy as np
from workers import Worker, difference, options_of, write_data

TRAINING, VALIDATION, INPUTS, SAMPLES = 900, 100, 5, 4900
BATCH_SIZE, LEARNING_RATE = 12, 1e-3
EPOCHS = 4  # of a turn, the first uncounted
BAR, AIM = 1.0, 2.0  # PyTorch's time over gbar's

Turns = dict[str, list[list[float]]]  # seconds of each epoch, by contender and turn

NETWORKS = {
    "LSTM 3 x 128, dense 256, 512": {"lstm_widths": [128] * 3, "dense_widths": [256, 512], "dropout": 0.05},
    "LSTM 3 x 256, dense 512, 1,024": {"lstm_widths": [256] * 3, "dense_widths": [512, 1024], "dropout": 0.05},
}
RIVALS = {"PyTorch, Adam": {}, "PyTorch, Adam(fused=True)": {"fused": True}}


def main() -> None:
    """Time every network and write the section of RESULTS.md."""
    options = options_of(__doc__)
    common.pin_to_one_core()
    parts: list[str] = []
    versions: dict[str, str] = {}
    ratios: dict[str, list[float]] = {name: [] for name in RIVALS}
    with tempfile.TemporaryDirectory() as scratch:
        stream = np.random.default_rng(0)
        draw = partial(stream.standard_normal, dtype=np.float32)
        write_data(Path(scratch) / "data.npz", draw, TRAINING, VALIDATION, INPUTS, SAMPLES)
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
    largest = 0.0
    for name, adam in RIVALS.items():
        rival = Worker.rival(name, rival_python, "dlstm_torch.py", environment)
        if rival is None:
            continue
        shapes = {"n_inputs": INPUTS, "n_outputs": SAMPLES, **network}
        counts[name] = rival.ask(network=shapes, adam=adam, output=str(theirs), **same)["parameters"]
        largest = max(largest, difference(ours, theirs, name))
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
        text += f". From the same weights the outputs differ by {largest:.0e} of the largest"
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
