"""Protocols of beats and outputs beside the voltage, from the configuration to the store and the table."""

import copy
from pathlib import Path

import numpy as np
import pytest
import zarr
from tests.action_potentials import action_potentials

from gbar.config.explain import checked
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.records.files import read_csv
from gbar.sweeps.biomarker_table import read_table
from gbar.sweeps.design import design_table
from gbar.sweeps.gather import gather
from gbar.sweeps.plan import plan_sweep
from gbar.sweeps.row_reader import reader_of_store
from gbar.sweeps.solved import measure_names, solve_values
from gbar.sweeps.store import open_store, verify
from gbar.traces.reading import read_trace
from gbar.traces.transients import MEASURES, transient

VALUES = {
    "cell": {"name": "tentusscher2004"},
    "design": {"kind": "one_at_a_time", "vary": ["gKr"], "levels": [0.5]},
    "protocol": {
        "beats": 6,
        "keep": 2,
        "save_every_ms": 0.1,
        "stimulus": {"kind": "pacing", "cycle_length_ms": 500, "first_ms": 5},
    },
    "outputs": ["Cai", "gKr"],
}


def values(**protocol) -> dict:
    changed = copy.deepcopy(VALUES)
    changed["protocol"] |= protocol
    return changed


def sweep(**protocol) -> SweepSection:
    return checked(SweepSection, values(**protocol))


def test_the_duration_is_that_of_the_beats_that_are_kept():
    assert sweep().protocol.duration_ms == 1000
    assert sweep(keep=None).protocol.duration_ms == 1000
    assert sweep(keep=3, duration_ms=1500).protocol.cycle_ms == 500


def test_a_protocol_read_back_is_the_same():
    once = sweep(leaps=True, settled={"apd90_ms": 0.1})
    assert checked(SweepSection, once.model_dump(mode="json")) == once


def test_a_protocol_without_beats_says_nothing_of_them():
    plain = checked(SweepSection, {key: VALUES[key] for key in ("cell", "design")})
    assert not {"beats", "keep", "leaps", "settled"} & set(plain.model_dump()["protocol"])
    assert "outputs" not in plain.model_dump()


@pytest.mark.parametrize(
    ("protocol", "message"),
    [
        ({"beats": None, "keep": 2}, "keep: is about beats that are paced, but beats is left out"),
        ({"keep": 7}, "keep: 7 beats cannot be kept of 6; allowed are 1 to 6"),
        ({"duration_ms": 3000}, "duration_ms: 3000.* must be 1000, of the beats that are kept"),
        ({"stimulus": {"kind": "none"}}, "only a stimulus of kind pacing has beats.*not with none"),
        ({"stimulus": {"kind": "pacing", "pulses": 3}}, "without pulses"),
        ({"stimulus": {"kind": "pacing", "cycle_length_ms": 500, "first_ms": 499.9}}, "a pulse ends within 500 ms"),
        ({"settled": {"apd90_ms": 0}}, "settled.apd90_ms"),
    ],
)
def test_what_does_not_go_with_beats_is_refused_in_one_sentence(protocol: dict, message: str):
    with pytest.raises(UserError, match=message):
        sweep(**protocol)


def test_only_an_adaptive_method_paces_and_stores_currents():
    for key in ("protocol", "outputs"):
        changed = {name: VALUES[name] for name in ("cell", "design", key)} | {"solver": {"method": "rush_larsen"}}
        with pytest.raises(UserError, match=r"needs the method rosenbrock.*rush_larsen"):
            checked(SweepSection, changed)


def test_the_cycle_length_is_that_of_all_rows(tmp_path: Path):
    design = {"kind": "one_at_a_time", "vary": ["stimulus.cycle_length_ms"], "levels": [400]}
    with pytest.raises(UserError, match=r"stimulus\.cycle_length_ms: cannot be varied where protocol\.beats is given"):
        checked(SweepSection, values() | {"design": design})
    table = tmp_path / "design.csv"
    table.write_text("stimulus.cycle_length_ms\n400\n")
    with pytest.raises(UserError, match=r"cannot be varied where protocol\.beats"):
        design_table(checked(SweepSection, values() | {"design": {"kind": "table", "path": str(table)}}))


@pytest.mark.parametrize(
    ("cell", "outputs", "message"),
    [
        ("tentusscher2004", ["gKx"], "outputs: 'gKx' is no state or current of tentusscher2004.*gK"),
        ("tentusscher2004", ["INet"], "INet is the sum of INaL, .*tentusscher2004 has no INaL"),
    ],
)
def test_an_output_that_the_cell_does_not_have_is_named(cell: str, outputs: list[str], message: str):
    with pytest.raises(UserError, match=message):
        checked(SweepSection, VALUES | {"cell": {"name": cell}, "outputs": outputs})


