"""Where does the output of a job go? To its log, also from native code and child processes."""

import errno
import gc
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path

from temdenoise.errors import EngineError, InputError, StorageError

_log = logging.getLogger("temdenoise")


@contextmanager
def capture(path: str | os.PathLike[str], *, show_as: str | None = None) -> Iterator[None]:
    """Send file descriptors 1 and 2 to the log at `path` while the block runs.

    With `show_as`, messages of the workflow also go to the former descriptor 2, after that name.

    An error that the user can fix ends the log with one line and the process with code 1. Any
    other error leaves its traceback in the log. While the disk of the log is full, its messages go
    to the former descriptor 2.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    kept = os.dup(1), os.dup(2)
    with open(path, "w", buffering=1) as log:
        _point_at(log.fileno(), log.fileno())
        handler = _start_logging(spare=kept[1])
        try:
            with shown(kept[1], show_as):
                yield
        except Exception as error:
            if line := line_of(error):
                _log.error("%s", line)
                raise SystemExit(1) from None
            _log.exception("this is an error in the workflow, not in its input:")
            raise
        finally:
            gc.collect()  # engines write their last lines when they are collected
            _log.removeHandler(handler)
            with suppress(OSError):
                handler.stream.close()
            _point_at(*kept)
            for descriptor in kept:
                os.close(descriptor)


@contextmanager
def shown(descriptor: int, name: str | None) -> Iterator[None]:
    """Also show the log on `descriptor`, each line after `name`; do nothing without a `name`."""
    if name is None:
        yield
        return
    stream = os.fdopen(os.dup(descriptor), "w", buffering=1)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(f"{name.replace('%', '%%')}: %(message)s"))
    _log.addHandler(handler)
    try:
        yield
    finally:
        _log.removeHandler(handler)
        with suppress(OSError):  # if it cannot be shown, the job goes on
            stream.close()


def line_of(error: Exception) -> str | None:
    """Return the line for an error that the user can fix, None for any other error."""
    reason = error.__cause__ if isinstance(error, InputError) else error
    if isinstance(reason, PermissionError):  # not damaged, whatever its reader says
        return f"{_here(reason.filename)}: {reason.strerror}; give this account access"
    if isinstance(error, StorageError):
        return str(error.strerror)
    if isinstance(error, (EngineError, InputError)):
        return str(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"no room on the disk: {error}; free some room"
    return None


def _here(path: str | os.PathLike[str] | None) -> str:
    """Return `path` relative to the working directory, as the workflow names its files."""
    with suppress(ValueError, TypeError):
        return str(Path(path or "").relative_to(Path.cwd()))
    return str(path)


def _point_at(stdout: int, stderr: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # if the log has no room, the job goes on
            stream.flush()
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)


class _Handler(logging.StreamHandler[TextIOWrapper]):
    def __init__(self, spare: int) -> None:
        # Descriptor 2 itself, not sys.stderr, which a test runner may have replaced.
        super().__init__(os.fdopen(os.dup(2), "w", buffering=1))
        self._spare = spare

    def handleError(self, record: logging.LogRecord) -> None:
        os.write(self._spare, f"{self.format(record)}\n".encode())


def _start_logging(spare: int) -> _Handler:
    handler = _Handler(spare)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.formatter.converter = time.gmtime  # type: ignore[union-attr]
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    return handler
