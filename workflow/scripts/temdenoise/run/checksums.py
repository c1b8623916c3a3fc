"""Is a file as it was written? A checksum beside each output."""

import errno
import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from temdenoise.errors import DamagedError
from temdenoise.run.storage import beside, hidden

SUFFIX = ".checksum"  # of the hidden file that says what a file must be
MARK = ".damaged-mark"  # of the hidden, empty file by which a job says that a file is damaged
ASIDE = ".damaged"


def record(content: Path, path: str | os.PathLike[str], **facts: Any) -> None:
    """Write down, for the file at `path`, size and SHA-256 of its `content`, and the `facts`.

    To be called before the content is moved to `path`: a kill between leaves a checksum without
    a file, which nobody reads.
    """
    with beside(_beside(path, SUFFIX)) as partial:
        partial.write_text(json.dumps({**_measure(content), **facts}) + "\n", encoding="utf-8")


def verify(path: str | os.PathLike[str]) -> None:
    """Refuse the file at `path` if it is not what was recorded; leave a mark that it is not.

    See `problem` for what passes.

    Raises
    ------
    DamagedError
        Its size or its SHA-256 differs, or it or its checksum cannot be read.
    """
    if found := problem(path):
        with suppress(OSError):
            _beside(path, MARK).touch()
        raise DamagedError(
            f"{path}: damaged: {found}; when the run has ended it is moved to "
            f"{Path(path).name}{ASIDE}, and the next run makes it anew"
        )


def problem(path: str | os.PathLike[str]) -> str | None:
    """Return how the file at `path` differs from what was recorded, None if it does not.

    A file of which nothing was recorded, made by hand or by another program, passes; one that
    cannot be opened, too: its reader will say why.
    """
    checksum = _beside(path, SUFFIX)
    try:
        said = json.loads(checksum.read_bytes())
        size, sha256 = said["bytes"], said["sha256"]
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError):
        return f"its checksum in {checksum.name} cannot be read"
    try:
        return _difference(Path(path), size, sha256)
    except OSError as error:
        return f"cannot be read ({error.strerror})" if error.errno == errno.EIO else None


def set_aside(folder: str | os.PathLike[str]) -> list[Path]:
    """Move the files below `folder` that were marked and are indeed damaged, return their paths.

    No job may be at work there. A file that is whole by now only loses its mark.
    """
    marks = [path for path in hidden(folder) if path.suffix == MARK]
    marked = {mark: mark.with_name(mark.stem[1:]) for mark in marks}
    damaged = [path for path in marked.values() if _is_damaged(path)]
    for path in damaged:
        path.replace(path.with_name(path.name + ASIDE))
    for mark in marks:
        mark.unlink(missing_ok=True)
    return damaged


def of(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of the file at `path`."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _beside(path: str | os.PathLike[str], suffix: str) -> Path:
    return Path(path).with_name(f".{Path(path).name}{suffix}")


def _measure(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": of(path)}


def _is_damaged(path: Path) -> bool:
    try:
        return problem(path) is not None
    except OSError:  # its checksum may not be read just now: no proof
        return False


def _difference(path: Path, size: int, sha256: str) -> str | None:
    if (length := path.stat().st_size) != size:
        return f"expected {size} bytes, got {length}"
    if (got := of(path)) != sha256:
        return f"expected SHA-256 {sha256:.12}…, got {got:.12}…"
    return None
