"""gbar: from ion-channel conductances to action potentials and back.

The library behind the workflow; it runs anywhere JAX runs. Importing it is cheap: JAX comes in with what
needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gbar.emulate.model import load_model
    from gbar.invert.inverter import load_inverter

__all__ = ["__version__", "load_inverter", "load_model"]

__version__ = "0.1.0"

_HOMES = {"load_inverter": "gbar.invert.inverter", "load_model": "gbar.emulate.model"}


def __dir__() -> list[str]:
    """List the public functions, too, before they are imported."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """Import the public functions when they are first used (PEP 562)."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
