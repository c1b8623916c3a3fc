"""What did each rule ask for, and what did it use? From Snakemake's benchmarks and sacct."""

import ast
import html
import logging
import math
import os
from pathlib import Path
from typing import Any

import pandas as pd

from temdenoise.errors import InputError
from temdenoise.run import pages, proposals

_log = logging.getLogger(__name__)

# Two Snakemakes start each job in SLURM and stay in its memory; benchmarks do not count them.
SNAKEMAKES_MB = 190
# A benchmark may miss a job's last half minute: it looks every 30 s, after the first 15 s.
UNSEEN_S = 30

COLUMNS = [
    *("rule", "jobs", "failed", "wait_s", "threads", "cpu_s", "reserved_cpu_s", "busy_threads"),
    *("wall_s", "longest_s", "runtime_min", "memory_mb", "mem_mb", "next_time"),
]
CAPTION = (
    "What each rule used of what it asked for. Times are in h:mm:ss: wall and CPU time of all its "
    "jobs, and the longest job. Memory is the largest job's, with the "
    f"{SNAKEMAKES_MB} MB of the Snakemakes in a SLURM job. Without sacct, CPU time and memory are "
    f"what Snakemake's benchmarks saw, which may miss the last {UNSEEN_S} s of a job."
)
_OF = "\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}"
_UNKNOWN = (
    "What was asked for is not known: put <code>benchmark-extended: true</code> in the profile."
)


def read_benchmarks(folder: str | os.PathLike[str]) -> pd.DataFrame:
    """Read `folder`/<rule>/<job>.tsv, one row a job; a damaged file is left out, with a warning.

    Columns: rule; began [s since 1970]; wall_s; cpu_s, the CPU time used; memory_mb; and the
    requests threads, cpus (of all tasks), mem_mb [MB], runtime_min [min]. NaN: not known.

    Raises
    ------
    InputError
        There is not one whole benchmark.
    """
    rows = []
    for path in sorted(Path(folder).glob("*/*.tsv")):
        try:
            rows.append(_benchmark(path))
        except (ValueError, TypeError, KeyError, SyntaxError, OSError) as error:
            _log.warning("%s: not a whole benchmark, left out (%s)", path, error)
    if not rows:
        raise InputError(
            f"{folder}: no whole benchmark in it, expected <rule>/<job>.tsv: if they were moved, "
            "put them back; else run the workflow again with --forceall"
        )
    return pd.DataFrame(rows)


