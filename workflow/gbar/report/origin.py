"""Where the results of a study come from, as the report tells it, and how to get them again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
import zarr

from gbar.config.study import Study
from gbar.errors import UserError
from gbar.models.model_files import read_model_files
from gbar.records.metrics import read_metrics
from gbar.records.provenance import UNKNOWN, Provenance, told_by
from gbar.report.tables import Table
from gbar.sweeps.store import open_store, provenance_of

CONFIGURATION = "study.yaml"  # what the page offers it as
FILE_KEYS = ("path", "morphology", "file")  # keys of the configuration that name files of the user
SHOWN_DIGITS = 12  # of commits and digests in the table
HEADER = ["made", "host", "device", "begun", "finished", "commit", "digest of the library"]


@dataclass(frozen=True)
class Origin:
    """Where the results of a study come from.

    Attributes:
        configuration: the whole resolved configuration, YAML; it gives the same study again.
        commands: that run it.
        remarks: sentences on what must be known for that.
        table: who made what, where and when.
        records: all that is known of it, JSON.
    """

    configuration: str
    commands: tuple[str, ...]
    remarks: tuple[str, ...]
    table: Table
    records: str


def origin(
    study: Study,
    record: Provenance,
    sweeps: Mapping[str, Path],
    models: Mapping[str, Path],
    data: Mapping[str, Path],
    fits: Mapping[str, Path],
) -> Origin:
    """Return where the results of a study come from.

    Args:
        study: the configuration.
        record: of the report.
        sweeps: folder of each sweep; what cannot be read is left out.
        models: folder of each model, likewise.
        data: data set that is no sweep's store, .zarr, likewise.
        fits: file of each fit to a record, .json, likewise.
    """
    stores = {name: found for name, folder in sweeps.items() if (found := _of_store(folder / "store.zarr"))}
    given = {name: found for name, path in data.items() if (found := _of_data(path))}
    trained = {name: found for name, folder in models.items() if (found := _of_model(folder))}
    fitted = {name: found for name, path in fits.items() if (found := _of_fit(path))}
    rows = []
    for name, found in stores.items():
        if found.made_from:
            rows.append([f"blocks of sweep {name}", *_of_several(found.made_from)])
        rows.append([f"store of sweep {name}", *_of_one(found)])
    rows += [[name, *_of_one(found)] for name, found in given.items()]
    rows += [[f"model {name}", *_of_one(found)] for name, found in trained.items()]
    if fitted:
        rows.append([f"fits to {len(fitted)} records", *_of_several(told_by(fitted.values()))])
    rows.append(["this page", *_of_one(record)])
    plain = _without_null(study.model_dump(mode="json"))
    made = (record, *stores.values(), *given.values(), *trained.values(), *fitted.values())
    libraries = {library for found in made for library in _libraries(found)}
    return Origin(
        configuration=yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100),
        commands=tuple(_commands(record)),
        remarks=tuple(_remarks(record, sorted(set(_files(plain))), len(libraries))),
        table=Table("Times are UTC", HEADER, rows),
        records=json.dumps(
            {
                "report": asdict(record),
                "stores": {name: asdict(found) for name, found in stores.items()},
                "data": {name: asdict(found) for name, found in given.items()},
                "models": {name: asdict(found) for name, found in trained.items()},
                "fits": {name: asdict(found) for name, found in fitted.items()},
            },
            indent=1,
        ),
    )


def _of_store(path: Path) -> Provenance | None:
    try:
        return provenance_of(open_store(path))
    except UserError:
        return None  # the check of the results tells of it


def _of_data(path: Path) -> Provenance | None:
    try:
        return provenance_of(zarr.open_group(path, mode="r", zarr_format=3))
    except Exception:  # zarr raises many kinds for what is no group
        return None


def _of_model(folder: Path) -> Provenance | None:
    try:
        told = read_model_files(folder)[0]["provenance"]
    except UserError:
        return None
    return None if told is None else Provenance.from_json(told)


def _of_fit(path: Path) -> Provenance | None:
    try:
        told = read_metrics(path).get("provenance")
    except UserError:
        return None
    return None if told is None else Provenance.from_json(told)


def _of_one(found: Provenance) -> list[str]:
    return [
        found.host,
        found.device,
        _time(found.start),
        _time(found.end),
        _source(found.source),
        _short(found.library),
    ]


def _of_several(told: Mapping[str, Any]) -> list[str]:
    places = [", ".join(told["hosts"]), ", ".join(told["devices"]), _time(told["start"]), _time(told["end"])]
    return [*places, ", ".join(map(_source, told["commits"])), ", ".join(map(_short, told["libraries"]))]


def _libraries(found: Provenance) -> list[str]:
    return [found.library, *found.made_from.get("libraries", [])]


def _commands(record: Provenance) -> Iterator[str]:
    if record.commit != UNKNOWN:
        yield f"git checkout {record.commit}"
    yield "make setup"
    yield f".venv/bin/snakemake --cores all --replace-workflow-config --configfile {CONFIGURATION}"


def _remarks(record: Provenance, files: list[str], libraries: int) -> Iterator[str]:
    version = record.versions["gbar"]
    if record.commit == UNKNOWN:
        yield (
            f"The commit is not known: gbar did not run in a git clone. Take version {version}; the digest of its "
            f"library must be {record.library}."
        )
    elif record.dirty:
        yield (
            "The library was changed since that commit, and the changes are not recorded: without them the digest of "
            f"the library is not {record.library}, and numbers may differ."
        )
    if libraries > 1:
        yield "Not all of the results were made by the same code: see the digests of the library below."
    if files:
        yield f"The study reads files of yours, which must be there too: {', '.join(files)}."


def _files(value: Any) -> Iterator[str]:
    """Yield the files that a configuration names."""
    for key, one in value.items() if isinstance(value, Mapping) else ():
        if key in FILE_KEYS and isinstance(one, str):
            yield one
        if key == "mechanisms" and isinstance(one, Mapping):
            yield from (name for names in one.values() for name in names if name.endswith(".mod"))
        yield from _files(one)


def _without_null(value: Any) -> Any:
    """Return a configuration without its keys that are null: they count as left out."""
    if not isinstance(value, Mapping):
        return value
    return {key: _without_null(one) for key, one in value.items() if one is not None}


def _time(iso: str) -> str:
    return iso.removesuffix("+00:00").replace("T", " ")


def _source(source: str) -> str:
    head, comma, changed = source.partition(",")
    return _short(head) + comma + changed


def _short(digest: str) -> str:
    return digest[:SHOWN_DIGITS]
