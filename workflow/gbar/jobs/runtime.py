"""How a process of gbar starts JAX: precision, vector width, threads, compilation cache. Call before importing jax."""

import hashlib
import os
import platform
from pathlib import Path

from gbar.errors import wrong


def start_jax(x64: bool) -> None:
    """Prepare the environment for JAX on a CPU; a GPU is used as it is when JAX sees one.

    A process uses one core: work is spread over cores by running several processes, and a fixed number of threads
    keeps results the same on every number of cores.

    Args:
        x64: whether arrays are float64 by default (solvers) or float32 (networks).

    Raises:
        UserError: JAX_PLATFORMS asks for devices that are not there.
    """
    flags = ["--xla_cpu_multi_thread_eigen=false"]
    cpu = _cpu_description()
    if "avx512f" in cpu:
        flags.append("--xla_cpu_prefer_vector_width=512")
    if x64:
        # Solvers are long loops over small arrays: as one piece of machine code a loop of any size (in bytes) takes
        # two thirds of the time that it takes kernel by kernel, and compiles faster. Unrolled, their inner loops over
        # the lanes take a third longer to compile and are no faster.
        options = ("xla_cpu_small_while_loop_byte_threshold=1000000000", "xla_cpu_disable_loop_unrolling")
        flags.append(f"--xla_backend_extra_options={','.join(options)}")
    # Ours first: XLA ignores everything behind a token it does not know.
    os.environ["XLA_FLAGS"] = " ".join([*flags, os.environ.get("XLA_FLAGS", "")]).strip()
    os.environ["JAX_ENABLE_X64"] = "1" if x64 else "0"
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(_cache_folder(cpu)))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.5")
    if os.environ.get("JAX_PLATFORMS"):
        _check_platforms(os.environ["JAX_PLATFORMS"])


def _check_platforms(asked: str) -> None:
    """Raise `UserError` where JAX finds none of the devices that the environment asks for."""
    import jax

    try:
        jax.devices()
    except (RuntimeError, AssertionError):  # of a plugin that finds no device, JAX asserts that there is a backend
        raise wrong("JAX_PLATFORMS", asked, "cpu, a platform whose devices JAX finds here, or left out") from None


def _cpu_description() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine() + platform.processor()
    return "\n".join(sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))}))


def _cache_folder(cpu: str) -> Path:
    """Return the cache of compiled code for this kind of CPU: code compiled for another kind may not run here."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "gbar" / "jax" / hashlib.blake2b(cpu.encode(), digest_size=6).hexdigest()
