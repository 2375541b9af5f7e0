"""The part of the report on hidden gates and altered currents: what networks learn, and what identifies a current.

Each sentence on what works or fails is made from the results.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gbar.config.gating import CONTROL, GatingSection, RecordSection
from gbar.errors import UserError
from gbar.figures.gating.loop import BAR_PERCENT
from gbar.figures.gating.rmse import BAR
from gbar.gating.identify import ALTERED_WITHIN, UNALTERED_WITHIN
from gbar.records.metrics import read_metrics
from gbar.report.gating_measures import (
    Values,
    apd90_errors,
    factor_text,
    failed_loops,
    mean_text,
    naming_etas,
    percent,
    right_etas,
    worst_loop,
)
from gbar.report.gating_tables import factors_table, held_out_table, networks_table, published_table
from gbar.report.tables import Part, number

REFERENCE = (
    "Iravanian S. Discovery of the hidden state in ionic models using a domain-specific recurrent neural network. "
    "arXiv:2011.07388, 2020. Program: github.com/shahriariravanian/gnn"
)
NEEDED = {
    "network": ("rmse", "worst_gate", "worst_gate_rmse", "closed_loop"),
    "published": ("etas", "charge_ratio", "charge_ratio_true", "drift", "drift_control", "held_out_apd90"),
    "identified": ("factors", "true", "altered", "found_largest", "worst_unaltered", "identified"),
    "held out": ("held_out_apd90", "charge_ratio"),
}


@dataclass(frozen=True)
class GatingFiles:
    """What the study came to, JSON files by name.

    Attributes:
        networks: scores of each network of the first stage, metrics.json in its folder, by its name.
        published: scores of the published second stage, by name of the altered cell.
        identified: factors found by ours, by CELL/RECORD.
        held_out: scores of ours on held-out cycle lengths, by name of the altered cell.
    """

    networks: Mapping[str, Path] = field(default_factory=dict)
    published: Mapping[str, Path] = field(default_factory=dict)
    identified: Mapping[str, Path] = field(default_factory=dict)
    held_out: Mapping[str, Path] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder of the study's results."""
        return next(iter(self.networks.values())).parents[2]

    @property
    def paced(self) -> dict[str, Path]:
        """The data set of each paced cell, by name."""
        return {f"paced cell {cell}": self.folder / f"paced/{cell}.zarr" for cell in (CONTROL, *self.published)}

    @property
    def models(self) -> dict[str, Path]:
        """The folders of its networks, and of the layers of gates trained again on each cell, by name."""
        return {f"gates by {name}": scores.parent / "model" for name, scores in self.networks.items()} | {
            f"gates retrained on {cell}": self.folder / f"retrained/{cell}/model" for cell in (CONTROL, *self.published)
        }


def gating_part(section: GatingSection, files: GatingFiles) -> Part:
    """Return what the report says of the gating study.

    Args:
        section: the study's section of the configuration.
        files: what it came to.

    Raises:
        UserError: a file cannot be read or lacks a value.
    """
    learnt = {name: _read(path, "network") for name, path in files.networks.items()}
    retrained = {name: _read(path, "published") for name, path in files.published.items()}
    ours = {name: _read(path, "held out") for name, path in files.held_out.items()}
    altered = {name: tuple(cell.scales) for name, cell in section.cells.items()}
    records: dict[str, dict[str, Values]] = {}
    for name, path in files.identified.items():
        cell, _, record = name.rpartition("/")
        records.setdefault(record, {})[cell] = _read(path, "identified")
    found = [sentence for record in records for sentence in _found(section, record, records[record])]
    return Part(
        anchor="gating",
        heading="Hidden gates and altered currents",
        opening=[_opening(altered, retrained, records)],
        sentences=[
            "A network learns the gates of a ventricular cell from its voltage and calcium; then the current that was "
            "altered of a cell is to be found from the same observations of it.",
            *[_learnt(name, values) for name, values in learnt.items()],
            *_retrained(section.retraining.network, altered, retrained),
            *found,
            *_held_out(retrained, ours),
        ],
        tables=[
            networks_table(learnt),
            published_table(altered, retrained),
            *[factors_table(record, cells) for record, cells in records.items()],
            held_out_table(retrained, ours),
        ],
    )


def _read(path: str | Path, kind: str) -> Values:
    values = read_metrics(path)
    if missing := [key for key in NEEDED[kind] if values.get(key) is None]:
        raise UserError(f"{path}: lacks {missing[0]!r}; delete it and run again")
    return values


def _opening(
    altered: Mapping[str, tuple[str, ...]],
    retrained: Mapping[str, Values],
    records: Mapping[str, Mapping[str, Values]],
) -> str:
    theirs = sum(bool(right_etas(values, altered[cell])) for cell, values in retrained.items())
    ours = "; ".join(
        f"{sum(values['identified'] for cell, values in cells.items() if cell != CONTROL)} of "
        f"{sum(cell != CONTROL for cell in cells)} from the record {record}"
        for record, cells in records.items()
    )
    return (
        f"Altered currents from voltage and calcium: the published second stage identifies them in {theirs} of "
        f"{len(retrained)} cells, granted the best weight η for each; ours in {ours}."
    )


def _learnt(name: str, values: Values) -> str:
    """Say whether a network of the first stage meets the bars."""
    gate, rmse, loop = values["worst_gate"], values["worst_gate_rmse"], worst_loop(values)
    gates = (
        f"tells every gate within an RMSE of {BAR:g}, the worst, {gate}, within {number(rmse)}"
        if rmse <= BAR
        else f"misses the bar of {BAR:g} for the RMSE of gates, the worst being {gate} with {number(rmse)}"
    )
    driven = []
    if failed := failed_loops(values):
        lengths = ", ".join(f"{cycle:g}" for cycle in failed)
        driven.append(f"driving the cell, it does not repolarise each time at cycle lengths of {lengths} ms")
    if loop is not None:
        kept = "within" if abs(loop) <= BAR_PERCENT else "beyond"
        others = " at others" if failed else ", driving the cell,"
        driven.append(f"its APD90{others} is off by {percent(loop / 100)} at worst, {kept} {BAR_PERCENT:g} %")
    return f"Network {name} {'; '.join([gates, *driven])}."


