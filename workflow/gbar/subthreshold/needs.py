"""What the jobs of the subthreshold study ask a cluster for: see `gbar.jobs.resources`, whose costs these join."""

from itertools import pairwise

from gbar.config.subthreshold import ConvFilterSection, CurrentsSection, FilterSection
from gbar.jobs.resources import LIBRARIES_MB, START_S, Need

# By sample of a path, one core.
SOLVED_SAMPLE_S = 6e-6  # the neuron under 10,000 paths of 1,000 samples: 66 s
JUDGED_SAMPLE_S = 1e-6  # predictions and least squares of up to 40 lags
# By sample, epoch and weight.
CONVOLVED_S = 5e-10  # 219 weights over 9.5e6 samples: 1.0 s an epoch
CARRIED_S = 5e-9  # a layer of 20 gated units, sample after sample: 70 s an epoch
# By sample: currents and voltages as read, scaled and in the order of a batch, and what a digest copies.
HELD_BYTES = 60.0
ACTIVATIONS_MB = 500.0  # of a batch of 100 paths in all layers, and their gradients
BYTES_PER_MB = 1e6


def of_currents(currents: CurrentsSection) -> Need:
    """Return what drawing the currents and solving the neuron takes."""
    return Need(START_S + _samples(currents) * SOLVED_SAMPLE_S, _held_mb(currents))


def of_training(currents: CurrentsSection, model: FilterSection) -> Need:
    """Return what training a filter takes."""
    samples = min(model.paths or currents.paths, currents.paths) * currents.samples
    cost_s = CONVOLVED_S if isinstance(model.network, ConvFilterSection) else CARRIED_S
    seconds = model.training.epochs * samples * _weights(model) * cost_s
    return Need(START_S + seconds, _held_mb(currents) + ACTIVATIONS_MB)


def of_judging(currents: CurrentsSection, model: FilterSection | None = None) -> Need:
    """Return what judging a filter takes, or fitting a linear one and judging it."""
    return Need(START_S + _samples(currents) * JUDGED_SAMPLE_S, _held_mb(currents) + ACTIVATIONS_MB)


def _samples(currents: CurrentsSection) -> int:
    return currents.paths * currents.samples + currents.test_paths * currents.test_samples


def _held_mb(currents: CurrentsSection) -> float:
    return LIBRARIES_MB + _samples(currents) * HELD_BYTES / BYTES_PER_MB


def _weights(model: FilterSection) -> int:
    """Return the products that a sample takes, about one a weight."""
    network = model.network
    if isinstance(network, ConvFilterSection):
        units = [1, *network.widths]
        layers = sum(span * into * out for span, (into, out) in zip(network.spans, pairwise(units), strict=True))
        return layers + network.widths[-1] + network.linear
    return 3 * network.width * (network.width + 1)
