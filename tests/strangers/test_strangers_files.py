"""Files from a stranger: they run no code, take no more memory than they have bytes, and end in one message."""

import csv
import io
import json
import pickle
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
import zarr

import gbar
from gbar import nets
from gbar.cable.morphology import read_morphology
from gbar.cli import main
from gbar.config.explain import checked
from gbar.config.study import load_study
from gbar.config.sweep import SweepSection
from gbar.emulate.model import Input, ModelCard, Output, save_model
from gbar.emulate.windows_store import open_windows
from gbar.errors import UserError
from gbar.models.model_files import read_model_files, write_model_files
from gbar.records.files import check_links, read_csv
from gbar.report.captions import read_caption
from gbar.stimuli.steps import Table
from gbar.sweeps.blocks import read_block
from gbar.sweeps.design import design_key, design_table
from gbar.sweeps.store import open_store
from gbar.training.history import EpochRecord

PWNED = "pwned"


class Payload:
    """What runs code when it is unpickled: it makes the file PWNED in the current folder."""

    def __reduce__(self) -> tuple:
        return (open, (PWNED, "w"))


@pytest.fixture(autouse=True)
def nothing_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every test runs in an empty folder in which no stranger's file may appear."""
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / PWNED).exists()


def test_the_payload_of_these_tests_does_run_when_it_is_unpickled(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Payload())).close()
    (tmp_path / PWNED).unlink()


# Configurations


def study(**sections: object) -> dict:
    sweep = {"cell": {"name": "akwaboah2021"}, "design": {"kind": "grid", "vary": ["INa"], "levels": [1.0]}}
    return {"sweeps": {"mine": sweep}} | sections


NAMES = [
    "x; touch pwned",
    "../x",
    "$(touch pwned)",
    "`touch pwned`",
    "x\n",
    "x\ntouch pwned",
    "{sweep}",
    "-x",
    "a b",
    "",
]


@pytest.mark.parametrize("name", [*NAMES, "/x", "é", "x" * 41])
def test_a_name_that_could_mean_something_to_a_shell_or_a_path_is_refused(name: str) -> None:
    sweep = study()["sweeps"]["mine"]
    model = {
        "network": {"name": "dlstm2", "lstm_widths": [1, 1], "dense_widths": [1, 1]},
        "training": {"epochs": 1},
    }
    for values in (
        study(sweeps={name: sweep}),
        study(emulate={"sweep": "mine", "models": {name: model}}),
        study(emulate={"sweep": name, "models": {"net": model}}),
        study(figures={name: {}}),
    ):
        with pytest.raises(UserError, match=r"not allowed|unknown key"):
            load_study(values)


@pytest.mark.parametrize(
    "folder", [*NAMES, "..", "results/../..", "/etc/../x", "~/x", "~", ".", "./x", ".git", "x/.ssh", "/", "//x", "x//y"]
)
def test_a_results_folder_that_leads_elsewhere_is_refused(folder: str) -> None:
    with pytest.raises(UserError, match=r"results: .* is not allowed; it must be a folder such as results/mine"):
        load_study(study(results=folder))


@pytest.mark.parametrize(
    ("folder", "meant"),
    [("results", "results"), ("a/b-1.2/", "a/b-1.2"), ("/scratch/me/results", "/scratch/me/results")],
)
def test_a_results_folder_in_the_project_or_from_the_root_on_is_taken(folder: str, meant: str) -> None:
    assert load_study(study(results=folder)).results == meant


def test_code_in_yaml_is_no_configuration() -> None:
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load("results: !!python/object/apply:os.system ['touch pwned']")


def test_a_design_that_would_fill_the_memory_is_refused_before_it_is_made() -> None:
    currents = ["INa", "IKur", "IKr", "IK1", "ICaL", "Ito", "INCX", "IKs"]
    for design in (
        {"kind": "grid", "vary": currents, "levels": list(range(11))},
        {"kind": "subsets", "vary": currents, "levels": [k / 1e5 for k in range(100_000)]},
        {"kind": "uniform", "vary": currents, "range": [0, 2], "rows": 10**12},
    ):
        with pytest.raises(UserError, match=r"are too many; a design can have 10,000,000 rows|less than or equal to"):
            checked(SweepSection, {"cell": {"name": "akwaboah2021"}, "design": design})


