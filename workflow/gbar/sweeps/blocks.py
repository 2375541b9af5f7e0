"""Blocks: the rows one job solves as a vectorised batch, and the file it leaves."""

import io
import json
import math
import mmap
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar.config.base import Section
from gbar.config.protocol import ProtocolSection
from gbar.config.simulation import CellSection, SolverSection
from gbar.config.sweep import Voltage
from gbar.errors import UserError
from gbar.jobs.job import Input, Output, job
from gbar.records.digest import digest_of
from gbar.records.files import whole
from gbar.records.provenance import Provenance, now, provenance
from gbar.solve.settings import DIVERGED
from gbar.sweeps.rows import noise_key, read_rows
from gbar.sweeps.solved import solve_values
from gbar.sweeps.voltage import MISSING, kept

LENGTHS_AT = 26  # of its name and its extra field, in the header of a member of a ZIP archive
ARRAYS = ("V", "status", "steps", "concentrations")
OF_SOME = ("outputs", "measures")  # that are in the file only where there is something in them


class BlockSettings(Section):
    """What a block job needs to know beside its rows."""

    cell: CellSection
    protocol: ProtocolSection
    solver: SolverSection
    voltage: Voltage = "float32"
    outputs: list[str] | None = None


@dataclass(frozen=True)
class Block:
    """A solved block.

    Attributes:
        ids: identity of each row.
        V: membrane potential, float32 in mV or int16 in steps (`gbar.sweeps.voltage`), shape (rows, samples).
        status: `gbar.solve.OK` or `gbar.solve.DIVERGED` of each row.
        steps: accepted steps of each row.
        concentrations: those that are followed, float32, shape (rows, concentrations, slow samples).
        outputs: what is stored beside the voltage, float32, shape (rows, outputs, samples); None without.
        measures: what was measured as rows were solved, shape (rows, measures), by the names that
            `gbar.sweeps.solved.measure_names` gives; None without.
        provenance: where it comes from; no part of its digest.
    """

    ids: list[str]
    V: np.ndarray
    status: np.ndarray
    steps: np.ndarray
    concentrations: np.ndarray
    outputs: np.ndarray | None = None
    measures: np.ndarray | None = None
    provenance: Provenance | None = None

    @property
    def digest(self) -> str:
        """Digest of all that the block holds but for its provenance."""
        return digest_of(self.ids, self.arrays())

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what the block holds but for the ids, by name."""
        held = {name: getattr(self, name) for name in (*ARRAYS, *OF_SOME)}
        return {name: values for name, values in held.items() if values is not None}


@job("solve", jax="float64", need="jobs.resources.of_block", progress="solving")
def solve(rows: Input, settings: BlockSettings, out: Output, progress: Callable[[float], None]) -> None:
    """Solve one block of a sweep's rows.

    Args:
        rows: table of the block's rows.
        settings: cell, protocol, solver and voltage.
        out: block to write, .npz.
        progress: told the fraction done, now and then.
    """
    write_block(out, solve_block(rows, settings, progress))


def solve_block(rows: str | Path, settings: BlockSettings, progress: Callable[[float], None] | None = None) -> Block:
    """Return the solved rows of a block.

    Args:
        rows: table of the block's rows, as the plan wrote it.
        settings: cell, protocol, solver, and how voltages are kept.
        progress: told the fraction done, now and then.
    """
    start, table = now(), read_rows(rows)
    values = {name: np.array(column) for name, column in table.values.items()}
    row_keys = [noise_key(identity) for identity in table.ids]
    solved = solve_values(settings, values, row_keys, progress=progress)
    V, status = kept_rows(solved.V, solved.status, settings.voltage)
    made_by = provenance(start, settings.model_dump(mode="json"), on_jax=True)
    return Block(
        table.ids, V, status, solved.steps, solved.concentrations, solved.outputs, solved.measures, provenance=made_by
    )


def kept_rows(V: np.ndarray, status: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Return voltages as they are kept, and statuses: a row that does not fit in is diverged.

    Args:
        V: float32 in mV or int16 in steps, shape (rows, samples).
        status: of each row.
        kind: "float32" or "int16".
    """
    voltages = kept(V, kind)
    if kind == "float32":
        return voltages, status
    return voltages, np.where(voltages[:, -1] == MISSING, DIVERGED, status).astype(status.dtype)


def write_block(path: str | Path, block: Block) -> None:
    """Write a block and its digest, whole or not at all."""
    digest = np.array(block.digest)
    told = np.array(json.dumps(None if block.provenance is None else block.provenance.to_json()))
    with whole(path) as made, made.open("wb") as file:
        np.savez(
            file,
            id=np.array(block.ids),
            **block.arrays(),  # pyright: ignore[reportArgumentType] it is no keyword of numpy
            digest=digest,
            provenance=told,
        )


def read_block(path: str | Path) -> Block:
    """Return a block, its digest compared.

    Raises:
        UserError: the file is missing, torn, changed or no block; delete it and run again.
    """
    try:
        held = _arrays(path)
        told = json.loads(held["provenance"].item())
        made_by = None if told is None else Provenance.from_json(told)
        of_some = {name: held[name] for name in OF_SOME if name in held}
        block = Block(held["id"].tolist(), **{name: held[name] for name in ARRAYS}, **of_some, provenance=made_by)
        intact = held["digest"].item() == block.digest
    except Exception as error:  # zipfile, zlib and numpy raise a dozen kinds for a torn file
        raise UserError(f"{path}: cannot be read as a block ({error}); delete it and run again") from None
    if not intact:
        raise UserError(f"{path}: the block is damaged (its digest differs); delete it and run again")
    return block


def _arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Return the arrays of an archive of numpy that is not compressed, by name, read where they lie in the file.

    `numpy.load` copies each byte and checks its CRC, which takes longer than the rest of gathering a row; a block has
    its digest.
    """
    held = {}
    with zipfile.ZipFile(path) as archive, Path(path).open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{member.filename} is compressed")
            file.seek(member.header_offset + LENGTHS_AT)
            file.seek(sum(struct.unpack("<HH", file.read(4))), io.SEEK_CUR)
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError(f"{member.filename} is an array of another kind")
            shape, is_transposed, dtype = np.lib.format.read_array_header_1_0(file)
            if is_transposed or dtype.hasobject:
                raise ValueError(f"{member.filename} is an array of another kind")
            values = np.frombuffer(content, dtype, math.prod(shape), file.tell())
            held[member.filename.removesuffix(".npy")] = values.reshape(shape)
    return held
