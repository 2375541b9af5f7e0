"""How many traces a second a regressor learns from on one core: gbar beside PyTorch.

The published design 203 on traces of 9,000 samples, in batches of 64; float32, Adam, mean squared error. Both sides
start from the same weights, and must first give the same output for them, to 1e-5 of the largest. Each trains in a
process of its own with one thread, in turns on one core, so that whatever else the machine does meets all alike; the
first epoch of a turn, which finds the caches cold, does not count. An epoch is 512 traces to learn from and 64 to
validate on.

PyTorch is not among gbar's requirements: README.md tells how to get it. Without it only gbar is timed.
"""

import itertools
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path

import common
import numpy as np
from workers import Worker, difference, options_of, write_data

from gbar.invert.designs.design import DESIGNS

DESIGN = "203"
TRAINING, VALIDATION, SAMPLES, OUTPUTS = 512, 64, 9000, 10
BATCH_SIZE, LEARNING_RATE = 64, 1e-3
EPOCHS = 3  # of a turn, the first uncounted
BAR, AIM = 1.5, 3.0  # gbar's traces a second over PyTorch's

# The network as PyTorch's tutorials write it, and as its convolutions are fastest on a CPU.
RIVALS = {"PyTorch, Conv1d": {"channels_last": False}, "PyTorch, Conv2d, channels last": {"channels_last": True}}

Turns = dict[str, list[list[float]]]  # traces a second of each epoch, by contender and turn


def main() -> None:
    """Time all contenders and write the section of RESULTS.md."""
    options = options_of(__doc__)
    common.pin_to_one_core()
    with tempfile.TemporaryDirectory() as scratch:
        stream = np.random.default_rng(0)
        draw = partial(stream.random, dtype=np.float32)
        write_data(Path(scratch) / "data.npz", draw, TRAINING, VALIDATION, SAMPLES, OUTPUTS)
        workers, largest, versions = _begin(options.rival_python, Path(scratch))
        turns: Turns = {name: [] for name in workers}
        for number in range(options.rounds):
            for name, worker in workers.items():
                turns[name].append([TRAINING / s for s in worker.ask(epochs=EPOCHS)["seconds"][1:]])
            rates = ", ".join(f"{name} {statistics.median(turns[name][-1]):.0f}" for name in workers)
            common.say(f"round {number + 1} of {options.rounds}: {rates} traces/s")
        for worker in workers.values():
            worker.end()
    common.write_section("An epoch of a regressor", _told(turns, largest), versions)


def _begin(rival_python: str, scratch: Path) -> tuple[dict[str, Worker], float, dict[str, str]]:
    """Start the contenders; return them, the largest difference of their outputs, and the rival's version."""
    files = {"data": str(scratch / "data.npz"), "weights": str(scratch / "weights.npz")}
    same = files | {"batch_size": BATCH_SIZE, "learning_rate": LEARNING_RATE}
    environment = common.child_environment(JAX_COMPILATION_CACHE_DIR=str(scratch / "cache"))
    network = DESIGNS[DESIGN].network
    architecture = network.model_dump(mode="json")
    workers = {"gbar": Worker(sys.executable, "regressor_gbar.py", environment)}
    ours, theirs = scratch / "ours.npy", scratch / "theirs.npy"
    workers["gbar"].ask(architecture=architecture, output=str(ours), **same)
    largest = 0.0
    versions: dict[str, str] = {}
    for name, options in RIVALS.items():
        rival = Worker.rival(name, rival_python, "regressor_torch.py", environment)
        if rival is None:
            continue
        shapes = {"flat": network.flat_size(SAMPLES), "n_outputs": OUTPUTS, **options}
        rival.ask(network=architecture, shapes=shapes, adam={"fused": True}, output=str(theirs), **same)
        largest = max(largest, difference(ours, theirs, name))
        workers[name] = rival
        versions |= rival.hello
    return workers, largest, versions


def _told(turns: Turns, largest: float) -> str:
    """Return what was measured."""
    rounds, epochs = len(turns["gbar"]), len(turns["gbar"][0])
    text = f"Design {DESIGN}, {SAMPLES:,} samples, batches of {BATCH_SIZE}"
    if len(turns) > 1:
        text += f". From the same weights the outputs differ by {largest:.0e} of the largest"
    rows, ratios = [], {}
    for name, of_turns in turns.items():
        rates = list(itertools.chain(*of_turns))
        pairs = zip(turns["gbar"], of_turns, strict=True)
        found = [statistics.median(ours) / statistics.median(theirs) for ours, theirs in pairs]
        rows.append([name, *(f"{of(rates):.0f}" for of in (min, statistics.median, max)), common.spread(found, 2)])
        ratios[name] = statistics.median(found)
    header = ("", "lowest", "median", "highest", "gbar's times its, by round")
    text += f". Traces a second, {rounds} x {epochs} of each:\n\n{common.table(header, rows)}\n\n"
    text += f"Bar: gbar learns from at least {BAR:g} times as many; aim: {AIM:g} times."
    for name in list(turns)[1:]:
        bar, aim = (common.verdict(ratios[name] >= bound) for bound in (BAR, AIM))
        text += f" {name}: bar {bar}, aim {aim}."
    if len(turns) == 1:
        text += " There was no PyTorch to compare with; README.md tells how to get it."
    return text


if __name__ == "__main__":
    main()
