"""Blocks: the rows one job solves as a vectorised batch, and the file it leaves."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar import stimuli
from gbar.config.base import Section
from gbar.config.simulation import CellSection, ProtocolSection, SolverSection
from gbar.config.sweep import STIMULUS, SweepSection, Voltage
from gbar.errors import UserError
from gbar.records.digest import digest_of
from gbar.records.files import whole
from gbar.records.provenance import Provenance, now, provenance
from gbar.solve.settings import DIVERGED, Solution
from gbar.sweeps.rows import noise_key, read_rows
from gbar.sweeps.voltage import MISSING, kept


class BlockSettings(Section):
    """What a block job needs to know beside its rows."""

    cell: CellSection
    protocol: ProtocolSection
    solver: SolverSection
    voltage: Voltage = "float32"


@dataclass(frozen=True)
class Block:
    """A solved block.

    Attributes:
        ids: identity of each row.
        V: membrane potential, float32 in mV or int16 in steps (`gbar.sweeps.voltage`), shape (rows, samples).
        status: `gbar.solve.OK` or `gbar.solve.DIVERGED` of each row.
        steps: accepted steps of each row.
        provenance: where it comes from; no part of its digest.
    """

    ids: list[str]
    V: np.ndarray
    status: np.ndarray
    steps: np.ndarray
    provenance: Provenance | None = None

    @property
    def digest(self) -> str:
        """Digest of all that the block holds but for its provenance."""
        return digest_of(self.ids, {"V": self.V, "status": self.status, "steps": self.steps})


def solve_block(rows: str | Path, settings: BlockSettings, progress: Callable[[float], None] | None = None) -> Block:
    """Return the solved rows of a block.

    Args:
        rows: table of the block's rows, as the plan wrote it.
        settings: cell, protocol, solver, and how voltages are kept.
        progress: told the fraction done, now and then.
    """
    start, table = now(), read_rows(rows)
    values = {name: np.array(column) for name, column in table.values.items()}
    solution = solve_values(settings, values, [noise_key(identity) for identity in table.ids], progress=progress)
    V, status = kept_rows(solution.traces["V"], solution.status, settings.voltage)
    made_by = provenance(start, settings.model_dump(mode="json"), on_jax=True)
    return Block(table.ids, V, status, solution.accepted, made_by)


def solve_values(
    settings: BlockSettings | SweepSection,
    values: Mapping[str, np.ndarray],
    row_keys: Sequence[int],
    until_ms: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> Solution:
    """Return the solved rows of varied quantities, traces in float32.

    Args:
        settings: cell, protocol and solver.
        values: varied quantity -> its value in each row, shape (rows,).
        row_keys: what the noise of each row is drawn by.
        until_ms: where to end; at the end of the protocol when None. Rows of a fixed step are the same up to there.
        progress: told the fraction done, now and then.
    """
    from gbar.solve import solve_rows

    cell, protocol = settings.cell.cell(), settings.protocol
    varied = dict(values)
    of_stimulus = {name.removeprefix(STIMULUS): varied.pop(name) for name in list(varied) if name.startswith(STIMULUS)}
    scales = {name: varied.pop(name) for name in list(varied) if name in cell.current_names}
    section = protocol.stimulus_of(cell)
    return solve_rows(
        cell,
        scales,
        settings.cell.fixed | varied,
        until_ms or protocol.duration_ms,
        protocol.save_every_ms,
        settings.solver.settings(),
        stimulus=stimuli.build(section, cell.stimulus, protocol.duration_ms, row_keys, of_stimulus),
        progress=progress,
        dtype=np.float32,
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
            V=block.V,
            status=block.status,
            steps=block.steps,
            digest=digest,
            provenance=told,
        )


def read_block(path: str | Path) -> Block:
    """Return a block, its digest compared.

    Raises:
        UserError: the file is missing, torn, changed or no block; delete it and run again.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            told = json.loads(file["provenance"].item())
            made_by = None if told is None else Provenance.from_json(told)
            block = Block(file["id"].tolist(), file["V"], file["status"], file["steps"], made_by)
            intact = file["digest"].item() == block.digest
    except Exception as error:  # zipfile, zlib and numpy raise a dozen kinds for a torn file
        raise UserError(f"{path}: cannot be read as a block ({error}); delete it and run again") from None
    if not intact:
        raise UserError(f"{path}: the block is damaged (its digest differs); delete it and run again")
    return block
