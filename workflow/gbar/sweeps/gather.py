"""Gathering: the solved blocks of a sweep into one store and tables of its beats, with the design beside them."""

import csv
import dataclasses
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from gbar import stimuli
from gbar.cells.outputs import CellOutput
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.jobs.job import Folder, Input, Output, job
from gbar.records.files import whole
from gbar.records.provenance import Provenance, now, provenance, told_by
from gbar.sweeps.beat_table import HEADER, beat_lines
from gbar.sweeps.biomarker_table import measured_row, write_table
from gbar.sweeps.blocks import Block, kept_rows, read_block
from gbar.sweeps.design_files import keep_design
from gbar.sweeps.quantities import quantities
from gbar.sweeps.row_reader import SolvedRow, reader_of
from gbar.sweeps.rows import Rows, read_rows
from gbar.sweeps.store import ROWS_PER_SHARD, STATUS, Layout, StoreWriter
from gbar.sweeps.voltage import in_mV

BLOCKS_AT_HAND = 3  # blocks kept in memory: rows of a design that grew alternate between a few


@job("gather", need="jobs.resources.of_gather", progress="gathering")
def gather(
    plan: Input,
    blocks: Folder,
    settings: SweepSection,
    store: Output,
    biomarkers: Output,
    beats: Output,
    progress: Callable[[float], None],
) -> None:
    """Gather solved blocks into a store and tables of its beats, each whole or not at all.

    The plan that they follow is put beside the store: see `gbar.sweeps.design_files`.

    Args:
        plan: table of the sweep's rows and blocks.
        blocks: folder of the solved blocks.
        settings: the sweep.
        store: store to write, .zarr; design.csv and design.json go beside it.
        biomarkers: table to write, a line a row, .csv.
        beats: table to write, a line a beat, .csv.
        progress: told the fraction done.

    Raises:
        UserError: a block is missing, damaged, or lacks a row that the plan has in it.
    """
    start_time, rows = now(), read_rows(plan)
    solved_by: dict[str, Provenance | None] = {}

    @lru_cache(BLOCKS_AT_HAND)
    def at_hand(name: str) -> _IndexedBlock:
        block = _IndexedBlock(Path(blocks) / f"{name}.npz")
        solved_by[name] = block.block.provenance
        return block

    measured, reader = [], reader_of(settings, rows.values)
    with whole(beats) as made_beats, whole(store) as made, made_beats.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(HEADER)
        samples = at_hand(rows.blocks[0]).block.V.shape[1]
        writer = StoreWriter(made, _layout(rows, settings, samples, reader.outputs))
        of_shard = np.empty((ROWS_PER_SHARD, samples), settings.voltage)
        for start in range(0, len(rows.ids), ROWS_PER_SHARD):
            shard = range(start, min(start + ROWS_PER_SHARD, len(rows.ids)))
            V, statuses, solved = of_shard[: len(shard)], [], []
            for place, row in enumerate(shard):
                V[place], status, rest = at_hand(rows.blocks[row]).pick(rows.ids[row], settings.voltage)
                statuses.append(status)
                solved.append(rest)
            for row, trace, status, rest in zip(shard, in_mV(V), statuses, solved, strict=True):
                scalings = {name: float(values[row]) for name, values in rows.values.items()}
                line, reading = measured_row(rows.ids[row], scalings, status, reader, row, trace, rest)
                measured.append(line)
                if reading is not None:
                    lines.writerows(beat_lines(line.id, reading))
            outcome = np.array([STATUS.index(line.status) for line in measured[start:]], dtype=np.int8)
            outputs = [rest.outputs for rest in solved if rest.outputs is not None]
            writer.write(start, V, outcome, np.stack(outputs) if outputs else None)
            progress(shard.stop / len(rows.ids))
        solving = told_by(one for one in solved_by.values() if one is not None)
        writer.close(provenance(start_time, settings.model_dump(mode="json"), made_from=solving))
    write_table(biomarkers, measured)
    keep_design(plan, Path(store).parent, [Path(biomarkers).name, Path(beats).name])


class _IndexedBlock:
    """A block with its rows found by id."""

    def __init__(self, path: Path):
        self.path = path
        self.block: Block = read_block(path)
        self._row = {identity: row for row, identity in enumerate(self.block.ids)}

    def pick(self, identity: str, voltage: str) -> tuple[np.ndarray, int, SolvedRow]:
        """Return voltage and status of one row, and the rest of it.

        The voltage is kept as the sweep says: blocks may be of both kinds.
        """
        if identity not in self._row:
            raise UserError(f"{self.path}: lacks the row {identity}; delete the block and run again")
        place = self._row[identity]
        row = slice(place, place + 1)
        V, status = kept_rows(self.block.V[row], self.block.status[row], voltage)
        held = self.block
        further = (None if values is None else values[place] for values in (held.outputs, held.measures))
        return V[0], int(status[0]), SolvedRow(held.concentrations[place], *further)


def _layout(rows: Rows, sweep: SweepSection, samples: int, outputs: Sequence[CellOutput]) -> Layout:
    cell = sweep.cell.cell()
    stimulus = sweep.protocol.stimulus_of(cell)
    known = quantities(sweep)
    varied = [dataclasses.replace(known[name], values=values) for name, values in rows.values.items()]
    attributes = {
        "title": f"Sweep of {cell.title}",
        "cell": cell.name,
        "variant": cell.variant,
        "reference": cell.reference,
        "protocol": sweep.protocol.model_dump(mode="json") | {"stimulus": stimulus.model_dump(mode="json")},
        "beats": dataclasses.asdict(sweep.beats.settings(cell.tissue)),
        "stimulus_units": cell.stimulus.unit,
        "stimulus_meaning": stimuli.meaning(stimulus, cell.stimulus),
        "solver": dataclasses.asdict(sweep.solver.settings().of_cell(cell)),
        "configuration": sweep.model_dump(mode="json", exclude={"rows_per_job"}),
    }
    return Layout(rows.ids, varied, samples, sweep.protocol.save_every_ms, attributes, sweep.voltage, outputs)