def table(benchmarks: pd.DataFrame, attempts: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each rule, the longest first; columns: COLUMNS.

    `attempts` are those of `accounting.attempts`, if any. mem_mb and runtime_min are the smallest
    requests, those of first attempts; failed says how often an attempt ended how.
    """
    rows = [
        _row(str(rule), jobs, attempts[attempts["rule"] == rule])
        for rule, jobs in benchmarks.groupby("rule")
    ]
    costs = pd.DataFrame(rows, columns=COLUMNS).round(2)
    return costs.sort_values("wall_s", ascending=False, ignore_index=True)


def readable(costs: pd.DataFrame) -> pd.DataFrame:
    """Return the table for people: used / asked for, with a dash where there is nothing."""
    shown = pd.DataFrame({"rule": costs["rule"], "jobs": costs["jobs"].astype(str)})
    if costs["wait_s"].notna().any():
        shown["failed attempts"] = costs["failed"].replace("", "–")
        shown["mean wait"] = _clocks(costs["wait_s"])
    shown["wall time"] = _clocks(costs["wall_s"])
    shown["CPU time"] = _clocks(costs["cpu_s"]) + _OF + _clocks(costs["reserved_cpu_s"])
    longest, runtime = _clocks(costs["longest_s"]), _clocks(60 * costs["runtime_min"])
    shown["longest job"] = longest + _OF + runtime
    shown["memory [MB]"] = _whole(costs["memory_mb"]) + _OF + _whole(costs["mem_mb"])
    shown["threads"] = _whole(costs["threads"])
    shown["next time"] = costs["next_time"].replace("", "–")
    return shown


def page(costs: pd.DataFrame) -> str:
    """Return the table as HTML and, below it, what to put in the profile next time."""
    wanted = {row["rule"]: proposals.propose(row) for row in costs.to_dict("records")}
    profile = proposals.to_profile(wanted)
    if costs["mem_mb"].isna().all():
        advice = f"<p>{_UNKNOWN}</p>"
    elif profile:
        advice = f"<p>To put in the profile next time:</p>\n<pre>{html.escape(profile)}</pre>"
    else:
        advice = "<p>Every request fits: nothing to change in the profile.</p>"
    return f"{pages.to_html(readable(costs), CAPTION)}{advice}\n"


def _benchmark(path: Path) -> dict[str, Any]:
    # Not by the csv module: the column of params may be longer than it allows.
    header, line, *_ = path.read_text(encoding="utf-8").splitlines()
    found = dict(zip(header.split("\t"), line.split("\t"), strict=True))
    asked = ast.literal_eval(found.get("resources", "{}"))
    wall, threads = float(found["s"]), float(found.get("threads", "nan"))
    tasks = asked.get("tasks", 1)
    # The ranks of an MPI job are SLURM's children, not the job's: only sacct sees them.
    seen = found if tasks == 1 else {"cpu_time": "NA", "max_rss": "NA"}
    return {
        "rule": path.parent.name,
        "began": path.stat().st_mtime - wall,
        "wall_s": wall,
        "cpu_s": _number(seen["cpu_time"]),
        "memory_mb": _number(seen["max_rss"]) + SNAKEMAKES_MB,
        "threads": threads,
        "cpus": threads * tasks,
        "mem_mb": float(asked.get("mem_mb", "nan")),
        "runtime_min": float(asked.get("runtime", "nan")),
    }


def _row(rule: str, jobs: pd.DataFrame, attempts: pd.DataFrame) -> dict[str, Any]:
    # SLURM may not know every job: some ran elsewhere, some were forgotten.
    complete = (attempts["ending"] == "COMPLETED").sum() >= len(jobs)
    counted = attempts if complete else jobs
    both = pd.concat([frame[["wall_s", "memory_mb"]] for frame in (jobs, attempts)])
    unseen_s = counted["wall_s"].clip(upper=UNSEEN_S) * counted["cpus"]
    busy_cpus = ((counted["cpu_s"] + unseen_s) / counted["wall_s"]).clip(upper=counted["cpus"])
    cost = {
        "rule": rule,
        "jobs": len(jobs),
        "failed": _endings(attempts["ending"]),
        "wait_s": attempts["wait_s"].mean(),
        "threads": jobs["threads"].min(),
        "cpu_s": counted["cpu_s"].sum(min_count=1),
        "reserved_cpu_s": (counted["cpus"] * counted["wall_s"]).sum(min_count=1),
        "busy_threads": busy_cpus.max() * (jobs["threads"] / jobs["cpus"]).min(),
        "wall_s": counted["wall_s"].sum(),
        "longest_s": both["wall_s"].max(),
        "runtime_min": jobs["runtime_min"].min(),
        "memory_mb": both["memory_mb"].max(),
        "mem_mb": jobs["mem_mb"].min(),
    }
    wanted = proposals.propose(cost)
    return {**cost, "next_time": " ".join(f"{key}={value}" for key, value in wanted.items())}


def _endings(endings: "pd.Series[str]") -> str:
    counts = endings[endings != "COMPLETED"].value_counts()
    return ", ".join(f"{count} {ending}" for ending, count in counts.items())


def _number(word: str) -> float:
    # A job too short to be seen has NA.
    return float("nan") if word == "NA" else float(word)


def _clocks(seconds: "pd.Series[float]") -> "pd.Series[str]":
    return seconds.map(_clock)


def _clock(seconds: float) -> str:
    if math.isnan(seconds):
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _whole(values: "pd.Series[float]") -> "pd.Series[str]":
    return values.map(lambda value: "–" if math.isnan(value) else f"{value:.0f}")
