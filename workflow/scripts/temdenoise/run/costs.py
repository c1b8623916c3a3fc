"""What did each rule ask for, and what did it use? One account, from Snakemake's benchmarks."""

import ast
import logging
import math
import os
from pathlib import Path
from typing import Any

import pandas as pd

from temdenoise.errors import InputError
from temdenoise.run import pages

_log = logging.getLogger(__name__)

# Two Snakemakes start each job in SLURM and stay in its memory; benchmarks do not count them.
SNAKEMAKES_MB = 190
# A request between these multiples of the use fits.
ENOUGH, TOO_MUCH = 1.2, 3.0
# By request: margin over the use, step, least proposal. mem_mb in [MB], runtime in [min]. The least
# proposals leave the default resources of the profiles alone.
_NEXT = {"mem_mb": (1.3, 100, 500), "runtime": (1.5, 5, 20)}
CAPTION = (
    "What each rule used of what it asked for. Times are in h:mm:ss: wall and CPU time of all its "
    "jobs, and the longest job. Memory is the largest job's, with "
    f"{SNAKEMAKES_MB} MB for the Snakemakes in a SLURM job. A benchmark may miss the last 30 s of "
    "a job and never sees MPI ranks. “Next time” goes into set-resources of the profile."
)
_UNKNOWN = "<p>Requests are unknown: put <code>benchmark-extended: true</code> in the profile.</p>"
_OF = "\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}"


def read_benchmarks(folder: str | os.PathLike[str]) -> pd.DataFrame:
    """Read `folder`/<rule>/<job>.tsv, one row a job. Leave out a damaged file, with a warning.

    Columns: rule; began [s since 1970]; wall_s; cpu_s; memory_mb; and the requests threads, cpus
    (of all MPI tasks), mem_mb [MB], runtime_min [min]. NaN means unknown.

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
            f"{folder}: no whole benchmark in it, expected <rule>/<job>.tsv; if they were moved, "
            "put them back, else run the workflow again with --forceall"
        )
    return pd.DataFrame(rows)


def table(benchmarks: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each rule, the longest first: what its jobs used and asked for.

    - mem_mb, runtime_min and threads are the smallest requests.
    - memory_mb and longest_s are the largest uses.
    - next_time proposes other values for requests that do not fit.
    - All other columns are sums.
    """
    reserved = benchmarks.assign(reserved_cpu_s=benchmarks["cpus"] * benchmarks["wall_s"])
    jobs = reserved.groupby("rule")
    known = jobs[["wall_s", "cpu_s", "reserved_cpu_s"]].sum(min_count=1)
    least = jobs[["threads", "runtime_min", "mem_mb"]].min()
    largest = jobs[["wall_s", "memory_mb"]].max().rename(columns={"wall_s": "longest_s"})
    costs = pd.concat([jobs.size().rename("jobs"), known, largest, least], axis=1).round(2)
    costs["next_time"] = [_next_time(cost) for cost in costs.to_dict("records")]
    return costs.sort_values("wall_s", ascending=False).reset_index()


def page(costs: pd.DataFrame) -> str:
    """Return the table as an HTML page: used of asked for, with a dash for what is unknown."""
    unknown = _UNKNOWN if costs["mem_mb"].isna().all() else ""
    return pages.to_html(readable(costs), CAPTION) + unknown


def readable(costs: pd.DataFrame) -> pd.DataFrame:
    """Return the table as strings: used of asked for, with a dash for what is unknown."""
    clocks = costs.filter(regex="_s$").assign(runtime=60 * costs["runtime_min"]).map(_clock)
    whole = costs[["threads", "memory_mb", "mem_mb"]].map("{:.0f}".format).replace("nan", "–")
    return pd.DataFrame(
        {
            "rule": costs["rule"],
            "jobs": costs["jobs"].astype(str),
            "threads": whole["threads"],
            "wall time": clocks["wall_s"],
            "CPU time": clocks["cpu_s"] + _OF + clocks["reserved_cpu_s"],
            "longest job": clocks["longest_s"] + _OF + clocks["runtime"],
            "memory [MB]": whole["memory_mb"] + _OF + whole["mem_mb"],
            "next time": costs["next_time"].replace("", "–"),
        }
    )


def _benchmark(path: Path) -> dict[str, Any]:
    # The csv module limits the length of a cell; that of the params may be longer.
    header, line, *_ = path.read_text(encoding="utf-8").splitlines()
    found = dict(zip(header.split("\t"), line.split("\t"), strict=True))
    asked = ast.literal_eval(found.get("resources", "{}"))
    wall, threads = float(found["s"]), float(found.get("threads", "nan"))
    tasks = asked.get("tasks", 1)
    # The ranks of an MPI job are children of SLURM, not of the job.
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


def _number(word: str) -> float:
    # A job too short to be measured has NA.
    return float("nan") if word == "NA" else float(word)


def _next_time(cost: dict[Any, Any]) -> str:
    memory = _proposal("mem_mb", cost["mem_mb"], cost["memory_mb"])
    return f"{memory} {_proposal('runtime', cost['runtime_min'], cost['longest_s'] / 60)}".strip()


def _proposal(name: str, asked: float, used: float) -> str:
    margin, step, least = _NEXT[name]
    if asked < ENOUGH * used or asked > TOO_MUCH * max(used, least / margin):
        return f"{name}={max(math.ceil(margin * used / step) * step, least)}"
    return ""  # it fits, or something is unknown


def _clock(seconds: float) -> str:
    if math.isnan(seconds):
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
