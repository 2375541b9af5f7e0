"""Where results come from: told with every result, out of the digests that equal results share, and guarded."""

import base64
import json
import platform
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml
import zarr
from made_up import gathered
from project import tiny_study

from gbar.config.study import load_study
from gbar.errors import UserError
from gbar.records import provenance as module
from gbar.records.provenance import Provenance, commit, library_digest, now, provenance, told_by
from gbar.report.study import report_study
from gbar.sweeps.blocks import Block, read_block, write_block
from gbar.sweeps.gather import gather
from gbar.sweeps.store import open_store, provenance_of

SWEEP = {
    "cell": {"name": "izhikevich2003"},
    "design": {"kind": "grid", "vary": ["c"], "levels": [-70, -65, -60, -55]},
    "protocol": {"duration_ms": 40, "save_every_ms": 0.1, "stimulus": {"kind": "constant", "value": 10}},
    "rows_per_job": 2,
}
TRACES = np.random.default_rng(0).normal(-60, 5, (4, 400))


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    return gathered(tmp_path / "sweep", SWEEP, TRACES)


def test_a_record_says_what_made_it_where_and_when():
    start = now() - timedelta(seconds=5)
    record = provenance(start, {"rtol": 1e-5})
    assert record.configuration == {"rtol": 1e-5}
    assert record.host == platform.node()
    assert record.device
    assert record.versions["numpy"] == np.__version__
    assert record.start.endswith("+00:00")
    assert record.start < record.end
    assert re.fullmatch(r"[0-9a-f]{64}", record.library)


def test_a_record_comes_back_as_it_was_and_not_if_it_was_changed():
    record = provenance(now(), {"rtol": 1e-5})
    told = json.loads(json.dumps(record.to_json()))
    assert Provenance.from_json(told) == record
    for changed in (told | {"host": "other"}, told | {"more": 1}, {**told, "digest": ""}, {"digest": told["digest"]}):
        with pytest.raises(ValueError, match="not as it was written"):
            Provenance.from_json(changed)


def test_the_digest_of_the_library_is_of_code_and_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    copy = shutil.copytree(module.PACKAGE, tmp_path / "gbar", ignore=shutil.ignore_patterns("__pycache__"))
    whole = library_digest()
    monkeypatch.setattr(module, "PACKAGE", copy)
    assert library_digest() == whole
    for changed in (copy / "sweeps/blocks.py", next(copy.glob("cells/*/*.csv"))):
        content = changed.read_bytes()
        changed.write_bytes(content + b"\n")
        assert library_digest() != whole
        changed.write_bytes(content)
    (copy / "__pycache__").mkdir()
    (copy / "__pycache__/blocks.pyc").touch()
    assert library_digest() == whole


