"""Which jobs did a killed run leave in the queue of SLURM? No file may have two writers."""

import getpass
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from temdenoise.errors import InputError

_UUID = re.compile(r"(?:^|_)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_PATIENCE = 10  # [s]; a controller that is away must not hold up the start


class Job(NamedTuple):
    """A job in the queue: its number and what it does (rule and wildcards)."""

    number: str
    comment: str


def refuse(folder: Path, results: str) -> None:
    """Refuse to start beside jobs that write to `results` in `folder` for an earlier run.

    Before a run has submitted its first job, all jobs in the queue are another's.

    Raises
    ------
    InputError
        There are such jobs.
    """
    queue = _ask("squeue", "--noheader", "--user", getpass.getuser(), "--format", "%i|%j|%k|%Z")
    left = [job for job in of_folder(queue, folder) if writes_to(results, _script(job))]
    if left:
        listed = "".join(f"\n  {job.number}  {job.comment}" for job in left)
        raise InputError(
            f"{len(left)} job(s) of an earlier run are still at work on {results}:{listed}\n"
            "Let them end (squeue shows them), and what they finish is used; or cancel them:\n"
            f"  scancel {' '.join(job.number for job in left)}\n"
            "Then start again."
        )


def of_folder(queue: str, folder: Path) -> list[Job]:
    """Return the jobs of `folder` among the lines `number|name|comment|folder` of `queue`.

    The executor names its jobs after the run, a UUID, whatever prefix it is given.
    """
    rows = [line.split("|", 3) for line in queue.splitlines()]
    return [
        Job(number, comment)
        for number, name, comment, at in rows
        if _UUID.search(name) and Path(at).resolve() == folder.resolve()
    ]


def writes_to(results: str, script: str) -> bool:
    """Tell from a job's batch `script`, which names its inputs, whether it is of `results`.

    Several runs may be at work in one folder. A script that names no results may be of any.
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
