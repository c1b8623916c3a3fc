"""Everything a job prints, native code and child processes included, goes to its log."""

import gc
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from temdenoise.errors import EngineError, InputError, StorageError

_log = logging.getLogger("temdenoise")


@contextmanager
def capture(path: str | os.PathLike[str]) -> Iterator[None]:
    """Send file descriptors 1 and 2 to the log at `path` while the block runs.

    An error that the user can mend ends the log with its one line and the process with
    code 1; any other error leaves its traceback in the log.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    kept = os.dup(1), os.dup(2)
    with open(path, "w", buffering=1) as log:
        _point_at(log.fileno(), log.fileno())
        handler = _start_logging()
        try:
            yield
        except (EngineError, InputError, StorageError) as error:
            message = error.strerror if isinstance(error, StorageError) else error
            _log.error("%s", message)
            raise SystemExit(1) from None
        except Exception:
            _log.exception("this is an error in the workflow, not in its input:")
            raise
        finally:
            gc.collect()  # engines write their last lines when they are collected
            _log.removeHandler(handler)
            handler.stream.close()
            _point_at(*kept)
            for descriptor in kept:
                os.close(descriptor)


def _point_at(stdout: int, stderr: int) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)


def _start_logging() -> logging.StreamHandler[TextIOWrapper]:
    # Descriptor 2 itself, not sys.stderr, which a test runner may have replaced.
    handler = logging.StreamHandler(os.fdopen(os.dup(2), "w", buffering=1))
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.formatter.converter = time.gmtime  # type: ignore[union-attr]
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    return handler
