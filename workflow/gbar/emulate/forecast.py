"""One setting predicted by a trained emulator, with what is known of the error, and warnings where it means little."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar.emulate.calibration import estimates, factor
from gbar.emulate.measures import first_beats
from gbar.emulate.model import Model
from gbar.emulate.windows import BEAT_TIME
from gbar.errors import UserError
from gbar.records.files import write_csv

LEVEL = 0.9
# name, unit, name of the estimate with an interval
MEASURES = (
    ("apd50_ms", "ms", "apd50"),
    ("apd75_ms", "ms", "apd75"),
    ("apd90_ms", "ms", "apd90"),
    ("mdp_mV", "mV", None),
    ("peak_mV", "mV", None),
    ("amplitude_mV", "mV", None),
    ("dvdt_max_V_s", "V/s", None),
)


@dataclass(frozen=True)
class Forecast:
    """A predicted action potential.

    Attributes:
        time_ms: time of each sample in its window.
        V_mV: predicted membrane potential, shape (sample,).
        interval_mV: lowest and highest voltage of the 90 % interval, shape (2, sample); None without an ensemble.
        measures: name -> (value, half-width of the 90 % interval or None, unit); NaN where undefined.
        warnings: sentences.
    """

    time_ms: np.ndarray
    V_mV: np.ndarray
    interval_mV: np.ndarray | None
    measures: dict[str, tuple[float, float | None, str]]
    warnings: list[str]

    def lines(self) -> list[str]:
        """Return the measures as lines of text."""
        lines = []
        for name, (value, half_width, unit) in self.measures.items():
            shown = "undefined" if np.isnan(value) else f"{value:.2f}"
            within = "" if half_width is None or np.isnan(half_width) else f" +- {half_width:.2f}"
            lines.append(f"{name:<14} {shown}{within} {unit}")
        return lines


def forecast(model: Model, values: Mapping[str, float], beat_time_ms: float | None = None) -> Forecast:
    """Predict one setting.

    Args:
        model: a trained emulator.
        values: of inputs, by name: the scaling of a current, the value of a parameter; the cell's own for one left
            out.
        beat_time_ms: time of the beat, for a model that takes it; the middle of its range when None.

    Raises:
        UserError: a time is given to a model that takes none, or values do not fit the model.
    """
    inputs = model.own_values | dict(values)
    if beat_time_ms is not None:
        if BEAT_TIME not in model.inputs:
            raise UserError("--beat-time-ms: the model does not take the time of the beat")
        inputs[BEAT_TIME] = beat_time_ms
    said = model.predict(inputs)
    sample_ms = float(model.times_ms[1] - model.times_ms[0])
    beats = first_beats(said.trace, sample_ms, model.beats)
    warnings = [
        f"{one.name} = {inputs[one.name]:g} is outside the range the model was trained on, "
        f"{one.minimum:g} to {one.maximum:g}" + ("" if one.unit == "1" else f" {one.unit}")
        for one in model.card.inputs
        if not one.covers(inputs[one.name])
    ]
    interval, half_widths, measures = None, {}, {}
    if model.is_ensemble:
        calibration = model.card.metrics["calibration"]
        found = estimates(said, sample_ms, model.beats)
        half_widths = {name: factor(calibration, name, LEVEL) * found[name].spread[0] for name in found}
        interval = said.trace[0] + np.outer([-1, 1], half_widths["voltage"])
        measures["cycle_length"] = (float(found["cycle_length"].mean[0]), float(half_widths["cycle_length"]), "ms")
        assert said.beats is not None
        if said.beats[0] < 0.5:
            warnings.append(f"this setting does not beat (probability {1 - said.beats[0]:.0%}): ignore the trace")
    for name, unit, estimate in MEASURES:
        half_width = float(half_widths[estimate]) if estimate in half_widths else None
        measures[name.removesuffix("_V_s").removesuffix("_ms").removesuffix("_mV")] = (
            float(getattr(beats, name)[0]),
            half_width,
            unit,
        )
    if not model.is_ensemble:
        warnings.append("no estimate of the error: this model is a single network, not an ensemble")
    return Forecast(model.times_ms, said.trace[0], interval, measures, warnings)


def write_forecast(path: str | Path, found: Forecast) -> None:
    """Write time_ms, V_mV and, where there is an interval, lower_mV and upper_mV."""
    header, columns = ["time_ms", "V_mV"], [found.time_ms, found.V_mV]
    if found.interval_mV is not None:
        header, columns = [*header, "lower_mV", "upper_mV"], [*columns, *found.interval_mV]
    write_csv(path, header, ([f"{value:.6f}" for value in line] for line in zip(*columns, strict=True)))