def test_the_commit_is_that_of_the_librarys_own_tree_and_dirty_once_the_library_is_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    copy = tmp_path / "workflow/gbar"
    (copy / "records").mkdir(parents=True)
    (copy / "records/provenance.py").write_text("")
    monkeypatch.setattr(module, "PACKAGE", copy)
    assert commit() == ("unknown", None)

    def git(*words: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        return subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    git("init")
    (tmp_path / "config.yaml").write_text("a: 1")
    git("add", "config.yaml")
    git("commit", "-m", "of somebody else's tree")
    assert commit() == ("unknown", None)  # the library is installed there, but no part of it
    git("add", ".")
    git("commit", "-m", "with the library")
    head = git("rev-parse", "HEAD").strip()
    (tmp_path / "config.yaml").write_text("a: 2")
    assert commit() == (head, False)
    (copy / "new.py").write_text("")
    assert commit() == (head, True)


def test_jobs_on_several_hosts_are_told_together():
    one = provenance(now(), {})
    told = one.to_json()
    del told["digest"]
    other = Provenance(**told | {"host": "n2", "device": "NVIDIA H100", "start": "2020-01-01T00:00:00+00:00"})
    third = replace(one, versions=dict(one.versions) | {"jax": "0.12.0"}, dirty=True, commit="c0ffee")
    found = told_by([one, other, third])
    assert found["jobs"] == 3
    assert found["hosts"] == sorted({one.host, "n2"})
    assert found["devices"] == sorted({one.device, "NVIDIA H100"})
    assert len(found["versions"]) == 2
    assert "c0ffee, changed" in found["commits"]
    assert (found["start"], found["end"]) == ("2020-01-01T00:00:00+00:00", one.end)


def test_a_block_keeps_its_own_record_outside_its_digest(tmp_path: Path):
    bare = Block(
        ["0a"], np.zeros((1, 3), np.float32), np.zeros(1, np.int8), np.ones(1, int), np.empty((1, 0, 0), np.float32)
    )
    block = replace(bare, provenance=provenance(now(), {"cell": {"name": "x"}}))
    assert block.digest == bare.digest
    write_block(tmp_path / "block.npz", block)
    assert read_block(tmp_path / "block.npz").provenance == block.provenance
    with np.load(tmp_path / "block.npz") as file:
        arrays = dict(file)
    arrays["provenance"] = np.array(str(arrays["provenance"]).replace('"host": "', '"host": "not '))
    np.savez(tmp_path / "block.npz", **arrays)
    with pytest.raises(UserError, match="the provenance is not as it was written"):
        read_block(tmp_path / "block.npz")


def test_a_store_lists_the_hosts_of_its_blocks_and_equal_stores_have_equal_digests(sweep: Path):
    before = zarr.open_group(sweep / "store.zarr", mode="r").attrs["digests"]
    start = "2020-01-01T00:00:00+00:00"
    for number, file in enumerate(sorted((sweep / "blocks").glob("*.npz"))):
        record = replace(provenance(now(), {}), host=f"n{number}", start=start)
        write_block(file, replace(read_block(file), provenance=record))
    table = next((sweep / "plans").glob("*.csv"))
    section = load_study({"sweeps": {"s": SWEEP}}).sweeps["s"]
    outputs = (sweep / name for name in ("store.zarr", "biomarkers.csv", "beats.csv"))
    gather(table, sweep / "blocks", section, *outputs, lambda _: None)
    group = open_store(sweep / "store.zarr")
    found = provenance_of(group)
    assert found is not None
    assert found.configuration == section.model_dump(mode="json")
    assert found.made_from["hosts"] == ["n0", "n1"]
    assert found.made_from["start"] == start
    assert group.attrs["digests"] == before


def test_a_store_that_lost_its_provenance_is_not_read(sweep: Path):
    group = zarr.open_group(sweep / "store.zarr")
    del group.attrs["provenance"]
    with pytest.raises(UserError, match="the store is damaged"):
        open_store(sweep / "store.zarr")


def offered(page: str, name: str) -> str:
    """Return the file that a page offers under a name."""
    found = re.search(rf'href="data:[a-z/]+;base64,([^"]+)" download="{re.escape(name)}"', page)
    assert found is not None
    return base64.b64decode(found[1]).decode()


def test_the_report_offers_the_configuration_that_gives_the_same_study_again(tmp_path: Path):
    values = tiny_study()
    values["sweeps"] = {"spikes": SWEEP | {"voltage": "int16"}, **values["sweeps"]}
    study = load_study(values)
    folder = gathered(tmp_path / "results/sweeps/spikes", SWEEP, TRACES)
    page = tmp_path / "report.html"
    report_study(
        page,
        study,
        figures=[],
        captions=tmp_path,
        sweeps={"spikes": folder / "biomarkers.csv"},
        metrics={},
    )
    text = page.read_text()
    assert load_study(yaml.safe_load(offered(text, "study.yaml"))) == study
    assert load_study(yaml.safe_load(offered(text, "study.yaml"))).canonical() == study.canonical()
    assert ".venv/bin/snakemake --cores all --replace-workflow-config --configfile study.yaml" in text
    head, dirty = commit()
    assert f"git checkout {head}" in text
    assert ("was changed since that commit" in text) == dirty
    records = json.loads(offered(text, "origin.json"))
    assert records["stores"]["spikes"]["configuration"]["cell"]["name"] == "izhikevich2003"
    assert records["report"]["library"] == library_digest()


def test_the_report_names_the_users_files_that_the_study_reads(tmp_path: Path):
    (tmp_path / "current.csv").write_text("time_ms,value\n0,0\n5,12\n")
    stimulus = {"kind": "csv", "path": str(tmp_path / "current.csv")}
    sweep = SWEEP | {"protocol": SWEEP["protocol"] | {"stimulus": stimulus}}
    folder = gathered(tmp_path / "results/sweeps/spikes", sweep, TRACES)
    page = tmp_path / "report.html"
    sweeps = {"spikes": folder / "biomarkers.csv"}
    report_study(
        page,
        load_study({"sweeps": {"spikes": sweep}}),
        figures=[],
        captions=tmp_path,
        sweeps=sweeps,
        metrics={},
    )
    assert f"must be there too: {tmp_path}/current.csv." in page.read_text()
