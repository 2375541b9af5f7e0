"""The linear scalings between a data set's units and the numbers a network sees."""

import numpy as np

from gbar.emulate.model import Input, Output
from gbar.emulate.split import TRAIN
from gbar.emulate.windows import Windows


def scalings(data: Windows) -> tuple[tuple[Input, ...], Output]:
    """Return what centres inputs and traces and gives them a standard deviation of 1, over the training windows."""
    chosen = data.part(TRAIN)
    features, traces = data.inputs[chosen].astype(float), data.trace[chosen]
    inputs = tuple(
        Input(one.name, float(x.mean()), float(x.std()) or 1.0, float(x.min()), float(x.max()), one.control, one.unit)
        for one, x in zip(data.quantities, features.T, strict=True)
    )
    return inputs, Output(float(traces.mean(dtype=float)), float(traces.std(dtype=float)), tuple(data.time.tolist()))


def scaled_inputs(values: np.ndarray, inputs: tuple[Input, ...]) -> np.ndarray:
    """Return scaled inputs of values, (n, inputs), float32."""
    offset, scale = (np.array([getattr(one, key) for one in inputs]) for key in ("offset", "scale"))
    return ((values - offset) / scale).astype(np.float32)


def scaled_traces(traces: np.ndarray, output: Output) -> np.ndarray:
    """Return scaled traces of traces in mV, (n, samples), float32."""
    return (traces - np.float32(output.offset_mV)) / np.float32(output.scale_mV)
