"""What should a rule ask for next time? The lines of a profile, from what was used."""

import math
from collections.abc import Mapping
from typing import Any

# A request between these multiples of the use is left alone.
ENOUGH, TOO_MUCH = 1.2, 3.0
MEMORY_MARGIN, MEMORY_STEP, LEAST_MEMORY = 1.3, 100, 300
RUNTIME_MARGIN, RUNTIME_STEP, LEAST_RUNTIME = 1.5, 5, 5
THREADS_MARGIN = 1.2


def memory(used: float) -> int:
    """Return the memory to ask for [MB] where `used` [MB] were used."""
    return max(_ceil(MEMORY_MARGIN * used, MEMORY_STEP), LEAST_MEMORY)


def runtime(longest: float) -> int:
    """Return the time to ask for [min] where the longest job took `longest` [min]."""
    return max(_ceil(RUNTIME_MARGIN * longest, RUNTIME_STEP), LEAST_RUNTIME)


def threads(busy: float) -> int:
    """Return the threads to ask for where `busy` of them computed, on average."""
    return max(_ceil(THREADS_MARGIN * busy, 1), 1)


def propose(cost: Mapping[Any, Any]) -> dict[str, int]:
    """Return what a rule should ask for: mem_mb [MB], runtime [min], threads.

    `cost` is a row of `costs.table`. What fits, and what is not known, is left out.
    """
    used, longest, busy = cost["memory_mb"], cost["longest_s"] / 60, cost["busy_threads"]
    too_small, too_short = "OUT_OF_MEMORY" in cost["failed"], "TIMEOUT" in cost["failed"]
    wanted = {}
    if _misfits(cost["mem_mb"], used, LEAST_MEMORY / MEMORY_MARGIN, too_small):
        wanted["mem_mb"] = memory(used)
    if _misfits(cost["runtime_min"], longest, LEAST_RUNTIME / RUNTIME_MARGIN, too_short):
        wanted["runtime"] = runtime(longest)
    if 2 * busy < cost["threads"] and threads(busy) < cost["threads"]:
        wanted["threads"] = threads(busy)
    return wanted


def to_profile(proposals: Mapping[str, Mapping[str, int]]) -> str:
    """Return proposals by rule as the YAML of a profile, "" if there are none.

    Memory and time grow with each attempt, as the rules' own do.
    """
    sizes = [
        f"  - {rule}:{key}={asked} * attempt"
        for rule, wanted in proposals.items()
        for key, asked in wanted.items()
        if key != "threads"
    ]
    counts = [f"  - {rule}={w['threads']}" for rule, w in proposals.items() if "threads" in w]
    blocks = {"set-resources:": sizes, "set-threads:": counts}
    return "".join(f"{line}\n" for key, some in blocks.items() if some for line in (key, *some))


def _misfits(asked: float, used: float, least: float, failed: bool) -> bool:
    """Is a request too small or far too large? What is NaN is not judged."""
    if math.isnan(used):
        return False
    return failed or asked < ENOUGH * used or asked > TOO_MUCH * max(used, least)


def _ceil(value: float, step: int) -> int:
    return math.ceil(value / step) * step