# Tables


def table_sweep(path: Path | str) -> SweepSection:
    return checked(SweepSection, {"cell": {"name": "akwaboah2021"}, "design": {"kind": "table", "path": str(path)}})


@pytest.mark.parametrize(
    "text",
    [
        "INa,=cmd|'/c touch pwned'!A0\n1,1\n",
        "INa,$(touch pwned)\n1,1\n",
        "__import__('os').system('touch pwned')\n1\n",
        "../../x\n1\n",
        "INa,INa\n1,2\n",
        "INa\n=1+1\n",
        "INa\n__import__('os').system('touch pwned')\n",
        "INa\n$(touch pwned)\n",
        "INa\n" + "9" * 200_000 + "\n",
        "INa\ninf\n",
        "INa\nnan\n",
        "INa\n\x00\n",
        "INa\n",
        "",
        "\ufeff",
    ],
)
def test_a_design_holds_known_columns_and_finite_numbers_or_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "design.csv").write_text(text)
    with pytest.raises(UserError):
        design_table(table_sweep(tmp_path / "design.csv"))


def test_a_message_shows_what_a_file_holds_without_letting_it_steer_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "design.csv").write_text("INa,\x1b]0;pwned\x07\u202e\n1,1\n")
    with pytest.raises(UserError) as caught:
        design_table(table_sweep(tmp_path / "design.csv"))
    assert r"\x1b]0;pwned\x07\u202e" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/stdin", "."])
def test_a_device_is_no_table(path: str) -> None:
    for read in (
        lambda: design_key(table_sweep(path)),
        lambda: read_csv(path),
        lambda: Table(path).check_run(1.0),
        lambda: read_morphology(Path(path), ("soma",)),
    ):
        with pytest.raises(UserError, match="cannot be read"):
            read()


@pytest.mark.parametrize("value", ["1);touch pwned", "=1+1", "nan", "1e999", "9" * 200_000, "{time_ms}", ""])
def test_a_stimulus_holds_finite_numbers_or_nothing(value: str, tmp_path: Path) -> None:
    with (tmp_path / "stimulus.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["time_ms", "value"], ["0", value]])
    with pytest.raises(UserError):
        Table(str(tmp_path / "stimulus.csv")).check_run(100.0)


@pytest.mark.parametrize("compartments", ["1" * 5000, "1000000000", "-1", "__import__('os')", "²"])
def test_a_morphology_cannot_ask_for_a_billion_compartments(compartments: str, tmp_path: Path) -> None:
    header = "section,parent,parent_position,length_um,diameter_um,end_diameter_um,compartments,mechanisms\n"
    (tmp_path / "tree.csv").write_text(f"{header}soma,,,20,20,,{compartments},soma\n")
    with pytest.raises(UserError, match="from 1 to 10000"):
        read_morphology(tmp_path / "tree.csv", ("soma",))


# Arrays


def test_pickled_arrays_in_a_block_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "block.npz", id=np.array([Payload()], dtype=object), V=np.zeros((1, 2), np.float32))
    with pytest.raises(UserError, match="cannot be read as a block"):
        read_block(tmp_path / "block.npz")


def test_a_block_that_claims_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (1 << 40, 1 << 20)})
    with zipfile.ZipFile(tmp_path / "block.npz", "w") as file:
        for name in ("id", "V", "status", "steps", "digest"):
            file.writestr(f"{name}.npy", header.getvalue() + b"\0" * 16)
    with pytest.raises(UserError, match="cannot be read as a block"):
        read_block(tmp_path / "block.npz")


@pytest.mark.parametrize(
    ("dtype", "codecs"),
    [
        ("<f8", {"compressor": {"id": "pickle"}, "filters": None}),
        ("|O", {"compressor": None, "filters": [{"id": "vlen-utf8"}, {"id": "pickle", "protocol": 4}]}),
    ],
    ids=["as compression", "as a filter"],
)
def test_stores_of_zarr_2_which_can_hold_pickles_are_not_opened(dtype: str, codecs: dict, tmp_path: Path) -> None:
    store = tmp_path / "store.zarr"
    for name in ("V", "time", "id", "status", "trace", "inputs"):
        (store / name).mkdir(parents=True)
        described = {"zarr_format": 2, "shape": [1], "chunks": [1], "dtype": dtype, "fill_value": None, "order": "C"}
        (store / name / ".zarray").write_text(json.dumps(described | codecs))
        (store / name / ".zattrs").write_text("{}")
        (store / name / "0").write_bytes(pickle.dumps(Payload()))
    (store / ".zgroup").write_text('{"zarr_format": 2}')
    (store / ".zattrs").write_text('{"digests": {}, "features": []}')
    for read in (open_store, open_windows):
        with pytest.raises(UserError, match=r"is no (store of a sweep|data set of windows) \(\w*(NotFound|Error)"):
            read(store)


