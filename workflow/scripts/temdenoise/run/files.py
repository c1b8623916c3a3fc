"""How are outputs written and read? With checksums; image stacks stay on disk."""

import json
import os
import shutil
import tokenize
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from temdenoise.errors import InputError
from temdenoise.run import checksums, storage

REBUILD = "delete it and run the workflow again"
_DAMAGED_NPY = (ValueError, SyntaxError, OverflowError, TypeError, tokenize.TokenError)


@contextmanager
def atomic(path: str | os.PathLike[str], **facts: Any) -> Iterator[Path]:
    """Yield a path beside `path` to write to; move it to `path` when the block succeeds.

    Before that, record its checksum and the `facts`, such as an array's shape and dtype.

    Raises
    ------
    StorageError
        The disk is full. The unfinished file is removed, `path` is left as it was.
    """
    with storage.beside(path) as partial:
        yield partial
        storage.flush(partial)  # on a full disk the old file keeps its checksum
        with checksums.recorded(partial, path, **facts):
            pass


@contextmanager
def atomic_together(paths: Mapping[str, str | os.PathLike[str]]) -> Iterator[dict[str, Path]]:
    """Like `atomic` for the files of one result, by kind: all are moved, or none.

    The first of `paths` is moved last.
    """
    with ExitStack() as moves:  # in reverse order
        partials = {kind: moves.enter_context(storage.beside(paths[kind])) for kind in paths}
        yield partials
        for partial in partials.values():
            storage.flush(partial)
        for kind, path in paths.items():
            moves.enter_context(checksums.recorded(partials[kind], path))


def copy(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Copy `source` to `target`, whole or not at all.

    Raises
    ------
    DamagedError
        `source` is damaged.
    """
    checksums.verify(source)
    with atomic(target) as partial:
        shutil.copyfile(source, partial)


def write_stack(
    path: str | os.PathLike[str], images: Iterable[np.ndarray], shape: tuple[int, ...]
) -> None:
    """Write `images` one after the other as a float32 .npy stack of `shape` (N, Y, X).

    Reserve the room first: a full disk is an error here, not a crash in mid-write.
    """
    with atomic(path, dtype="float32", shape=shape) as partial:
        stack = np.lib.format.open_memmap(partial, mode="w+", dtype="float32", shape=shape)
        storage.reserve(partial)
        for slot, image in zip(stack, images, strict=True):
            if image.shape != slot.shape:
                raise ValueError(f"{path}: an image of {image.shape} in a stack of {shape}")
            slot[...] = image
        stack.flush()


def open_stack(path: str | os.PathLike[str], ndim: int) -> np.ndarray:
    """Open the .npy stack at `path` as a read-only memory map of `ndim` axes.

    Raises
    ------
    InputError
        The file cannot be read, is damaged, is not an .npy file, or has another number of axes.
    """
    checksums.verify(path)
    try:
        stack = np.lib.format.open_memmap(path, mode="r")
    except (OSError, *_DAMAGED_NPY) as error:
        raise InputError(f"{path}: not a whole .npy file ({error}); {REBUILD}") from error
    if stack.ndim != ndim:
        raise InputError(f"{path}: expected {ndim} axes, got shape {stack.shape}; {REBUILD}")
    return stack


def write_arrays(path: str | os.PathLike[str], arrays: Mapping[str, np.ndarray]) -> None:
    """Write `arrays` by name as an .npz archive."""
    with atomic(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def read_arrays(path: str | os.PathLike[str]) -> dict[str, np.ndarray]:
    """Read the arrays that `write_arrays` wrote.

    Raises
    ------
    InputError
        The archive is damaged.
    """
    checksums.verify(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, KeyError, zipfile.BadZipFile, *_DAMAGED_NPY) as error:
        raise InputError(f"{path}: not a whole .npz archive ({error}); {REBUILD}") from error


def write_table(path: str | os.PathLike[str], table: pd.DataFrame) -> None:
    """Write `table` as .csv (commas) or .tsv (tabs)."""
    write_text(path, table.to_csv(index=False, sep=_separator(path)))


def read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table written by `write_table`.

    Raises
    ------
    InputError
        The file is empty or damaged.
    """
    checksums.verify(path)
    try:
        return pd.read_csv(path, sep=_separator(path))
    except (ValueError, OSError) as error:
        raise InputError(
            f"{path}: not a readable table ({str(error).strip()}); {REBUILD}"
        ) from error


def read_json(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the JSON object at `path`, such as a summary.

    Raises
    ------
    InputError
        The file is damaged.
    """
    checksums.verify(path)
    try:
        return dict(json.loads(Path(path).read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError) as error:
        raise InputError(f"{path}: not whole JSON ({error}); {REBUILD}") from error


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8."""
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _separator(path: str | os.PathLike[str]) -> str:
    return "\t" if Path(path).suffix == ".tsv" else ","
