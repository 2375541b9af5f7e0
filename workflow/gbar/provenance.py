"""Where a result comes from: versions of what made it, the commit, the machine."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gbar import __version__

LIBRARIES = ("jax", "jaxlib", "flax", "optax", "numpy", "scipy", "zarr")


def versions() -> dict[str, str]:
    """Return the versions of gbar, Python and the libraries that bear on numbers."""
    found = {"gbar": __version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "not installed"
    return found


def commit() -> str:
    """Return the commit of the source tree this library stands in, with "+" where it was changed, or "unknown"."""
    here = Path(__file__).parent
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()


def machine() -> str:
    """Return host, system and processor in words."""
    return f"{platform.node()} ({platform.system()} {platform.machine()})"
