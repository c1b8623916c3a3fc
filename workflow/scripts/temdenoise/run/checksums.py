"""Is a file as it was written? A checksum beside each output."""

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from temdenoise.errors import DamagedError
from temdenoise.run.storage import beside, flush

SUFFIX = ".checksum"  # of the hidden file with size and checksum


@contextmanager
def recorded(content: Path, path: str | os.PathLike[str], **facts: Any) -> Iterator[None]:
    """Write size and checksum of `content`, and the `facts`; record them when the block succeeds.

    Record them before you move the content to `path`: a kill between the two leaves a checksum
    without a file, which nobody reads.
    """
    said = {"bytes": content.stat().st_size, "sha256": of(content), **facts}
    with beside(_beside(path)) as partial:
        partial.write_text(json.dumps(said) + "\n", encoding="utf-8")
        flush(partial)
        yield


def verify(path: str | os.PathLike[str]) -> str | None:
    """Return the checksum of the file at `path`, None if none was recorded or the file is missing.

    A file without a recorded checksum passes: it was made by hand or by another program. A file
    that cannot be opened passes: its reader reports why.

    Raises
    ------
    DamagedError
        Size or checksum differs from the record, or one of the two files cannot be read.
    """
    try:
        said = json.loads(_beside(path).read_bytes())
        size, checksum = said["bytes"], said["sha256"]
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError):
        raise _damaged(path, f"its checksum in {_beside(path).name} cannot be read") from None
    try:
        return _compare(path, size, checksum)
    except OSError as error:
        if error.errno == errno.EIO:
            raise _damaged(path, f"cannot be read ({error.strerror})") from error
        return None


def of(path: str | os.PathLike[str]) -> str:
    """Return the checksum of the content of the file at `path`: its SHA-256."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _beside(path: str | os.PathLike[str]) -> Path:
    return Path(path).with_name(f".{Path(path).name}{SUFFIX}")


def _compare(path: str | os.PathLike[str], size: int, checksum: str) -> str:
    if (length := Path(path).stat().st_size) != size:
        raise _damaged(path, f"expected {size} bytes, got {length}")
    if (got := of(path)) != checksum:
        raise _damaged(path, f"expected SHA-256 {checksum:.12}…, got {got:.12}…")
    return got


def _damaged(path: str | os.PathLike[str], problem: str) -> DamagedError:
    return DamagedError(
        f"{path}: damaged: {problem}; delete it and run again, but restore a shipped or stored "
        "file from git or a backup"
    )
