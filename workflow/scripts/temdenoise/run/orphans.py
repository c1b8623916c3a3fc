"""Which jobs did a killed run leave in the queue of SLURM? No file may have two writers."""

import getpass
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from temdenoise.errors import InputError

_UUID = re.compile(r"(?:^|_)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_PATIENCE = 10  # [s]; without a controller the start must not wait


class Job(NamedTuple):
    """A job in the queue: its number and, as comment, its rule and wildcards."""

    number: str
    comment: str


def refuse(folder: Path, results: str) -> None:
    """Refuse to start while jobs of an earlier run write to `results` in `folder`.

    Call it before the run submits its first job: all jobs in the queue are then of other runs.

    Raises
    ------
    InputError
        There are such jobs.
    """
    queue = _ask("squeue", "--noheader", "--user", getpass.getuser(), "--format", "%i|%j|%k|%Z")
    left = [job for job in _of_folder(queue, folder) if _writes_to(results, _script(job))]
    if left:
        listed = "".join(f"\n  {job.number}  {job.comment}" for job in left)
        raise InputError(
            f"{len(left)} job(s) of an earlier run still write to {results}:{listed}\n"
            "Wait until they end (squeue shows them) to use their results, or cancel them:\n"
            f"  scancel {' '.join(job.number for job in left)}\n"
            "Then start again."
        )


def _of_folder(queue: str, folder: Path) -> list[Job]:
    """Return the jobs of `folder` among the lines `number|name|comment|folder` of `queue`.

    The executor names its jobs by the UUID of the run, after any prefix.
    """
    rows = [line.split("|", 3) for line in queue.splitlines()]
    return [
        Job(number, comment)
        for number, name, comment, at in rows
        if _UUID.search(name) and Path(at).resolve() == folder.resolve()
    ]


def _writes_to(results: str, script: str) -> bool:
    """Tell whether a job's batch `script` names inputs in `results`, or in no run's results.

    Several runs may share a folder. A job without inputs may belong to any of them.
    """
    return f"'{results}/" in script or "'results/" not in script


def _script(job: Job) -> str:
    return _ask("scontrol", "write", "batch_script", job.number, "-")


def _ask(*words: str) -> str:
    try:
        return subprocess.run(
            words, capture_output=True, text=True, timeout=_PATIENCE, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
