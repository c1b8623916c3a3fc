"""What did SLURM count? One row an attempt at a job, from sacct."""

import logging
import os
import subprocess
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

_log = logging.getLogger(__name__)

# SubmitLine comes last, for it may hold the separator. It has the comment, too, which SLURM itself
# keeps only where it was told to.
FIELDS = [
    *("JobID", "JobName", "State", "Submit", "Start", "End", "ElapsedRaw", "TotalCPU"),
    *("AllocCPUS", "MaxRSS", "NTasks", "NNodes", "SubmitLine"),
]
COLUMNS = ["rule", "ending", "wait_s", "wall_s", "cpu_s", "cpus", "memory_mb"]
_PATIENCE = 300  # [s]; a large campaign is a long answer


def ask(since: float) -> str:
    """Return sacct's words on the jobs since `since` [s since 1970]; "" without an answer."""
    start = datetime.fromtimestamp(since).isoformat(timespec="seconds")
    words = ["sacct", "--parsable2", "--noheader", "--noconvert", f"--starttime={start}"]
    try:
        return subprocess.run(
            [*words, f"--format={','.join(FIELDS)}"],
            env={**os.environ, "SLURM_TIME_FORMAT": "%s"},
            capture_output=True,
            text=True,
            check=True,
            timeout=_PATIENCE,
        ).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        _log.info("benchmarks only, without sacct: %s", error)
        return ""


def attempts(said: str, folder: Path, results: str) -> pd.DataFrame:
    """Return the latest attempts at each job of `folder` that writes to `results`.

    Latest: by the last start of Snakemake that had the job to do. An attempt that has not ended
    is none. Columns: COLUMNS; ending, SLURM's state; wait_s, in the queue; cpu_s, the CPU time
    used; memory_mb, the most that all processes on a node used. What is not known is NaN.
    """
    lines = [line.split("|", len(FIELDS) - 1) for line in said.splitlines()]
    table = pd.DataFrame([line for line in lines if len(line) == len(FIELDS)], columns=FIELDS)
    is_step = table["JobID"].str.contains(".", regex=False)
    jobs, steps = table[~is_step], table[is_step]
    return _measured(_latest(_of_run(jobs, folder, results)), steps)[COLUMNS]


def seconds(duration: str) -> float:
    """Return SLURM's [days-[hours:]]minutes:seconds in [s], NaN if it is none."""
    days, _, clock = duration.rpartition("-")
    parts = [_number(part) for part in clock.split(":")]
    total = sum(part * 60**power for power, part in enumerate(reversed(parts)))
    return total + 86400 * (_number(days) if days else 0)


def _of_run(jobs: pd.DataFrame, folder: Path, results: str) -> pd.DataFrame:
    """Return the jobs by those starts of Snakemake in `folder` that made `results`.

    All jobs name files of the folder's .snakemake, all that have inputs name the results. A
    start is known by the name that it gives its jobs.
    """
    here = jobs[jobs["SubmitLine"].str.contains(f"{folder}/.snakemake/", regex=False)]
    made = here["SubmitLine"].str.contains(f"'{results}/", regex=False)
    return here[here["JobName"].isin(here.loc[made, "JobName"])]


def _latest(jobs: pd.DataFrame) -> pd.DataFrame:
    comment = jobs["SubmitLine"].str.extract(r" --comment (rule_\S+)")[0]
    ended = jobs.assign(comment=comment, ended=_numbers(jobs["End"])).dropna()
    ended = ended.sort_values("ended")
    return ended[ended["JobName"] == ended.groupby("comment")["JobName"].transform("last")]


def _measured(jobs: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    parents = steps["JobID"].str.extract(r"([^.]*)")[0]
    # A step that was killed for its memory leaves a job that only FAILED.
    killed = jobs["JobID"].isin(parents[steps["State"] == "OUT_OF_MEMORY"])
    # The steps run at the same time, and MaxRSS is that of one task.
    tasks_on_a_node = np.ceil(_numbers(steps["NTasks"]) / _numbers(steps["NNodes"]))
    memory: pd.Series[float] = _numbers(steps["MaxRSS"]) / 2**20 * tasks_on_a_node
    return jobs.assign(
        rule=jobs["comment"].str.extract(r"rule_(\S+?)(?:_wildcards_|$)")[0],
        ending=jobs["State"].str.extract(r"(\S*)")[0].mask(killed, "OUT_OF_MEMORY"),
        wait_s=_numbers(jobs["Start"]) - _numbers(jobs["Submit"]),
        wall_s=_numbers(jobs["ElapsedRaw"]),
        cpu_s=jobs["TotalCPU"].map(seconds).astype(float),
        cpus=_numbers(jobs["AllocCPUS"]),
        memory_mb=jobs["JobID"].map(memory.groupby(parents).sum(min_count=1)).astype(float),
    )


def _numbers(words: "pd.Series[str]") -> "pd.Series[float]":
    return words.map(_number).astype(float)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return float("nan")
