"""How is a file written whole or not at all?"""

import errno
import glob
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from temdenoise.errors import StorageError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_MARK = ".partial"
_ABANDONED = 24 * 3600  # [s]; a younger file may still have a writer


@contextmanager
def beside(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a path beside `path` to write to; move it to `path` when the block succeeds.

    Remove the unfinished file that a killed process left.

    Raises
    ------
    StorageError
        The disk is full. The unfinished file is removed, `path` is left as it was.
    """
    final = Path(path)
    final.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(final)
    partial = final.with_name(f".{final.stem}.{secrets.token_hex(4)}{_MARK}{final.suffix}")
    try:
        yield partial
        flush(partial)
        partial.replace(final)
    except OSError as error:
        if not _is_no_room(error):
            raise
        raise StorageError(errno.ENOSPC, _no_room(final)) from error
    finally:
        partial.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Wait until the file at `path` is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def reserve(path: Path, size: int | None = None) -> None:
    """Reserve the room on the disk that the size of the file at `path` promises.

    With a `size` [bytes], first make it a file of that size.

    Raises
    ------
    OSError
        There is none.
    """
    if size is not None:
        with path.open("wb") as file:
            file.truncate(size)
    if hasattr(os, "posix_fallocate"):  # macOS has none
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


def remove_partials(folder: str | os.PathLike[str]) -> list[Path]:
    """Remove the unfinished files below `folder` that killed writers left; return their paths.

    Those written to in the last day stay: a job may outlive its run and still write to them.
    """
    latest = time.time() - _ABANDONED
    files = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    found = [path for path in files if path.name[0] == "." and _MARK in path.suffixes[-2:]]
    left = [path for path in found if path.stat().st_mtime < latest]
    for path in left:
        path.unlink(missing_ok=True)
    return left


def _remove_leftovers(final: Path) -> None:
    # A file has one writer at a time. A writer that outlived its Snakemake may lose its attempt.
    stem, suffix = glob.escape(final.stem), glob.escape(final.suffix)
    for path in list(final.parent.glob(f".{stem}.{8 * '[0-9a-f]'}{_MARK}{suffix}")):
        path.unlink(missing_ok=True)


def _is_no_room(error: OSError) -> bool:
    # tifffile (bytes) and ASE (text) use numpy's tofile, whose error has no errno.
    of_numpy = ("requested and", "problem writing element")
    return error.errno in _NO_ROOM or any(words in str(error) for words in of_numpy)


def _no_room(path: Path) -> str:
    status = os.statvfs(path.parent)
    free = status.f_bavail * status.f_frsize / 1e6
    return (
        f"no room on the disk for {path}: {free:.1f} MB are free; "
        "free some room, or put results on a larger disk (snakemake --directory, temdenoise --out)"
    )
