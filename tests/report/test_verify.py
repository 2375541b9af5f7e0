"""`gbar verify`: whole results are told to be whole, and whatever is wrong with them is named with what to do."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_inverter import made_traces
from made_up import gathered
from synthetic import synthetic_windows

from gbar import nets
from gbar.cli import main
from gbar.emulate.model import Input, ModelCard, Output, save_model
from gbar.emulate.windows_store import open_windows, write_windows
from gbar.figures.losses import History, draw_losses
from gbar.figures.style import save
from gbar.records.files import write_csv
from gbar.records.metrics import write_metrics
from gbar.records.provenance import now, provenance
from gbar.report.verify_networks import SCORED
from gbar.sweeps.blocks import read_block, write_block
from gbar.sweeps.rows import read_rows

ARCHITECTURE = {"name": "dlstm2", "lstm_widths": [3, 3], "dense_widths": [4, 4]}
SWEEP = {
    "cell": {"name": "akwaboah2021"},
    "design": {"kind": "grid", "vary": ["INa", "IKr"], "levels": [0.5, 1.0, 1.5]},
    "protocol": {"duration_ms": 50, "save_every_ms": 0.1},
    "rows_per_job": 4,
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verified") / "results"
    traces = np.random.default_rng(0).normal(-60, 5, (9, 500))
    traces[4, 100:] = np.nan
    gathered(folder / "sweeps/hipsc", SWEEP, traces, np.where(np.arange(9) == 4, 2, 0).astype(np.int8))
    write_windows(folder / "emulate/windows.zarr", synthetic_windows(), {})
    digest = open_windows(folder / "emulate/windows.zarr").digest
    told = provenance(now(), {"network": ARCHITECTURE}).to_json()
    output = Output(-40.0, 30.0, (0.0, 1.0, 2.0))
    card = ModelCard(ARCHITECTURE, (Input("INa", 1.0, 0.5, 0.0, 2.0),), output, data_digest=digest, provenance=told)
    judged = folder / "emulate/dlstm2"
    save_model(judged / "model", nets.build(ARCHITECTURE, 1, 3), card, [])
    np.savez(judged / "predictions.npz", trace=np.zeros((2, 3), np.float32))
    write_csv(judged / "scores.csv", ["window", "rmse_mV"], [[0, 1.5], [1, 2.5]])
    write_metrics(judged / "metrics.json", {"rmse_mV": 2.0}, [judged / "predictions.npz", judged / "scores.csv"])
    epoch = np.arange(1, 9)
    for kind in ("svg", "png"):
        save(draw_losses([History("dlstm2", epoch, 100.0 / epoch, 120.0 / epoch)]), folder / f"figures/losses.{kind}")
    return folder


@pytest.fixture
def results(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "results"))


def verified(results: Path, capsys: pytest.CaptureFixture) -> tuple[int, list[str]]:
    """Return exit status and the lines about what is wrong."""
    status = main(["verify", str(results)])
    *lines, last = capsys.readouterr().out.splitlines()
    wrong = [line.removeprefix(f"{results}/") for line in lines if "WRONG" in line]
    assert last == f"{results}: {len(lines)} things checked, {len(wrong) or 'nothing'} wrong"
    return status, wrong


def test_whole_results_are_told_line_by_line(results: Path, capsys: pytest.CaptureFixture):
    assert main(["verify", str(results)]) == 0
    out = capsys.readouterr().out
    assert "sweeps/hipsc/design.csv: 9 rows in 3 blocks, as planned" in out
    assert out.count(".npz: 4 rows as solved") == 2
    assert "store.zarr: complete, 9 rows as designed" in out
    assert "biomarkers.csv: 9 rows as designed" in out
    assert "emulate/dlstm2/model: " in out
    for name in ("metrics.json: as written", "scores.csv: as written", "predictions.npz: as written"):
        assert f"emulate/dlstm2/{name}" in out
    assert out.count(": as drawn") == 2
    assert out.endswith("14 things checked, nothing wrong\n")


@pytest.fixture
def inverter(results: Path, tmp_path: Path) -> Path:
    """Return the folder of an inverter among the results, with its data set and made-up outputs of its jobs."""
    folder = results / "invert/small"
    folder.mkdir(parents=True)
    made_traces(tmp_path / "made").rename(folder / "traces.zarr")
    for scores, beside in SCORED.items():
        (folder / beside).write_bytes(b"what a job wrote")
        write_metrics(folder / scores, {"cells": 2}, [folder / beside])
    write_metrics(folder / "golden.json", {"trial": 2})
    return folder


def test_every_output_of_an_inverter_is_held_to_its_digest(
    results: Path, inverter: Path, capsys: pytest.CaptureFixture
):
    assert verified(results, capsys) == (0, [])
    for file in (*SCORED.values(), "golden.json"):
        flip(inverter / file, 3)
        status, wrong = verified(results, capsys)
        assert (status, len(wrong)) == (1, 1)
        assert wrong[0].startswith(f"invert/small/{file}: WRONG: ")
        flip(inverter / file, 3)
    (inverter / "cross.json").unlink()
    assert verified(results, capsys)[1] == ["invert/small/cross.json: WRONG: is missing; run Snakemake again"]


def first_block(results: Path) -> Path:
    return results / "sweeps/hipsc/blocks" / f"{read_rows(results / 'sweeps/hipsc/design.csv').blocks[0]}.npz"


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def other_voltages(results: Path) -> None:
    block = read_block(first_block(results))
    write_block(first_block(results), replace(block, V=block.V + 1))


def other_values_in_the_table_of_a_block(results: Path) -> None:
    replaced(first_block(results).with_suffix(".csv"), "0.5,0.5", "0.5,0.6")


DAMAGES = {
    "a flipped byte in a block": (lambda r: flip(first_block(r), 600), r"damaged|cannot be read"),
    "a missing block": (lambda r: first_block(r).unlink(), ".npz: WRONG: is missing; run Snakemake again"),
    "a block of other voltages": (other_voltages, "the store has other voltages or statuses; delete store.zarr"),
    "an edited table of a block": (other_values_in_the_table_of_a_block, "has other values of IKr than the design"),
    "an edited design": (
        lambda r: replaced(r / "sweeps/hipsc/design.csv", "0.5,0.5", "0.5,0.6"),
        r"design.csv: WRONG: design.csv is not as it was planned .*; delete it and run Snakemake again",
    ),
    "a flipped byte in a store": (lambda r: flip(r / "sweeps/hipsc/store.zarr/V/c/0/0", 900), "cannot be read"),
    "a missing chunk": (
        lambda r: (r / "sweeps/hipsc/store.zarr/status/c/0").unlink(),
        "1 of its files are missing, the first is status/c/0; delete the folder and run Snakemake again",
    ),
    "a missing store": (lambda r: shutil.rmtree(r / "sweeps/hipsc/store.zarr"), "store.zarr: WRONG: is missing"),
    "an edited status of a row": (
        lambda r: replaced(r / "sweeps/hipsc/biomarkers.csv", "diverged", "silent"),
        "biomarkers.csv: WRONG: it has other statuses than the store",
    ),
    "an edited id": (
        lambda r: replaced(
            r / "sweeps/hipsc/biomarkers.csv", read_rows(r / "sweeps/hipsc/design.csv").ids[3], "0" * 20
        ),
        "biomarkers.csv: WRONG: its rows are not those of the design",
    ),
    "a flipped byte in a model": (
        lambda r: flip(r / "emulate/dlstm2/model/params.safetensors", -9),
        "the model is damaged .*; delete the folder and train again",
    ),
    "an edited scaling of a model": (
        lambda r: replaced(r / "emulate/dlstm2/model/model.json", "-40.0", "-41.0"),
        "the model is damaged .its digest differs.",
    ),
    "an edited provenance of a model": (
        lambda r: replaced(r / "emulate/dlstm2/model/model.json", '"host": "', '"host": "not '),
        "the model is damaged .the provenance is not as it was written",
    ),
    "an edited provenance of a store": (
        lambda r: replaced(r / "sweeps/hipsc/store.zarr/zarr.json", r"\"host\": \"", r"\"host\": \"not "),
        "the provenance is not as it was written .its digest differs.; delete the folder",
    ),
    "an edited measure": (
        lambda r: replaced(
            r / "sweeps/hipsc/biomarkers.csv", ",silent,silent,cardiac,0,", ",silent,silent,cardiac,0,1"
        ),
        "biomarkers.csv: WRONG: is not as it was written .its digest differs.; delete it and run Snakemake again",
    ),
    "an edited score": (
        lambda r: replaced(r / "emulate/dlstm2/scores.csv", "2.5", "2.4"),
        r"scores.csv: WRONG: is not as it was written .its digest differs.; delete it and run Snakemake again",
    ),
    "a flipped byte in predictions": (
        lambda r: flip(r / "emulate/dlstm2/predictions.npz", 90),
        "predictions.npz: WRONG: is not as it was written",
    ),
    "missing predictions": (
        lambda r: (r / "emulate/dlstm2/predictions.npz").unlink(),
        "predictions.npz: WRONG: is missing; run Snakemake again",
    ),
    "an edited metric": (
        lambda r: replaced(r / "emulate/dlstm2/metrics.json", "2.0", "1.0"),
        "metrics.json: WRONG: is not as it was written .its digest differs.; delete it and run again",
    ),
    "metrics without their digest": (
        lambda r: replaced(r / "emulate/dlstm2/metrics.json", '"digest"', '"digested"'),
        "metrics.json: WRONG: is not as it was written",
    ),
    "a flipped byte in an SVG": (
        lambda r: flip(r / "figures/losses.svg", 5000),
        "losses.svg: WRONG: is not as it was written .its digest differs.; delete it and run Snakemake again",
    ),
    "a flipped byte in a PNG": (lambda r: flip(r / "figures/losses.png", 5000), "losses.png: WRONG: is not as it was"),
    "a figure without its seal": (
        lambda r: replaced(r / "figures/losses.svg", "<!-- gbar", "<!-- "),
        "losses.svg: WRONG: is not as it was written",
    ),
    "windows of another sweep": (
        lambda r: write_windows(
            r / "emulate/windows.zarr", replace(synthetic_windows(), time=np.arange(400.0) * 2), {}
        ),
        "model: WRONG: was trained on another data set than windows.zarr; delete the folder and run again",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_wrong_is_named_alone_with_status_1(results: Path, capsys: pytest.CaptureFixture, damage: str):
    harm, sentence = DAMAGES[damage]
    harm(results)
    status, wrong = verified(results, capsys)
    assert status == 1
    assert len(wrong) == 1
    assert re.search(sentence, wrong[0]), wrong


def test_a_model_whose_digest_was_left_out_is_refused(results: Path, capsys: pytest.CaptureFixture):
    card = results / "emulate/dlstm2/model/model.json"
    card.write_text(json.dumps({key: value for key, value in json.loads(card.read_text()).items() if key != "digests"}))
    assert verified(results, capsys)[0] == 1


def test_a_folder_without_results_is_a_mistake_of_the_user(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert main(["verify", str(tmp_path)]) == 2
    assert "is no results folder" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["nonexistent.zarr", "nonexistent"])
def test_a_path_that_leads_nowhere_is_said_to_do_so(tmp_path: Path, capsys, name: str):
    assert main(["verify", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err == f"gbar: {tmp_path / name}: there is nothing at this path\n"
