"""How many traces a second a regressor learns from on one core: gbar beside PyTorch.

The published design 203 on traces of 9,000 samples, in batches of 64; float32, Adam, mean squared error. Both sides
start from the same weights, and must first give the same output for them, to 1e-5 of the largest. Each trains in a
process of its own with one thread, in turns on one core, so that whatever else the machine does meets all alike; the
first epoch of a turn, which finds the caches cold, does not count. An epoch is 512 traces to learn from and 64 to
validate on.

PyTorch is not among gbar's requirements: README.md tells how to get it. Without it only gbar is timed.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
from pathlib import Path

import common
import numpy as np
from workers import Worker

from gbar.invert.designs.design import DESIGNS

DESIGN = "203"
TRAINING, VALIDATION, SAMPLES, OUTPUTS = 512, 64, 9000, 10
BATCH_SIZE, LEARNING_RATE = 64, 1e-3
EPOCHS = 3  # of a turn, the first uncounted
TOLERANCE = 1e-5
BAR, AIM = 1.5, 3.0  # gbar's traces a second over PyTorch's

# The network as PyTorch's tutorials write it, and as its convolutions are fastest on a CPU.
RIVALS = {"PyTorch, Conv1d": {"channels_last": False}, "PyTorch, Conv2d, channels last": {"channels_last": True}}

Turns = dict[str, list[list[float]]]  # traces a second of each epoch, by contender and turn


def main() -> None:
    """Time all contenders and write the section of RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rival-python", default=sys.executable, help="a Python that has PyTorch (default: this one)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default %(default)s)")
    options = parser.parse_args()
    common.pin_to_one_core()
    with tempfile.TemporaryDirectory() as scratch:
        _write_data(Path(scratch) / "data.npz")
        workers, difference, versions = _begin(options.rival_python, Path(scratch))
        turns: Turns = {name: [] for name in workers}
        for number in range(options.rounds):
            for name, worker in workers.items():
                turns[name].append([TRAINING / s for s in worker.ask(epochs=EPOCHS)["seconds"][1:]])
            rates = ", ".join(f"{name} {statistics.median(turns[name][-1]):.0f}" for name in workers)
            common.say(f"round {number + 1} of {options.rounds}: {rates} traces/s")
        for worker in workers.values():
            worker.end()
    common.write_section("An epoch of a regressor", _told(turns, difference), versions)


def _write_data(path: Path) -> None:
    """Write random traces: what a batch costs does not depend on what it holds."""
    stream = np.random.default_rng(0)

    def uniform(*shape: int) -> np.ndarray:
        return stream.random(shape, np.float32)

    np.savez(
        path,
        training_x=uniform(TRAINING, SAMPLES),
        training_y=uniform(TRAINING, OUTPUTS),
        validation_x=uniform(VALIDATION, SAMPLES),
        validation_y=uniform(VALIDATION, OUTPUTS),
    )


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
    output, difference = np.load(ours), 0.0
    versions: dict[str, str] = {}
    for name, options in RIVALS.items():
        rival = Worker(rival_python, "regressor_torch.py", environment)
        if "missing" in rival.hello:
            common.say(f"{rival_python} has no {rival.hello['missing']}: {name} is left out")
            rival.end()
            continue
        shapes = {"flat": network.flat_size(SAMPLES), "n_outputs": OUTPUTS, **options}
        rival.ask(network=architecture, shapes=shapes, adam={"fused": True}, output=str(theirs), **same)
        difference = max(difference, float(np.abs(output - np.load(theirs)).max() / np.abs(output).max()))
        if difference > TOLERANCE:
            sys.exit(f"the outputs of gbar and {name} differ by {difference:.2g} of the largest: not the same network")
        workers[name] = rival
        versions |= rival.hello
    return workers, difference, versions


def _told(turns: Turns, difference: float) -> str:
    """Return what was measured."""
    rounds, epochs = len(turns["gbar"]), len(turns["gbar"][0])
    text = f"Design {DESIGN}, {SAMPLES:,} samples, batches of {BATCH_SIZE}"
    if len(turns) > 1:
        text += f". From the same weights the outputs differ by {difference:.0e} of the largest"
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
