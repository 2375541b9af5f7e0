"""Checkpoints of a training run: whole, its own, and undamaged, or not taken up at all.

A checkpoint is one safetensors file: the leaves of a pytree under their paths, and JSON in its header. It
carries the digest of the run it belongs to and one of its own numbers, so that neither an outdated nor a
damaged file is ever mistaken for a good one.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from gbar.errors import UserError
from gbar.records.digest import digest_of
from gbar.records.files import whole

KEPT = 2


def flatten(tree: Any) -> dict[str, np.ndarray]:
    """Return the leaves of a pytree as NumPy arrays under their paths, such as `dense/0/kernel`."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    return {_name(path): np.asarray(leaf, order="C") for path, leaf in leaves}


def unflatten(template: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """Return the pytree of `template` with the arrays of `flatten` as leaves.

    Raises:
        ValueError: a leaf is missing, left over, or of another shape or dtype.
    """
    leaves, structure = jax.tree_util.tree_flatten_with_path(template)
    expected = {_name(path): leaf for path, leaf in leaves}
    if expected.keys() != arrays.keys():
        raise ValueError(f"arrays {sorted(expected.keys() ^ arrays.keys())} are missing or left over")
    for name, leaf in expected.items():
        if leaf.shape != arrays[name].shape or leaf.dtype != arrays[name].dtype:
            raise ValueError(f"array {name} is {arrays[name].dtype}{arrays[name].shape}, not {leaf.dtype}{leaf.shape}")
    return jax.tree_util.tree_unflatten(structure, [jnp.array(arrays[name]) for name in expected])


def digest(values: Any, tree: Any) -> str:
    """Return a SHA-256 of JSON-able values and of a pytree of arrays: paths, dtypes, shapes and contents."""
    return digest_of(values, flatten(tree))


class Checkpoints:
    """The checkpoints of one run in a directory of their own; the last two are kept."""

    def __init__(self, directory: Path, run: str, log: Callable[[str], None]):
        """Open, and make where needed, the directory.

        Args:
            directory: where the files lie; it outlives the job and is removed by the caller after success.
            run: digest of all that decides the result of the run.
            log: takes one line of text.
        """
        self.directory, self.run, self.log = directory, run, log
        directory.mkdir(parents=True, exist_ok=True)

    def save(self, number: int, tree: Any, notes: dict[str, Any]) -> None:
        """Write a checkpoint and drop those before the last two; one that cannot be written is logged and left out.

        Args:
            number: of the epoch just finished; later checkpoints have higher ones.
            tree: pytree of arrays.
            notes: JSON-able values to go with it.
        """
        arrays = flatten(tree)
        header = {"run": self.run, "content": digest(notes, arrays), "notes": json.dumps(notes)}
        path = self.directory / f"epoch-{number:08d}.safetensors"
        try:
            with whole(path) as made:
                save_file(arrays, made, header)
                with made.open("rb") as file:
                    os.fsync(file.fileno())
        except (UserError, SafetensorError, OSError) as reason:
            self.log(f"no checkpoint of epoch {number}, training goes on: {reason}")
            return
        for old in self._paths()[KEPT:]:
            old.unlink()

    def load(self, template: Any) -> tuple[Any, dict[str, Any]] | None:
        """Return tree and notes of the newest good checkpoint, or None; useless files are logged and removed.

        Args:
            template: a pytree of the structure, shapes and dtypes that `save` was given.
        """
        for partial in self.directory.glob(".epoch-*"):
            shutil.rmtree(partial)
        for path in self._paths():
            try:
                return self._read(path, template)
            except (OSError, SafetensorError, ValueError, KeyError) as reason:
                self.log(f"checkpoint {path.name} is not used: {reason}")
                path.unlink()
        return None

    def _read(self, path: Path, template: Any) -> tuple[Any, dict[str, Any]]:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            if header["run"] != self.run:
                raise ValueError("it belongs to a run with another network, other settings or other data")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        notes = json.loads(header["notes"])
        if header["content"] != digest(notes, arrays):
            raise ValueError("it is damaged")
        return unflatten(template, arrays), notes

    def _paths(self) -> list[Path]:
        """Return the checkpoint files, newest first."""
        return sorted(self.directory.glob("epoch-*.safetensors"), reverse=True)


def _name(path: tuple[Any, ...]) -> str:
    return jax.tree_util.keystr(path, simple=True, separator="/")
