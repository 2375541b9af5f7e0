"""What a cell model is: states, parameters, scalable currents and their equations, as one frozen description.

A model is a system of ordinary differential equations split in two, because every conductance-based cell has
this structure and a stiff solver lives on it:

    z' = F(z, w, p)                 core states z: voltage and concentrations, few and fully coupled
    w' = (w_inf(z, p) - w) / tau    relaxing states w: gates and buffers, many, each linear in itself

`Cell.core` gives F, `Cell.relaxing` gives w'. Time is in ms, voltage in mV, concentrations in mM and current
densities in pA/pF (= uA/uF) throughout.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["voltage", "concentration", "gate", "buffer"]
CORE_KINDS = ("voltage", "concentration")


@dataclass(frozen=True)
class State:
    """One state variable: its name, initial value, unit, and kind ("gate" and "buffer" relax, the rest is core)."""

    name: str
    initial: float
    unit: str
    kind: Kind


@dataclass(frozen=True)
class Parameter:
    """One constant a user may set: its name, default, unit and meaning."""

    name: str
    default: float
    unit: str
    meaning: str


@dataclass(frozen=True)
class Current:
    """One current whose maximal conductance (or turnover) can be scaled; 1 is the cell's own value."""

    name: str
    meaning: str
