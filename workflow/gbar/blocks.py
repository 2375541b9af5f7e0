"""Blocks: the rows one job solves as a vectorised batch, and the file it leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gbar import stimuli
from gbar.config.base import Section
from gbar.config.simulation import CellSection, ProtocolSection, SolverSection
from gbar.config.sweep import STIMULUS
from gbar.digest import digest_of
from gbar.errors import UserError
from gbar.files import whole
from gbar.rows import noise_key, read_rows


class BlockSettings(Section):
    """What a block job needs to know beside its rows."""

    cell: CellSection
    protocol: ProtocolSection
    solver: SolverSection


@dataclass(frozen=True)
class Block:
    """A solved block.

    Attributes:
        ids: identity of each row.
        V: membrane potential, mV, float32, shape (rows, samples).
        status: `gbar.solve.OK` or `gbar.solve.DIVERGED` of each row.
        steps: accepted steps of each row.
    """

    ids: list[str]
    V: np.ndarray
    status: np.ndarray
    steps: np.ndarray

    @property
    def digest(self) -> str:
        """Digest of all that the block holds."""
        return digest_of(self.ids, {"V": self.V, "status": self.status, "steps": self.steps})


def solve_block(rows: str | Path, settings: BlockSettings, progress: Callable[[float], None] | None = None) -> Block:
    """Return the solved rows of a block.

    Args:
        rows: table of the block's rows, as the plan wrote it.
        settings: cell, protocol and solver.
        progress: told the fraction done, now and then.
    """
    from gbar.solve import solve_rows

    table = read_rows(rows)
    cell, protocol = settings.cell.cell(), settings.protocol
    varied = {name: np.array(column) for name, column in table.values.items()}
    of_stimulus = {name.removeprefix(STIMULUS): varied.pop(name) for name in list(varied) if name.startswith(STIMULUS)}
    scales = {name: varied.pop(name) for name in list(varied) if name in cell.current_names}
    section = protocol.stimulus_of(cell)
    row_keys = [noise_key(identity) for identity in table.ids]
    solution = solve_rows(
        cell,
        scales,
        settings.cell.parameters | varied,
        protocol.duration_ms,
        protocol.save_every_ms,
        settings.solver.settings(),
        stimulus=stimuli.build(section, cell.stimulus, protocol.duration_ms, row_keys, of_stimulus),
        progress=progress,
        dtype=np.float32,
    )
    return Block(table.ids, solution.traces["V"], solution.status, solution.accepted)


def write_block(path: str | Path, block: Block) -> None:
    """Write a block and its digest, whole or not at all."""
    digest = np.array(block.digest)
    with whole(path) as made, made.open("wb") as file:
        np.savez(file, id=np.array(block.ids), V=block.V, status=block.status, steps=block.steps, digest=digest)


def read_block(path: str | Path) -> Block:
    """Return a block, its digest compared.

    Raises:
        UserError: the file is missing, torn, changed or no block; delete it and run again.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            block = Block(file["id"].tolist(), file["V"], file["status"], file["steps"])
            intact = file["digest"].item() == block.digest
    except Exception as error:  # zipfile, zlib and numpy raise a dozen kinds for a torn file
        raise UserError(f"{path}: cannot be read as a block ({error}); delete it and run again") from None
    if not intact:
        raise UserError(f"{path}: the block is damaged (its digest differs); delete it and run again")
    return block
