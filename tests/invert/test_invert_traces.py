"""The inverters' data set: the window, its scaling, the check, folds, and reading it back."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
import zarr
from made_inverter import spikes
from made_up import gathered
from netcdf import opened_and_written

from gbar.config.explain import checked
from gbar.config.invert import TracesSection
from gbar.config.sweep import SweepSection
from gbar.errors import UserError
from gbar.invert.dataset import deal_folds, make_traces
from gbar.invert.quality import passes
from gbar.invert.traces import (
    ABOUT,
    CALIBRATION,
    NESTED,
    PREPROCESSING,
    ROWS_PER_CHUNK,
    TEST,
    Traces,
    from_unit,
    open_traces,
    parts,
    scaled,
    stored,
    to_unit,
)
from gbar.invert.view import AVERAGED
from gbar.records.attributes import told
from gbar.records.digest import digest_of
from gbar.sweeps.biomarker_table import DIVERGED
from gbar.sweeps.store import open_store, read_voltage

ROWS, SAMPLES = 300, 2300  # two whole chunks and a part
SWEEP = spikes(ROWS, duration_ms=460.0, stimulus={"kind": "chirp23a"})
SETTINGS = TracesSection(first=550, samples=900, every=2, held_out=0.1, folds=4)


def made_up_voltages() -> tuple[np.ndarray, np.ndarray]:
    """Traces with spikes of 1 ms; rows 5 and 6 diverged, 7 is silent, 8 spikes in the reset."""
    V = np.random.default_rng(0).uniform(-90, 10, (ROWS, SAMPLES + 1))
    V[:, 700:705] = 40.0
    V[7, 700:705] = 0.0
    V[8, 420:425] = 40.0
    V[5:7, 1000:] = np.nan
    status = np.zeros(ROWS, np.int8)
    status[5:7] = DIVERGED
    return V, status


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return gathered(tmp_path_factory.mktemp("sweep") / "one", SWEEP, *made_up_voltages()) / "store.zarr"


@pytest.fixture(scope="module")
def path(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("invert") / "traces.zarr"
    make_traces(store, SETTINGS, checked(SweepSection, SWEEP), path, lambda _: None)
    return path


@pytest.fixture
def traces(path: Path) -> Traces:
    return open_traces(path)


@pytest.mark.slow
def test_rows_that_diverged_or_fail_the_check_are_left_out_and_counted(traces: Traces, store: Path) -> None:
    assert traces.counts == {"rows": ROWS, "diverged": 2, "failed_check": 2}
    ids = np.asarray(open_store(store)["id"][:])
    assert traces.ids == np.delete(ids, [5, 6, 7, 8]).tolist()


@pytest.mark.parametrize("every", [1, 2])
def test_a_trace_is_the_clipped_window_of_the_store_to_half_a_step(store: Path, tmp_path: Path, every: int) -> None:
    settings = SETTINGS.model_copy(update={"every": every})
    make_traces(store, settings, checked(SweepSection, SWEEP), tmp_path / "traces", lambda _: None)
    traces, rows = open_traces(tmp_path / "traces"), np.array([295, 0, 130, 4, 129])
    kept = np.delete(np.arange(ROWS), [5, 6, 7, 8])[rows]
    V = np.clip(np.stack([read_voltage(open_store(store), row) for row in kept])[:, 550:1450], -80, 50)
    found = traces.read(rows)
    assert found.dtype == np.int16
    assert (traces.samples, traces.sample_ms) == (900 // every, pytest.approx(0.2 * every))
    if every == 2:
        V = V[:, 1:-1:2] / 4 + V[:, 2::2] / 2 + V[:, 3::2] / 4
        found = found[:, 1:]
    np.testing.assert_allclose(found * 0.01, V, atol=0.00501)


def test_unit_parameters_span_the_ranges_of_the_design(traces: Traces, store: Path) -> None:
    assert [(one.name, one.unit, one.low, one.high) for one in traces.parameters] == [
        ("a", "1/ms", 0.01, 0.1),
        ("d", "1", 0.5, 5.0),
    ]
    values = np.stack([np.delete(np.asarray(open_store(store)[name][:]), [5, 6, 7, 8]) for name in ("a", "d")], axis=1)
    np.testing.assert_allclose(from_unit(traces.unit, traces.parameters), values, rtol=1e-5)
    assert np.abs(traces.unit).max() <= 1
    assert to_unit(np.array([0.01, 5.0]), traces.parameters).tolist() == [-1, 1]


def test_a_network_sees_the_logarithm_of_the_clipped_voltage_plus_81() -> None:
    V = np.array([-200.0, -80.0, -65.0, 50.0, 70.0])
    expected = np.log10(np.clip(V, -80, 50) + 81)
    clip = (-80.0, 50.0)
    for seen in (scaled(V, clip), scaled(jnp.asarray(V), clip), scaled(jnp.asarray(stored(V, clip)), clip)):
        assert seen.dtype == np.float32
        np.testing.assert_allclose(seen, expected, atol=1e-6)


def test_folds_are_equal_blocks_that_depend_on_seed_and_identity_only(traces: Traces) -> None:
    sizes = {number: len(traces.rows(number)) for number in (TEST, CALIBRATION, 0, 1, 2, 3)}
    assert sizes == {TEST: 15, CALIBRATION: 15, 0: 67, 1: 67, 2: 66, 3: 66}
    turned = deal_folds(traces.ids[::-1], SETTINGS)
    np.testing.assert_array_equal(turned[::-1], traces.fold)
    assert (deal_folds(traces.ids, SETTINGS.model_copy(update={"seed": 1})) != traces.fold).any()


def test_at_an_offset_one_fold_tests_the_next_validates_and_the_others_train(traces: Traces) -> None:
    train, validation, test = parts(traces, 3)
    np.testing.assert_array_equal(test, traces.rows(3))
    np.testing.assert_array_equal(validation, traces.rows(0))
    np.testing.assert_array_equal(train, traces.rows(1, 2))
    with pytest.raises(UserError, match="offset: 4 is not allowed; the data set has the folds 0 to 3"):
        parts(traces, 4)


def test_the_check_counts_crossings_in_its_two_windows_at_any_sampling_interval() -> None:
    for sample_ms in (0.02, 0.1):
        time = np.arange(0, 460, sample_ms)

        def spiking(*at_ms: float, time: np.ndarray = time) -> np.ndarray:
            return np.where(np.any([np.abs(time - at) < 0.5 for at in at_ms], axis=0), 30.0, -70.0)

        cases = {
            (130.0,): True,
            (50.0, 130.0, 350.0): True,  # outside both windows
            (350.0,): False,
            (90.0, 130.0): False,
            tuple(np.arange(130, 192, 2.0)): False,
            tuple(np.arange(130, 190, 2.0)): True,
        }
        found = passes(np.stack([spiking(*spikes) for spikes in cases]), sample_ms)
        assert found.tolist() == list(cases.values())


def test_xarray_opens_it_in_millivolts_and_writes_it_to_netcdf(path: Path, traces: Traces, tmp_path: Path) -> None:
    data = opened_and_written(path, tmp_path)
    assert data["trace"].dims == ("row", "sample")
    assert data["trace"].attrs["units"] == "mV"
    np.testing.assert_allclose(data["trace"][:3], traces.read(np.arange(3)) * 0.01, rtol=1e-6)
    assert set(data.coords) == {"id", "fold", "time"}
    assert data["time"][:3].values.tolist() == pytest.approx([0, 0.4, 0.8])


def test_the_same_store_gives_the_same_digest_and_another_window_another(
    store: Path, traces: Traces, tmp_path: Path
) -> None:
    for name, settings in (("same", SETTINGS), ("other", SETTINGS.model_copy(update={"first": 551}))):
        make_traces(store, settings, checked(SweepSection, SWEEP), tmp_path / name, lambda _: None)
    assert open_traces(tmp_path / "same").digest == traces.digest
    assert open_traces(tmp_path / "other").digest != traces.digest


def test_memory_is_a_chunk_whatever_the_number_of_rows(traces: Traces, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Watched:
        def __getitem__(self, rows: slice) -> np.ndarray:
            asked.append(rows)
            return np.zeros((rows.stop - rows.start, traces.samples), np.int16)

    object.__setattr__(traces, "_trace", Watched())
    traces.read(np.array([0, 290, 1, 289]))
    assert asked == [slice(0, ROWS_PER_CHUNK), slice(2 * ROWS_PER_CHUNK, 3 * ROWS_PER_CHUNK)]


@pytest.mark.parametrize(
    ("settings", "sweep", "message"),
    [
        ({"first": 1500}, {}, "traces.samples: 900 is not allowed; it must be at most 801"),
        ({"clip_mV": (-400.0, 50.0)}, {}, "traces.clip_mV: .* within 327.67 mV of 0"),
        ({"held_out": 1e-3}, {}, "traces: 296 rows are too few for 4 folds beside two halves of held_out"),
        (
            {},
            {"protocol": SWEEP["protocol"] | {"stimulus": {"kind": "constant", "value": 10}}},
            "made for the stimulus chirp23a",
        ),
        (
            {},
            {"design": {"kind": "grid", "vary": ["a"], "levels": [0.02, 0.04]}},
            "design.kind: 'grid' is not allowed; it must be uniform or sobol",
        ),
        (
            {},
            {"design": SWEEP["design"] | {"range": {"a": [0.05, 0.1], "d": [0.5, 5]}}},
            r"the values of a are missing or not in \[0.05, 0.1\]",
        ),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_written(
    store: Path, tmp_path: Path, settings: dict, sweep: dict, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        make_traces(
            store,
            SETTINGS.model_copy(update=settings),
            checked(SweepSection, SWEEP | sweep),
            tmp_path / "traces.zarr",
            lambda _: None,
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_without_the_check_any_stimulus_will_do(tmp_path: Path) -> None:
    values = SWEEP | {"protocol": SWEEP["protocol"] | {"stimulus": {"kind": "constant", "value": 10}}}
    folder = gathered(tmp_path / "sweep", values, *made_up_voltages())
    settings = SETTINGS.model_copy(update={"checked": False})
    make_traces(
        folder / "store.zarr", settings, checked(SweepSection, values), tmp_path / "traces.zarr", lambda _: None
    )
    assert open_traces(tmp_path / "traces.zarr").counts == {"rows": ROWS, "diverged": 2, "failed_check": 0}


def test_a_data_set_tells_what_was_done_to_its_traces_and_one_of_another_preprocessing_is_refused(
    store: Path, tmp_path: Path
) -> None:
    for every in (1, 2):
        settings = SETTINGS.model_copy(update={"every": every})
        make_traces(store, settings, checked(SweepSection, SWEEP), tmp_path / str(every), lambda _: None)
    assert PREPROCESSING not in zarr.open_group(tmp_path / "1").attrs  # as before: samples as they are
    group = zarr.open_group(tmp_path / "2")
    assert group.attrs[PREPROCESSING] == AVERAGED
    del group.attrs[PREPROCESSING]
    small = {name: np.asarray(group[name][:]) for name in ("unit", "fold", "time")}  # type: ignore[index]
    ids = np.asarray(group["id"][:]).tolist()  # type: ignore[index]
    about = {key: group.attrs[key] for key in ABOUT} | {key: told(group, key) for key in NESTED}
    group.attrs["data_digest"] = digest_of([about, ids], small)
    with pytest.raises(UserError, match="2: the traces were cut by another version of gbar"):
        open_traces(tmp_path / "2")


@pytest.mark.parametrize("damage", ["fold", "attribute", "chunk"])
def test_a_damaged_data_set_is_refused(store: Path, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "traces.zarr"
    make_traces(store, SETTINGS, checked(SweepSection, SWEEP), path, lambda _: None)
    group = zarr.open_group(path)
    if damage == "fold":
        group["fold"][0] = 3 - group["fold"][0]  # type: ignore[index]
    elif damage == "attribute":
        group.attrs["sample_ms"] = 0.5
    else:
        chunk = path / "trace" / "c" / "1" / "0"
        content = bytearray(chunk.read_bytes())
        content[len(content) // 2] ^= 1
        chunk.write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        open_traces(path).read(np.arange(200))


def test_a_folder_that_is_no_data_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no data set of traces"):
        open_traces(tmp_path)