@pytest.mark.parametrize("codec", ["pickle", "numcodecs.pickle"])
def test_a_store_of_zarr_3_cannot_name_pickle_as_its_codec(codec: str, tmp_path: Path) -> None:
    group = zarr.create_group(tmp_path / "store.zarr", zarr_format=3)
    for name in ("V", "time", "id", "status"):
        group.create_array(name, shape=(1,), dtype="float64")[:] = 1.0
        described = json.loads((tmp_path / "store.zarr" / name / "zarr.json").read_text())
        described["codecs"] = [{"name": codec, "configuration": {"protocol": 4}}]
        (tmp_path / "store.zarr" / name / "zarr.json").write_text(json.dumps(described))
        (tmp_path / "store.zarr" / name / "c" / "0").write_bytes(pickle.dumps(Payload()))
    with pytest.raises(UserError, match="is no store of a sweep"):
        open_store(tmp_path / "store.zarr")


# Models

CARD = ModelCard(
    architecture={"name": "dlstm2", "lstm_widths": [3, 3], "dense_widths": [4, 4]},
    inputs=(Input("INa", 1.0, 0.5, 0.0, 2.0),),
    output=Output(-40.0, 30.0, (0.0, 0.1, 0.2)),
)
LATENT = {"name": "latent", "rank": 2, "members": 2, "widths": [3], "activation": "gelu", "beats": 1}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    network = nets.build(CARD.architecture, 1, 3)
    save_model(tmp_path / "model", network, CARD, (EpochRecord(1, 0.5, 0.6, 1e-3, 0.1),))
    return tmp_path / "model"


def forged(model: Path, **changes: object) -> Path:
    """Change the card of a model, and its digests with it, as a stranger would."""
    card, arrays = read_model_files(model)
    write_model_files(model, card | changes, arrays)
    return model


def an_input(**changes: object) -> dict:
    return {"name": "INa", "offset": 1.0, "scale": 0.5, "minimum": 0.0, "maximum": 2.0} | changes


HOSTILE_CARDS: dict[str, dict] = {
    "no architecture": {"architecture": "dlstm2"},
    "unknown network": {"architecture": {"name": "os.system"}},
    "path as network": {"architecture": {"name": "../../x"}},
    "a billion units": {"architecture": dict(CARD.architecture) | {"lstm_widths": [10**9, 10**9]}},
    "a width beyond integers": {"architecture": dict(CARD.architecture) | {"lstm_widths": [10**30, 1]}},
    "a billion steps": {"architecture": dict(CARD.architecture) | {"sequence_length": 10**9}},
    "a billion members": {"architecture": LATENT | {"members": 10**9}},
    "a billion components": {"architecture": LATENT | {"rank": 10**9}},
    "a billion beats": {"architecture": LATENT | {"beats": 10**9}},
    "code as activation": {"architecture": dict(CARD.architecture) | {"activation": "__import__('os').abort"}},
    "steering name": {"inputs": [an_input(name="\x1b]0;pwned\x07")]},
    "path as name": {"inputs": [an_input(name="../../x")]},
    "shell in name": {"inputs": [an_input(name="$(touch pwned)")]},
    "text as number": {"inputs": [an_input(scale="1")]},
    "infinite number": {"inputs": [an_input(scale=float("inf"))]},
    "no inputs": {"inputs": []},
    "inputs as text": {"inputs": "INa"},
    "no times": {"output": {"offset_mV": 0.0, "scale_mV": 1.0, "times_ms": []}},
    "too many times": {"output": {"offset_mV": 0.0, "scale_mV": 1.0, "times_ms": [0.1] * 100_000}},
    "times as text": {"output": {"offset_mV": 0.0, "scale_mV": 1.0, "times_ms": "012"}},
    "metrics as text": {"metrics": "good"},
}


