"""How membrane potentials are kept in blocks and stores: in float32, or compactly in int16.

Compact voltages are whole steps of 0.01 mV, so that rounding leaves an error of at most 0.005 mV, between -327.67 and
327.67 mV. One number is left over for what is missing: -32768, NaN in mV. It stands for a voltage that is not finite or
does not fit, and for all that follow it in its trace.
"""

import numpy as np

STEP_mV = 0.01
MISSING = -32768  # the least int16: nothing rounds to it
LARGEST = 32767  # steps
ROWS_AT_ONCE = 64  # rounded at a time: float64 takes four times the memory of what is kept

# CF conventions: with these attributes xarray decodes to mV.
ATTRIBUTES = {"scale_factor": STEP_mV, "_FillValue": MISSING}


def kept(V: np.ndarray, kind: str) -> np.ndarray:
    """Return voltages, shape (rows, samples), as float32 in mV or as int16 in steps, from either of them.

    Args:
        V: float32 in mV or int16 in steps.
        kind: "float32" or "int16".
    """
    if V.dtype == np.int16:
        return V if kind == "int16" else in_mV(V)
    return _in_steps(V) if kind == "int16" else np.asarray(V, np.float32)


def in_mV(V: np.ndarray) -> np.ndarray:
    """Return voltages in mV as float32, from float32 in mV or int16 in steps."""
    if V.dtype != np.int16:
        return V
    mV = V.astype(np.float32)
    mV *= np.float32(STEP_mV)
    mV[V == MISSING] = np.nan
    return mV


def _in_steps(V_mV: np.ndarray) -> np.ndarray:
    steps = np.empty(V_mV.shape, np.int16)
    for start in range(0, len(V_mV), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        rounded = np.rint(V_mV[rows].astype(float) / STEP_mV)
        lost = np.logical_or.accumulate(~(np.abs(rounded) <= LARGEST), axis=1)
        rounded[lost] = MISSING
        steps[rows] = rounded
    return steps
