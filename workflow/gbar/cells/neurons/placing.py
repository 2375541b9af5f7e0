"""Which mechanism is in which region: files found and read, names checked, ions that fit together."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gbar.cells.neurons.nmodl.blocks import parsed
from gbar.cells.neurons.nmodl.meaning import Meaning, meaning, valence_of
from gbar.cells.neurons.told import EVERYWHERE, Told
from gbar.errors import UserError, among
from gbar.records.digest import file_digest
from gbar.records.files import regular

OWN = Path(__file__).with_name("mechanisms")  # those that gbar brings


@dataclass(frozen=True)
class Placed:
    """A mechanism and where it is.

    Attributes:
        meant: what it does.
        path: of its file.
        sha256: of its file.
        regions: where it is, in the order of the tree's.
    """

    meant: Meaning
    path: Path
    sha256: str
    regions: tuple[str, ...]

    @property
    def suffix(self) -> str:
        """Its name."""
        return self.meant.file.suffix


def placed(told: Told, regions: tuple[str, ...]) -> tuple[Placed, ...]:
    """Return the mechanisms, those that change concentrations first.

    Args:
        told: what the user says.
        regions: of the tree.

    Raises:
        UserError: a region that the tree has not, a file that is none, two mechanisms of one name, ions that do not
            fit.
    """
    where: dict[Path, list[str]] = {}
    for region, names in told.mechanisms:
        if region not in (*regions, EVERYWHERE):
            raise UserError(
                f"mechanisms: {region!r} is not allowed; the tree of {told.morphology} has {', '.join(regions)} "
                f"({EVERYWHERE} for everywhere)"
            )
        for one in names:
            at = where.setdefault(path_of(one), [])
            at += [each for each in (regions if region == EVERYWHERE else (region,)) if each not in at]
    found = [_read(path, tuple(one for one in regions if one in at)) for path, at in where.items()]
    by_name: dict[str, Placed] = {}
    for one in found:
        if one.suffix in by_name:
            raise UserError(f"mechanisms: {by_name[one.suffix].path} and {one.path} both have the SUFFIX {one.suffix}")
        by_name[one.suffix] = one
    _check_ions(found)
    return tuple(sorted(found, key=lambda one: not one.meant.writes))


def path_of(name: str) -> Path:
    """Return the file of a mechanism.

    Args:
        name: of a file of the user's, or of one that gbar brings.

    Raises:
        UserError: there is none.
    """
    if name.endswith(".mod"):
        path = Path(name)
        if not path.is_file():
            beside = sorted(one.name for one in path.parent.glob("*.mod")) if path.parent.is_dir() else []
            near = f"; beside it are {among(path.name, beside)}" if beside else ""
            raise UserError(f"mechanisms: {name!r} is not there{near}")
        return path
    own = sorted(one.stem for one in OWN.glob("*.mod"))
    if name not in own:
        raise UserError(f"mechanisms: {name!r} is not allowed; it must be a .mod file or one of {', '.join(own)}")
    return OWN / f"{name}.mod"


def _read(path: Path, regions: tuple[str, ...]) -> Placed:
    try:
        text = regular(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UserError(f"mechanisms: {str(path)!r} cannot be read ({error.strerror})") from None
    try:
        meant = meaning(parsed(text, str(path)))
    except RecursionError:
        raise UserError(f"{path}: its expressions are too long or nested too deeply to be read") from None
    return Placed(meant, path, file_digest(path), regions)


def _check_ions(found: list[Placed]) -> None:
    valences: dict[str, tuple[float, Placed]] = {}
    writers: dict[tuple[str, str], Placed] = {}
    for one in found:
        for ion in one.meant.file.ions:
            valence = valence_of(one.meant.file, ion)
            known, other = valences.setdefault(ion, (valence, one))
            if known != valence:
                raise UserError(
                    f"mechanisms: the ion {ion} has the valence {known:g} in {other.path} and {valence:g} in {one.path}"
                )
        for concentration, region in _written(one):
            other = writers.setdefault((concentration, region), one)
            if other is not one:
                raise UserError(
                    f"mechanisms: {other.path} and {one.path} both change {concentration} in {region}; one can"
                )


def _written(one: Placed) -> Iterator[tuple[str, str]]:
    for concentration in one.meant.writes:
        for region in one.regions:
            yield concentration, region
