"""Where did a training stop? Checkpoints named by what the training depends on."""

import hashlib
import io
import json
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from temdenoise.errors import InputError
from temdenoise.run import checksums
from temdenoise.run.storage import beside

KEPT = 2  # the last, and the one before in case the last is damaged
SUFFIX = ".checkpoint"  # the checksum of an .npz archive, then the archive

Row = dict[str, float]

_CHECKSUM_BYTES = 32
_log = logging.getLogger("temdenoise")


def fingerprint(params: Mapping[str, Any], inputs: Mapping[str, str | os.PathLike[str]]) -> str:
    """Return a fingerprint of `params` (of JSON types) and of the content of the files `inputs`."""
    contents = {name: checksums.of(path) for name, path in inputs.items()}
    text = json.dumps([params, contents], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Checkpoints:
    """The last checkpoints of the training with `fingerprint`, in a folder of its model.

    `folder` must be no output of a job: outputs are removed before the job runs again. Two
    processes may write to it, a job that outlived its run and its successor. So no step assumes
    that a file it saw is still there. docs/decisions/0008 says why this is not left to Keras.
    """

    def __init__(self, folder: str | os.PathLike[str], fingerprint: str) -> None:
        self._folder, self._own = Path(folder), Path(folder, fingerprint)

    def save(self, state: Sequence[np.ndarray], rows: Sequence[Row]) -> None:
        """Keep `state`, the arrays of a training, after `len(rows)` epochs; `rows` is its history.

        A checkpoint that cannot be written is a warning: the training goes on.
        """
        content = _pack(state, rows)
        try:
            with beside(self._path(len(rows))) as partial:
                partial.write_bytes(content)
            self._path(len(rows) - KEPT).unlink(missing_ok=True)
        except OSError as error:
            _log.warning("no checkpoint after epoch %d: %s", len(rows), error)

    def last(self) -> tuple[list[np.ndarray], list[Row]]:
        """Return state and rows of the newest whole checkpoint, ([], []) without one."""
        for path in self._newest_first():
            try:
                return _unpack(path.read_bytes())
            except (OSError, InputError) as error:
                _log.warning("%s: %s; trying the previous one", path, error)
        return [], []

    def remove(self) -> None:
        """Remove all checkpoints of the model, also those with other fingerprints."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, epoch: int) -> Path:
        return self._own / f"epoch-{epoch:06d}{SUFFIX}"

    def _newest_first(self) -> list[Path]:
        try:
            return sorted(self._own.glob(f"epoch-*{SUFFIX}"), reverse=True)
        except FileNotFoundError:  # removed while Python < 3.13 looked
            return []


def _pack(state: Sequence[np.ndarray], rows: Sequence[Row]) -> bytes:
    archive = io.BytesIO()
    np.savez(archive, *state, rows=np.array(json.dumps(rows)))
    # A zip file's own checksums skip its directory: if damaged, it can yield other arrays.
    return hashlib.sha256(archive.getbuffer()).digest() + archive.getvalue()


def _unpack(content: bytes) -> tuple[list[np.ndarray], list[Row]]:
    checksum, archive = content[:_CHECKSUM_BYTES], content[_CHECKSUM_BYTES:]
    if hashlib.sha256(archive).digest() != checksum:
        raise InputError("not a whole checkpoint")
    arrays = dict(np.load(io.BytesIO(archive), allow_pickle=False))
    rows = json.loads(str(arrays.pop("rows")))
    return list(arrays.values()), rows