@pytest.mark.slow
@pytest.mark.parametrize("changes", HOSTILE_CARDS.values(), ids=HOSTILE_CARDS.keys())
def test_a_model_whose_card_lies_ends_in_one_message_before_memory_is_taken(model: Path, changes: dict) -> None:
    forged(model, **changes)
    tracemalloc.start()
    with pytest.raises(UserError, match=r"the model is damaged|architecture"):
        gbar.load_model(model)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6


def test_a_forged_card_that_tells_the_truth_loads(model: Path) -> None:
    assert gbar.load_model(forged(model, metrics={"good": True})).inputs == ("INa",)


def test_endless_nesting_in_a_card_ends_in_one_message(model: Path) -> None:
    (model / "model.json").write_text("[" * 200_000)
    with pytest.raises(UserError, match="is no model"):
        gbar.load_model(model)


def _header(text: bytes, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(text) if length is None else length) + text


HOSTILE_PARAMETERS: dict[str, bytes] = {
    "empty": b"",
    "header cut off": _header(b'{"a":', 1000),
    "header length overflows": _header(b"{}", 2**64 - 1),
    "header of a terabyte": _header(b"{}", 2**40),
    "header is no JSON": _header(b"__import__('os')"),
    "nested header": _header(b"[" * 100_000),
    "array beyond the file": _header(b'{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}'),
    "shape overflows": _header(
        b'{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}\0\0\0\0'
    ),
    "another type": _header(b'{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}') + b"\0\0",
    "unknown type": _header(b'{"a":{"dtype":"O","shape":[1],"data_offsets":[0,4]}}') + b"\0\0\0\0",
    "pickle": pickle.dumps(Payload()),
}


@pytest.mark.parametrize("content", HOSTILE_PARAMETERS.values(), ids=HOSTILE_PARAMETERS.keys())
def test_parameters_that_are_none_end_in_one_message(model: Path, content: bytes) -> None:
    (model / "params.safetensors").write_bytes(content)
    with pytest.raises(UserError, match="the model is damaged"):
        gbar.load_model(model)


def test_predict_refuses_a_hostile_model_with_a_message(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(forged(model, architecture={"name": "os.system"}))]) == 2
    assert capsys.readouterr().err.startswith("gbar: architecture.name: 'os.system' is not allowed")


# Captions, links


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ snakemake.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.system('touch pwned') }}",
    ],
)
def test_a_caption_cannot_reach_python(text: str, tmp_path: Path) -> None:
    (tmp_path / "caption.rst").write_text(text)
    with pytest.raises(UserError, match="cannot be read as a caption"):
        read_caption(tmp_path / "caption.rst", {})


def test_what_a_caption_quotes_of_the_configuration_is_text_not_template_or_html(tmp_path: Path) -> None:
    (tmp_path / "caption.rst").write_text("{{ snakemake.config.title }}")
    shown = read_caption(tmp_path / "caption.rst", {"title": "{{ 7 * 7 }}<script>"})
    assert shown == ["{{ 7 * 7 }}&lt;script&gt;"]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    (tmp_path / "copied/logs").mkdir(parents=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/profile").write_text("mine")
    return tmp_path / "copied"


LINKS: dict[str, Callable[[Path, Path], None]] = {
    "file": lambda copied, mine: (copied / "logs/report.log").symlink_to(mine / "profile"),
    "file to be": lambda copied, mine: (copied / "logs/report.log").symlink_to(mine / "new"),
    "relative": lambda copied, mine: (copied / "logs/report.log").symlink_to("../../mine/profile"),
    "folder": lambda copied, mine: (copied / "figures").symlink_to(mine),
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS.keys())
def test_a_link_out_of_a_results_folder_is_told(copied: Path, link: Callable[[Path, Path], None]) -> None:
    link(copied, copied.parent / "mine")
    with pytest.raises(UserError, match=r"copied/(logs/report.log|figures): is a link out of the results folder"):
        check_links(copied)


def test_links_within_a_results_folder_and_a_link_to_it_are_fine(copied: Path) -> None:
    (copied / "logs/latest").symlink_to(copied / "logs")
    (copied.parent / "results").symlink_to(copied)
    check_links(copied.parent / "results")
    check_links(copied.parent / "not-there")
