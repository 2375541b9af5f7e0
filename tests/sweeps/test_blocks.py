"""Blocks: what is read back is what was written, or an error that says what to do."""

from pathlib import Path

import numpy as np
import pytest

from gbar.errors import UserError
from gbar.sweeps.blocks import Block, read_block, write_block

BLOCK = Block(
    ["0a", "0b"],
    np.float32([[-70.5, np.nan, 20.25]] * 2),
    np.array([0, 2], np.int8),
    np.array([7, 9]),
    np.float32([[[1e-4, 2e-4]]] * 2),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_block(tmp_path / "block.npz", BLOCK)
    return tmp_path / "block.npz"


def assert_same(found: Block) -> None:
    assert found.ids == BLOCK.ids
    for name in ("V", "status", "steps", "concentrations"):
        np.testing.assert_array_equal(getattr(found, name), getattr(BLOCK, name), strict=True)


def test_a_block_comes_back_as_it_was_written(path: Path):
    assert_same(read_block(path))


def test_after_a_flip_of_any_byte_a_block_is_refused_or_unchanged(path: Path):
    content, messages = path.read_bytes(), []
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        try:
            assert_same(read_block(path))
        except UserError as error:
            messages.append(str(error))
    assert all(message.endswith("delete it and run again") for message in messages)
    assert len(messages) > len(content) / 2  # the rest are dates and the like of the ZIP archive


@pytest.mark.parametrize("size", [0, 10, 500, -1])
def test_a_torn_block_is_refused(path: Path, size: int):
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(UserError, match=r"block\.npz: cannot be read as a block .*; delete it and run again"):
        read_block(path)


@pytest.mark.parametrize("foreign", ["a text", "an array", "an archive", "a block of other numbers"])
def test_a_foreign_file_is_refused(path: Path, foreign: str):
    if foreign == "a text":
        path.write_text("id,V\n")
    elif foreign == "an array":
        with path.open("wb") as file:
            np.save(file, BLOCK.V)
    elif foreign == "an archive":
        np.savez(path, V=BLOCK.V)
    else:
        np.savez(path, id=["0a", "0b"], V=BLOCK.V + 1, status=[0, 2], steps=[7, 9], digest=BLOCK.digest)
    with pytest.raises(UserError, match=r"block\.npz: .*; delete it and run again"):
        read_block(path)
