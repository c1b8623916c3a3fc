"""Outputs that appear whole or not at all, and stacks of images that stay on disk."""

import errno
import os
import secrets
import tokenize
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from temdenoise.errors import InputError, StorageError

REBUILD = "delete it and run the workflow again"
_DAMAGED_NPY = (ValueError, SyntaxError, OverflowError, TypeError, tokenize.TokenError)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a path beside `path` to write to; move it to `path` once the block has ended well.

    Raises
    ------
    StorageError
        The disk is full. The unfinished file is removed, `path` is left as it was.
    """
    final = Path(path)
    final.parent.mkdir(parents=True, exist_ok=True)
    partial = final.with_name(f".{final.stem}.{secrets.token_hex(4)}.partial{final.suffix}")
    try:
        yield partial
        _flush(partial)
        partial.replace(final)
    except OSError as error:
        if not _is_no_room(error):
            raise
        raise StorageError(errno.ENOSPC, _no_room(final)) from error
    finally:
        partial.unlink(missing_ok=True)


def write_stack(
    path: str | os.PathLike[str], images: Iterable[np.ndarray], shape: tuple[int, ...]
) -> None:
    """Write `images` one after the other as a float32 .npy stack of `shape` (N, Y, X).

    The room is reserved first: a disk too small is an error here, not a crash in mid-write.
    """
    with atomic(path) as partial:
        stack = np.lib.format.open_memmap(partial, mode="w+", dtype="float32", shape=shape)
        _reserve(partial)
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
        The file cannot be read, is truncated, is not an .npy file, or has another number of axes.
    """
    try:
        stack = np.lib.format.open_memmap(path, mode="r")
    except (OSError, *_DAMAGED_NPY) as error:
        raise InputError(f"{path}: not a whole .npy file ({error}); {REBUILD}") from error
    if stack.ndim != ndim:
        raise InputError(f"{path}: expected {ndim} axes, got shape {stack.shape}; {REBUILD}")
    return stack


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
    try:
        return pd.read_csv(path, sep=_separator(path))
    except (ValueError, OSError) as error:
        raise InputError(
            f"{path}: not a readable table ({str(error).strip()}); {REBUILD}"
        ) from error


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8."""
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _separator(path: str | os.PathLike[str]) -> str:
    return "\t" if Path(path).suffix == ".tsv" else ","


def _reserve(path: Path) -> None:
    if hasattr(os, "posix_fallocate"):  # macOS has none
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _is_no_room(error: OSError) -> bool:
    # numpy's tofile, which tifffile (bytes) and ASE (text) use, says so without an errno.
    of_numpy = ("requested and", "problem writing element")
    return error.errno in _NO_ROOM or any(words in str(error) for words in of_numpy)


def _no_room(path: Path) -> str:
    status = os.statvfs(path.parent)
    free = status.f_bavail * status.f_frsize / 1e6
    return (
        f"no room on the disk for {path}: {free:.1f} MB are free; "
        "free some room or run with --directory on a larger disk"
    )