def test_rows_of_other_beats_or_outputs_are_other_rows():
    changed = [sweep(), sweep(beats=7), sweep(leaps=True), checked(SweepSection, VALUES | {"outputs": ["Cai"]})]
    ids = [identity for one in changed for identity in design_table(one).ids]
    assert len(set(ids)) == len(ids)


def test_a_transient_is_measured_from_the_last_pulse():
    dt_ms = 0.5
    V = action_potentials([10, 1010], 2000, dt_ms=dt_ms)[:-1]
    pulses_ms = np.array([[5, 6], [1005, 1006.0]])
    t = np.arange(len(V)) * dt_ms - 1005
    Ca = np.interp(t, [-2000, 0, 20, 220, 2000], [2e-4, 1e-4, 6e-4, 1e-4, 1e-4])
    found = dict(
        zip(MEASURES, transient(Ca, dt_ms, read_trace(V, dt_ms, pulses_ms=pulses_ms, recorded=False)), strict=True)
    )
    assert found == pytest.approx(
        {
            "diastolic": 1e-4,
            "peak": 6e-4,
            "amplitude": 5e-4,
            "time_to_peak": 20.0,
            "duration50": 118.0,
            "duration90": 198.0,
        }
    )
    unfinished = np.where(t > 100, 4e-4, Ca)
    cut = transient(unfinished, dt_ms, read_trace(V, dt_ms, pulses_ms=pulses_ms, recorded=False))
    assert np.isnan(cut[MEASURES.index("duration90")])


@pytest.mark.slow
def test_a_paced_sweep_ends_in_a_store_of_its_last_beats_and_a_table_that_tells_of_all(tmp_path: Path):
    from gbar.sweeps.blocks import BlockSettings, solve_block, write_block

    section, folder = sweep(), tmp_path / "sweep"
    plan = plan_sweep(section, folder)
    settings = section.model_dump(mode="json")
    block = checked(BlockSettings, {key: settings[key] for key in ("cell", "protocol", "solver", "voltage", "outputs")})
    for name in plan.blocks:
        write_block(folder / "blocks" / f"{name}.npz", solve_block(folder / "blocks" / f"{name}.csv", block))
    store, table = folder / "store.zarr", folder / "biomarkers.csv"
    gather(
        folder / "plans" / f"{plan.table}.csv", folder / "blocks", section, store, table, folder / "beats.csv",
        lambda _: None,
    )  # fmt: skip
    group = open_store(store)
    assert group["V"].shape == group["Cai"].shape == group["gKr_current"].shape == (2, 10_000)
    assert group["gKr_current"].attrs["units"] == "pA/pF"
    ids = read_csv(folder / "design.csv")[1]
    assert verify(store, [line[0] for line in ids]) == []

    whole, before = (
        solve_values(sweep(beats=beats, keep=beats), {"gKr": np.array([1.0, 0.5])}, [0, 0]) for beats in (6, 4)
    )
    np.testing.assert_allclose(group["V"][:], whole.V[:, 20_000:], atol=0.05)
    np.testing.assert_allclose(group["Cai"][:], whole.outputs[:, 0, 20_000:], rtol=2e-3)

    control, blocked = read_table(table)
    assert control.biomarkers.n_beats == 2
    assert control.further["beats_paced"] == control.further["beats_simulated"] == 6
    current = np.asarray(group["gKr_current"][:, 5_000:], float)
    for row, line in enumerate((control, blocked)):
        assert line.further["qKr_C_per_F"] == pytest.approx(np.trapezoid(current[row], dx=0.1) / 1000, rel=1e-3)
        place = measure_names(section.cell.cell(), section.protocol, section.outputs).index("Nai_mM")
        assert line.concentrations["Nai_mM"] == pytest.approx(whole.measures[row, place], rel=1e-4)
        change = (whole.measures[row, place] - before.measures[row, place]) / 2
        assert line.concentrations["Nai_drift_mM"] == pytest.approx(change, rel=1e-2)
        assert line.further["Cai_peak_mM"] == pytest.approx(np.max(group["Cai"][row, 5_050:]), rel=1e-6)
    assert blocked.biomarkers.apd90_ms > control.biomarkers.apd90_ms

    zarr.open_group(store, mode="r+")["Cai"][0, 5] = 1.0
    assert verify(store, [line[0] for line in ids]) == [
        "the voltages are not as they were written (their digest differs)"
    ]
    assert reader_of_store(open_store(store)).measured[0] == "qKr_C_per_F"
