"""Where a result comes from: what was asked for, the code and the machine that made it, when.

A record of it goes with every block, store, data set, model and report. Equal runs differ in it, by their times and
hosts: the digests of results leave it out, and it carries one of its own.
"""

import hashlib
import platform
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from gbar import __version__
from gbar.records.digest import digest_of

LIBRARIES = ("jax", "jaxlib", "flax", "optax", "numpy", "scipy", "zarr")
PACKAGE = Path(__file__).parents[1]
OWN_FILE = Path(__file__).relative_to(PACKAGE).as_posix()
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Provenance:
    """Where one result comes from.

    Attributes:
        configuration: the resolved configuration of the job that made it, plain data.
        commit: of the source tree that the library stands in; "unknown" where it stands in none.
        dirty: whether the library was changed since that commit; None where there is none.
        library: digest of the library's files.
        versions: of gbar, Python and the libraries that bear on numbers.
        host: name of the machine.
        device: the kind of GPU that JAX computed on, or else the model of the CPU.
        start: when the job began, ISO 8601, UTC.
        end: when it had its result.
        made_from: what the blocks of a store tell (`told_by`); of a model its data set; empty for what has neither.
    """

    configuration: Mapping[str, Any]
    commit: str
    dirty: bool | None
    library: str
    versions: Mapping[str, str]
    host: str
    device: str
    start: str
    end: str
    made_from: Mapping[str, Any]

    @property
    def source(self) -> str:
        """The commit, and whether it was changed, in words."""
        return f"{self.commit}, changed" if self.dirty else self.commit

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain data, with its digest."""
        values = asdict(self)
        return values | {"digest": digest_of(values, {})}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Provenance":
        """Return the record that `to_json` gave.

        Raises:
            ValueError: it is none, or was changed.
        """
        if not isinstance(values, Mapping):
            raise ValueError("the provenance is none")
        told = {key: value for key, value in values.items() if key != "digest"}
        if values.get("digest") != digest_of(told, {}) or told.keys() != {field.name for field in fields(cls)}:
            raise ValueError("the provenance is not as it was written (its digest differs)")
        return cls(**told)


def provenance(
    start: datetime,
    configuration: Mapping[str, Any],
    on_jax: bool = False,
    made_from: Mapping[str, Any] | None = None,
) -> Provenance:
    """Return the record of a result that this process has made.

    Args:
        start: when the job began, as `now` told.
        configuration: the resolved configuration of the job, plain data.
        on_jax: whether JAX computed it.
        made_from: as for `Provenance`.
    """
    head, dirty = commit()
    return Provenance(
        configuration=configuration,
        commit=head,
        dirty=dirty,
        library=library_digest(),
        versions=versions(),
        host=platform.node(),
        device=(_gpu() if on_jax else "") or _cpu(),
        start=_iso(start),
        end=_iso(now()),
        made_from=dict(made_from or {}),
    )


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


def told_by(records: Iterable[Provenance]) -> dict[str, Any]:
    """Return what several jobs tell together: each thing once in which they differ, first start and last end."""
    found = list(records)
    if not found:
        return {}
    return {
        "jobs": len(found),
        "commits": sorted({record.source for record in found}),
        "libraries": sorted({record.library for record in found}),
        "versions": [dict(pairs) for pairs in sorted({tuple(sorted(record.versions.items())) for record in found})],
        "hosts": sorted({record.host for record in found}),
        "devices": sorted({record.device for record in found}),
        "start": min(record.start for record in found),
        "end": max(record.end for record in found),
    }


def versions() -> dict[str, str]:
    """Return the versions of gbar, Python and the libraries that bear on numbers."""
    found = {"gbar": __version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "not installed"
    return found


def commit() -> tuple[str, bool | None]:
    """Return the commit of the source tree this library stands in, and whether the library was changed since.

    Files that git was told to ignore do not count, nor do the rest of the tree and its configuration. ("unknown", None)
    where there is no such tree, as for an installed package.
    """
    if _git("ls-files", "--error-unmatch", OWN_FILE) is None:
        return UNKNOWN, None
    head, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--", str(PACKAGE.parent))
    return (UNKNOWN, None) if head is None or changes is None else (head, bool(changes))


def library_digest() -> str:
    """Return the SHA-256 of the names and contents of all files of this library, tables of cells included."""
    digest = hashlib.sha256()
    files = (file for file in PACKAGE.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    for name, file in sorted((file.relative_to(PACKAGE).as_posix(), file) for file in files):
        content = file.read_bytes()
        digest.update(f"{name} {len(content)} ".encode() + content)
    return digest.hexdigest()


def _git(*words: str) -> str | None:
    """Return what git says of this library, or None where it refuses or is not there."""
    try:
        run = subprocess.run(["git", *words], cwd=PACKAGE, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip()


def _gpu() -> str:
    """Return the kind of the device that JAX computes on where it is no CPU."""
    import jax

    device = jax.devices()[0]
    return "" if device.platform == "cpu" else device.device_kind


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.processor() or platform.machine()


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
