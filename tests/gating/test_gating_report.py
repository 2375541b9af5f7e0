"""What the report says of the gating study, when identification works and when it fails."""

from collections.abc import Mapping
from pathlib import Path

import gating_files
import pytest

from gbar.config.explain import checked
from gbar.config.gating import GatingSection
from gbar.errors import UserError
from gbar.records.metrics import read_metrics, write_metrics
from gbar.report.gating import GatingFiles, gating_part

CELLS: dict[str, Mapping[str, float]] = {"longqt": {"gKr": 0.5}, "ito": {"gto": 2.0}, "k1": {"gK1": 0.7}}
SECTION = checked(
    GatingSection,
    {
        "cells": {name: {"scales": dict(scales)} for name, scales in CELLS.items()},
        "networks": {"published": {}, "windowed": {"stimulus": True}},
        "retraining": {"network": "published"},
    },
)


def written(
    folder: Path, charge_ratio: Mapping[str, list[float]], noisy: Mapping[str, Mapping[str, float]]
) -> GatingFiles:
    """Write a study whose exact records identify everything, with these charges of retrained networks."""
    errors = {"published": (0.0471, -19.4), "windowed": (0.0391, 2.27)}
    networks = {name: gating_files.write_network(folder, name, *one)["metrics"] for name, one in errors.items()}
    found = {"exact": {}, "noisy": noisy}
    return GatingFiles(
        networks=networks,
        published={
            name: gating_files.write_published(folder, name, scales, charge_ratio)["scores"]
            for name, scales in CELLS.items()
        },
        identified={
            f"{cell}/{record}": gating_files.write_identified(folder, cell, record, scales, of.get(cell, {}))
            for record, of in found.items()
            for cell, scales in ({"control": {}} | CELLS).items()
        },
        held_out={name: gating_files.write_held_out(folder, name, scales)["scores"] for name, scales in CELLS.items()},
    )


FAILS = {
    "longqt": {"gKr": 0.7},
    "ito": {"gto": 1.9, "PNaK": 0.4},
    "control": {"gpK": 1.2},
}


@pytest.fixture
def failing(tmp_path: Path) -> GatingFiles:
    return written(tmp_path, {"gKr": [1.2, 1.1], "gKs": [1.5, 0.95]}, FAILS)


def test_the_part_says_where_identification_fails(failing: GatingFiles):
    part = gating_part(SECTION, failing)
    assert part.opening == [
        "Altered currents from voltage and calcium: the published second stage identifies them in 0 of 3 cells, "
        "granted the best weight η for each; ours in 3 of 3 from the record exact; 1 of 3 from the record noisy."
    ]
    told = " ".join(part.sentences)
    for sentence in (
        "are those whose charges change most (INa aside, whose upstroke samples do not resolve) at some η for 1 of 3 "
        "cells: longqt (1 η); their charges are also right within 25 % at some η for 0 of 3 cells.",
        "Of k1, gK1 is altered and has no gate: the method cannot name it.",
        "It fails on longqt: gKr 0.700 (true 0.5) is off by +40.0 %.",
        "It fails on ito: PNaK would have changed most; the unaltered PNaK moves by −60.0 %.",
        "On the control, the factor that leaves 1 most is that of gpK, by +20.0 %: beyond the bar.",
        "from the record noisy (V every 2 ms, with noise of 1 mV), identifies 1 of 3 cells",
    ):
        assert sentence in told


def test_the_part_says_where_identification_works(tmp_path: Path):
    found = {"gKr": [0.52, 1.0], "gto": [1.0, 2.1]}
    part = gating_part(SECTION, written(tmp_path, found, {}))
    assert "identifies them in 2 of 3 cells" in part.opening[0]
    assert part.opening[0].endswith("3 of 3 from the record noisy.")
    told = " ".join(part.sentences)
    assert "It fails" not in told
    assert "beyond the bar" not in told
    assert "right within 25 % at some η for 2 of 3 cells: longqt (1 η), ito (1 η)." in told
    assert "Of no cell is this so at every η" in told


def test_networks_are_held_against_the_bars(failing: GatingFiles):
    told = " ".join(gating_part(SECTION, failing).sentences)
    assert "Network published misses the bar of 0.04 for the RMSE of gates, the worst being m with 0.0471" in told
    assert "off by −19.4 % at worst, beyond 3 %." in told
    assert "Network windowed tells every gate within an RMSE of 0.04, the worst, m, within 0.0391" in told
    assert "off by +2.3 % at worst, within 3 %." in told


def test_cycle_lengths_at_which_a_network_fails_are_named(failing: GatingFiles):
    values = read_metrics(failing.networks["windowed"])
    values["closed_loop"][0]["error_percent"] = None
    write_metrics(failing.networks["windowed"], values)
    told = " ".join(gating_part(SECTION, failing).sentences)
    assert "does not repolarise each time at cycle lengths of 350 ms; its APD90 at others is off by +2.3 %" in told


def test_the_tables_hold_both_second_stages_beside_the_truth(failing: GatingFiles):
    networks, published, exact, noisy, held_out = gating_part(SECTION, failing).tables
    assert networks.rows[0][:2] == ["published", "4\u202f080"]
    assert networks.rows[0][-1] == "−19.4 %"
    assert published.rows[0][:5] == ["longqt", "0.500", "1.10 to 1.20", "1 of 2", "0 of 2"]
    assert published.rows[2][:5] == ["k1", "–", "–", "0 of 2", "0 of 2"]
    assert exact.rows[1] == ["longqt", "gKr 0.500 (true 0.5)", "0.0 %", "gKr", "gNa 0.0 %", "yes"]
    assert noisy.rows[2][-3:] == ["PNaK", "PNaK −60.0 %", "no"]
    assert held_out.rows[0] == ["longqt", "4", "6.7 %", "10.0 % (1 without)", "1.0 %", "25.0 mV", "1.50 mV"]


def test_a_file_that_lacks_a_value_is_named(failing: GatingFiles):
    write_metrics(failing.held_out["ito"], {"held_out_apd90": []})
    with pytest.raises(UserError, match=r"ito_held_out\.json: lacks 'charge_ratio'"):
        gating_part(SECTION, failing)
