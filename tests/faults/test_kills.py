"""A run killed at twenty random moments, each time in a copy of its own, and started again."""

import os
import random
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from undisturbed import SAME, STAGES, TABLES, Copy, content, half_written

pytestmark = pytest.mark.faults

SEED = 20
RANDOM = random.Random(SEED)
# Four in each stage, the start of Snakemake included; a moment is a share of the stage's time.
KILLS = [(stage, round(RANDOM.random(), 2)) for _ in range(4) for stage in STAGES]


def targets(stage):
    return STAGES[stage] if stage == "figures" else TABLES


def kill(copy, stage, seconds):
    """Kill Snakemake and its jobs after `seconds`; return whether they were still at work."""
    command = copy.command(*copy.options(*targets(stage)))
    process = subprocess.Popen(
        command,
        cwd=copy.folder,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    working = process.poll() is None
    if working:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return working


def killed(folder, undisturbed, stage, share):
    """Return a copy in which the run was killed in `stage`."""
    seconds = share * undisturbed.seconds[stage]
    for attempt in range(5):
        copy = Copy(folder / f"{stage}-{share}-{attempt}", undisturbed.before(stage))
        if kill(copy, stage, seconds / 2**attempt):
            return copy
    raise AssertionError(f"{stage} always ended within {seconds / 16} s")


def outcome(folder, undisturbed, stage, share):
    copy = killed(folder, undisturbed, stage, share)
    left = list((copy.folder / ".snakemake/incomplete").glob("*"))
    copy.finish(more=["--unlock"])
    copy.finish(*targets(stage))
    return copy, left


@pytest.fixture(scope="module")
def outcomes(undisturbed, tmp_path_factory):
    """Return the outcome of each kill; two at a time, since each has a core."""
    folder = tmp_path_factory.mktemp("kills")
    with ThreadPoolExecutor(2) as pool:
        yield {kill: pool.submit(outcome, folder, undisturbed, *kill) for kill in KILLS}


@pytest.mark.parametrize("moment", KILLS, ids=lambda moment: "-".join(map(str, moment)))
def test_a_killed_run_ends_like_an_undisturbed_one(undisturbed, outcomes, moment):
    copy, _ = outcomes[moment].result()
    assert content(copy.folder) == undisturbed.content
    assert set(SAME) < set(undisturbed.content)
    assert half_written(copy.folder) == []


def test_most_kills_hit_a_job_at_work(outcomes):
    left = [len(outcome.result()[1]) for outcome in outcomes.values()]
    assert sum(map(bool, left)) > len(KILLS) / 3, left
