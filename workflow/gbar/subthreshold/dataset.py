"""The file of the subthreshold data set: paths of current and voltage to train, validate and test on."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from gbar.config.subthreshold import CurrentsSection
from gbar.errors import UserError
from gbar.jobs.job import Output, job
from gbar.records.arrays import write_array
from gbar.records.attributes import consolidate, plain
from gbar.records.digest import digest_of
from gbar.records.files import whole
from gbar.records.provenance import now, provenance
from gbar.subthreshold.generator import SAMPLE_MS, Noise, draw_below_threshold

SAMPLES_PER_CHUNK = 256_000  # 2 MB of currents before compression
_CURRENT = {"units": "pA", "long_name": "current into the neuron; sample k acts from k + 2 to k + 3 ms"}
_TIME = {"units": "ms", "long_name": "time of a sample's voltage; its current acts from 1 to 2 ms later"}
_VOLTAGE = {"units": "mV", "long_name": "membrane potential; sample k is taken at k + 1 ms"}
ARRAYS = {
    "current": (("path", "sample"), _CURRENT),
    "V": (("path", "sample"), _VOLTAGE),
    "test_current": (("test_path", "test_sample"), _CURRENT),
    "test_V": (("test_path", "test_sample"), _VOLTAGE),
    "time": (("sample",), _TIME),
    "test_time": (("test_sample",), _TIME),
}


@dataclass(frozen=True)
class Part:
    """Paths of one purpose.

    Attributes:
        current_pA: float64, shape (path, sample).
        V_mV: float32, shape (path, sample).
    """

    current_pA: np.ndarray
    V_mV: np.ndarray


@dataclass(frozen=True)
class Currents:
    """The data set.

    Attributes:
        training: to learn from.
        validation: to choose epochs and designs by.
        test: longer paths, for the figures reported.
        digest: of all of it.
    """

    training: Part
    validation: Part
    test: Part
    digest: str


@job("subthreshold make-data", jax="float64", need="subthreshold.needs.of_currents", progress="drawing paths")
def make_currents(settings: CurrentsSection, out: Output, progress: Callable[[float], None]) -> None:
    """Draw currents and solve the neuron under them.

    In the order of the published study: paths that were only looked at, those to train and validate on, the test's.

    Args:
        settings: the section of the configuration.
        out: data set to write.
        progress: told the fraction done.

    Raises:
        UserError: nearly every path makes the neuron spike.
    """
    begun = now()
    noise = Noise(**settings.noise.model_dump())
    generator = np.random.RandomState(settings.seed)
    noise.draw(generator, settings.skipped, settings.samples)
    amounts = settings.paths * settings.samples, settings.test_paths * settings.test_samples
    share = amounts[0] / sum(amounts)
    learnt = draw_below_threshold(
        noise, generator, settings.paths, settings.samples, lambda done: progress(share * done)
    )
    test = draw_below_threshold(
        noise, generator, settings.test_paths, settings.test_samples, lambda done: progress(share + (1 - share) * done)
    )
    arrays = {
        "current": learnt.current_pA,
        "V": learnt.V_mV,
        "test_current": test.current_pA,
        "test_V": test.V_mV,
        "time": sample_times_ms(settings.samples),
        "test_time": sample_times_ms(settings.test_samples),
    }
    own = {"validation_paths": settings.validation_paths, "sample_ms": SAMPLE_MS}
    attributes = {
        "title": "Noisy currents and the voltage of a Hodgkin-Huxley neuron below threshold",
        "coordinates": "time test_time",
        "drawn": {"paths": learnt.drawn, "test_paths": test.drawn},
        "digest": digest_of(own, arrays),
        "provenance": provenance(begun, settings.model_dump(mode="json"), on_jax=True).to_json(),
    }
    with whole(out) as made:
        group = zarr.create_group(made, zarr_format=3, attributes=plain(attributes | own))
        for name, values in arrays.items():
            dimensions, description = ARRAYS[name]
            rows = max(1, min(len(values), SAMPLES_PER_CHUNK // math.prod(values.shape[1:])))
            write_array(group, name, values, (rows, *values.shape[1:]), dimensions, description)
        consolidate(group)


def sample_times_ms(samples: int) -> np.ndarray:
    """Return when each sample of a path's voltage is taken, ms."""
    return (1 + np.arange(samples)) * SAMPLE_MS


def open_currents(path: str | Path) -> Currents:
    """Read subthreshold.zarr.

    Raises:
        UserError: there is no such data set at this path, or it is damaged.
    """
    try:
        group: Any = zarr.open_group(path, mode="r", zarr_format=3)
        arrays = {name: np.asarray(group[name][:]) for name in ARRAYS}
        own = {key: group.attrs[key] for key in ("validation_paths", "sample_ms")}
        first = len(arrays["V"]) - int(own["validation_paths"])
    except Exception as error:  # zarr raises many kinds for what is no group
        raise UserError(f"{path}: is no subthreshold data set ({type(error).__name__}: {error})") from None
    digest = digest_of(own, arrays)
    if group.attrs.get("digest") != digest:
        raise UserError(f"{path}: the data set is damaged (its digest differs); delete the folder and run again")
    return Currents(
        training=Part(arrays["current"][:first], arrays["V"][:first]),
        validation=Part(arrays["current"][first:], arrays["V"][first:]),
        test=Part(arrays["test_current"], arrays["test_V"]),
        digest=digest,
    )
