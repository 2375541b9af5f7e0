"""Random designs of a scan, each drawn from (seed, number of the trial) alone.

After genHPar_CellHH.py of the talk: uniform draws, drawn anew until the convolutions leave something of the trace, and
not more than `largest_flat`. Widths of dense layers are drawn from the last one, of at least as many units as there are
parameters, and each before it has the same number more.
"""

import numpy as np

from gbar.config.invert import DrawsSection, InverterTrainingSection, RegressorSection
from gbar.errors import UserError
from gbar.invert.designs.design import PLATEAU_EPOCHS

MOST_DRAWS = 10_000  # two of three published ones fit


def draw(
    scan: DrawsSection, trial: int, samples: int, n_outputs: int
) -> tuple[RegressorSection, InverterTrainingSection]:
    """Return network and training of a trial.

    Args:
        scan: the ranges.
        trial: its number.
        samples: of a trace.
        n_outputs: parameters that the network predicts.

    Raises:
        UserError: no network of these ranges fits such traces.
    """
    stream = np.random.default_rng([scan.seed, trial])
    for _ in range(MOST_DRAWS):
        network = _network(scan, n_outputs, stream)
        if 0 < network.flat_size(samples) <= scan.largest_flat:
            return network, _training(scan, stream)
    raise UserError(
        f"scan: none of {MOST_DRAWS} draws leaves 1 to {scan.largest_flat} numbers of {samples} samples; allow fewer"
        " blocks, smaller kernels or pools, or a greater largest_flat"
    )


def _network(scan: DrawsSection, n_outputs: int, stream: np.random.Generator) -> RegressorSection:
    def whole(least: int, most: int) -> int:
        return int(stream.integers(least, most, endpoint=True))

    blocks, first, step = (whole(*limits) for limits in (scan.blocks, scan.filters, scan.filters_step))
    kernel, pool, repeat = (whole(*limits) for limits in (scan.kernel, scan.pool, scan.repeat))
    dense_layers = whole(*scan.dense_layers)
    dense_last = whole(min(n_outputs, scan.dense_last), scan.dense_last)
    dense_step = whole(*scan.dense_step)
    return RegressorSection(
        repeat=repeat,
        filters=tuple(first + k * step for k in range(blocks)),
        kernel=kernel,
        pool=pool,
        dense=tuple(dense_last + k * dense_step for k in reversed(range(dense_layers))),
        dropout=scan.dropout[stream.integers(len(scan.dropout))],
        last=scan.last[stream.integers(len(scan.last))],
    )


def _training(scan: DrawsSection, stream: np.random.Generator) -> InverterTrainingSection:
    return InverterTrainingSection(
        epochs=scan.epochs,
        patience=scan.patience,
        optimizer=scan.optimizer[stream.integers(len(scan.optimizer))],
        batch_size=scan.batch_size[stream.integers(len(scan.batch_size))],
        loss=scan.loss[stream.integers(len(scan.loss))],
        schedule="plateau",
        decay_rate=float(stream.uniform(*scan.rate_factor)) ** 2,
        plateau_epochs=PLATEAU_EPOCHS,
        seed=int(stream.integers(2**31)),
    )
