"""What the jobs of an inverter ask a cluster for, by their work: see `gbar.jobs.resources`, whose costs these join.

The design that a job trains is known only when the scan is done: a training is taken to cost what the published design
203 does, which is among the dearer ones.
"""

from gbar.config.invert import InverterSection
from gbar.jobs.resources import LIBRARIES_MB, SAMPLE_S, START_S, Need

TRAINED_SAMPLE_S = 1.1e-6  # an input sample of a trace in an epoch, one core; 100 traces of 9,000 samples a second
PREDICTED_SAMPLE_S = 0.4e-6  # the same in prediction: no gradients
REFINED_S = 0.08  # a step of one start: 15 simulations of the dearest simulator, side by side with others
BYTES_PER_MB = 1e6
HELD_MB = 1000.0  # traces held at once: larger data sets are streamed
ACTIVATIONS_MB = 2500.0  # of a batch of 128 traces of 14,500 samples in some ten layers, and their gradients
EPOCHS = 80  # where the design is not known yet


def of_traces(section: InverterSection, rows: int) -> Need:
    """Return what cutting the windows of a sweep takes: every stored sample is read."""
    samples = section.traces.first + section.traces.samples
    return Need(START_S + rows * samples * SAMPLE_S, LIBRARIES_MB + rows * 100 / BYTES_PER_MB)


def of_trial(section: InverterSection, rows: int) -> Need:
    """Return what one training takes."""
    return _training(section, rows, members=1)


def of_stability(section: InverterSection, rows: int) -> Need:
    """Return what training a design with several seeds takes."""
    assert section.stability is not None
    return _training(section, rows, section.stability.seeds)


def of_fold(section: InverterSection, rows: int) -> Need:
    """Return what training the golden design at one offset takes."""
    return _training(section, rows, section.ensemble.seeds)


def of_prediction(section: InverterSection, rows: int) -> Need:
    """Return what asking the whole ensemble about the held-out traces takes."""
    members = section.ensemble.folds * section.ensemble.seeds
    seconds = section.traces.held_out * rows * _inputs(section) * members * PREDICTED_SAMPLE_S
    return Need(START_S + seconds, LIBRARIES_MB + HELD_MB + ACTIVATIONS_MB)


def of_refinement(section: InverterSection, rows: int) -> Need:
    """Return what refining takes: the prediction, and simulations by the hundred for each cell."""
    assert section.refine is not None
    need, refine = of_prediction(section, rows), section.refine
    steps = refine.cells * refine.starts * refine.horizons * refine.steps
    return Need(need.seconds + steps * REFINED_S, need.mb)


def _training(section: InverterSection, rows: int, members: int) -> Need:
    epochs = section.training.epochs if section.training else section.scan.epochs if section.scan else EPOCHS
    held_mb = min(HELD_MB, rows * _inputs(section) * 2 / BYTES_PER_MB)
    seconds = epochs * rows * _inputs(section) * members * TRAINED_SAMPLE_S
    return Need(START_S + seconds, LIBRARIES_MB + 2 * held_mb + ACTIVATIONS_MB)


def _inputs(section: InverterSection) -> int:
    """Return the samples that a network sees of a trace."""
    return section.traces.samples // section.traces.every