def _retrained(network: str, altered: Mapping[str, tuple[str, ...]], retrained: Mapping[str, Values]) -> list[str]:
    """Say which altered currents the published second stage names, and whether its charges are right."""
    if not retrained:
        return []
    named = {cell: len(naming_etas(values, altered[cell])) for cell, values in retrained.items()}
    right = {cell: len(right_etas(values, altered[cell])) for cell, values in retrained.items()}
    n_etas = len(next(iter(retrained.values()))["etas"])
    sentences = [
        f"The published second stage (Iravanian 2020) was repeated on network {network} with {n_etas} weights η. The "
        f"altered currents are those whose charges change most (INa aside, whose upstroke samples do not resolve) at "
        f"some η for {_cells(named)}; their charges are also "
        f"right within {100 * ALTERED_WITHIN:g} % at some η for {_cells(right)}."
    ]
    always = [cell for cell, times in right.items() if times == n_etas]
    if any(right.values()) and not always:
        sentences.append(
            "Of no cell is this so at every η, and the record of an unknown cell does not tell which to take."
        )
    for cell, values in retrained.items():
        if sightless := [name for name in altered[cell] if name not in values["charge_ratio"]]:
            sentences.append(
                f"Of {cell}, {' and '.join(sightless)} is altered and has no gate: the method cannot name it."
            )
    control = next(iter(retrained.values()))["drift_control"]
    drifts = [drift for values in retrained.values() for drift in values["drift"]]
    sentences.append(
        f"Retrained on the control, which holds nothing new, it moves the gates by {number(min(control))} to "
        f"{number(max(control))} in the mean, their range being 0 to 1; on the altered cells, by "
        f"{number(min(drifts))} to {number(max(drifts))}."
    )
    return sentences


def _cells(times: Mapping[str, int]) -> str:
    """Return how many cells there are with at least one, and which."""
    found = [f"{cell} ({number_of} η)" for cell, number_of in times.items() if number_of]
    return f"{len(found)} of {len(times)} cells" + (f": {', '.join(found)}" if found else "")


def _found(section: GatingSection, record: str, cells: Mapping[str, Values]) -> list[str]:
    """Say what ours identifies from one kind of record, and where it fails."""
    altered = {cell: values for cell, values in cells.items() if cell != CONTROL}
    good = [cell for cell, values in altered.items() if values["identified"]]
    sentences = []
    if altered:
        what = _described(section.identification.records.get(record))
        bars = (
            f"the altered currents change most, their factors are right within {100 * ALTERED_WITHIN:g} %, no other "
            f"moves by more than {100 * UNALTERED_WITHIN:g} %"
        )
        sentences.append(
            f"The second stage of ours, from the record {record}{what}, identifies {len(good)} of {len(altered)} cells "
            f"({bars})" + (f": {', '.join(good)}." if good else ".")
        )
    for cell, values in altered.items():
        if not values["identified"]:
            sentences.append(f"It fails on {cell}: {'; '.join(_faults(values))}.")
    if CONTROL in cells:
        worst = cells[CONTROL]["worst_unaltered"]
        kept = "within" if abs(worst["error"]) <= UNALTERED_WITHIN else "beyond"
        sentences.append(
            f"On the control, the factor that leaves 1 most is that of {worst['name']}, by {percent(worst['error'])}: "
            f"{kept} the bar."
        )
    return sentences


def _described(kind: RecordSection | None) -> str:
    if kind is None:
        return ""
    noise = f"with noise of {kind.noise_mV:g} mV" if kind.noise_mV else "without noise"
    return f" (V every {kind.every_ms} ms, {noise})"


def _faults(values: Values) -> list[str]:
    """Return what keeps a cell from being identified."""
    faults = []
    if set(values["found_largest"]) != set(values["altered"]):
        faults.append(f"{' and '.join(values['found_largest'])} would have changed most")
    for name in values["altered"]:
        error = values["factors"][name] / values["true"][name] - 1
        if abs(error) > ALTERED_WITHIN:
            faults.append(f"{factor_text(values, name)} is off by {percent(error)}")
    worst = values["worst_unaltered"]
    if abs(worst["error"]) > UNALTERED_WITHIN:
        faults.append(f"the unaltered {worst['name']} moves by {percent(worst['error'])}")
    return faults


def _held_out(retrained: Mapping[str, Values], ours: Mapping[str, Values]) -> list[str]:
    """Compare errors of APD90 on cycle lengths held out, over all cells that both were judged on."""
    both = [cell for cell in ours if cell in retrained]
    if not both:
        return []
    unaltered, found, published = (
        _together([(of[cell]["held_out_apd90"], key) for cell in both])
        for of, key in ((ours, "apd90_control_ms"), (ours, "apd90_ms"), (retrained, "apd90_ms"))
    )
    return [
        f"On cycle lengths held out, the mean error of APD90 over all altered cells is {mean_text(unaltered)} for the "
        f"unaltered cell, {mean_text(published)} for the published second stage, {mean_text(found)} for the factors "
        "that ours found."
    ]


def _together(runs: list) -> tuple[list[float], int]:
    errors = [apd90_errors(*one) for one in runs]
    return [error for known, _ in errors for error in known], sum(absent for _, absent in errors)
