"""The SLURM of tests/slurm/cluster.sh, and runs of the workflow on it."""

import re
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

STARTER = Path(__file__).parents[1] / "slurm/cluster.sh"
QUICK = ("--profile", "slurm", "--slurm-init-seconds-before-status-checks", 2)
RUN_ID = re.compile(r"SLURM run ID: (\S+)")
SACCT = ("JobID", "State", "NodeList", "NTasks", "ReqTRES", "Comment", "SubmitLine")


class Job(NamedTuple):
    """A job in the queue."""

    number: str
    state: str
    node: str
    comment: str


def is_up():
    """Whether the SLURM that answers is the test's own: no other may be disturbed."""
    try:
        said = ask("scontrol", "show", "config", timeout=20)
    except (OSError, subprocess.SubprocessError):
        return False
    return re.search(r"^ClusterName\s*= temdenoise$", said, re.MULTILINE) is not None


def ask(*words, timeout=60):
    return subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=True, timeout=timeout
    ).stdout


def daemon(name, action):
    subprocess.run(["bash", STARTER, "daemon", name, action], check=True, timeout=120)


def resume_nodes():
    """Take nodes that are down or drained into service again."""
    out = ask("sinfo", "-h", "-N", "-p", "main", "-t", "down,drain,fail", "-o", "%N").split()
    for node in out:
        ask("scontrol", "update", f"NodeName={node}", "State=RESUME")


def until(condition, seconds=300, every=0.3):
    """Wait for `condition` to hold and return what it gave."""
    end = time.monotonic() + seconds
    while not (met := condition()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(every)
    return met


class Run:
    """A Snakemake that submits the jobs of a clone."""

    def __init__(self, clone, *options):
        self.clone, self.log = clone, clone.folder / f"run-{time.time_ns()}.log"
        with self.log.open("w") as log:
            words = clone.command(*QUICK, *options)
            self.process = subprocess.Popen(
                words, cwd=clone.folder, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def said(self):
        return self.log.read_text()

    @property
    def name(self):
        """The name of its jobs."""
        return until(lambda: RUN_ID.search(self.said), 60)[1]

    def queue(self, *, running=False):
        rows = ask("squeue", "-h", "--name", self.name, "-o", "%i|%T|%N|%k").splitlines()
        jobs = [Job(*row.split("|")) for row in rows]
        return [job for job in jobs if job.state == "RUNNING" or not running]

    def accounts(self):
        """Return what sacct knows of the jobs and their steps, a dict each."""
        words = ("sacct", "-n", "-P", "--delimiter=\t", "--name", self.name, "-o", ",".join(SACCT))
        rows = [row.split("\t") for row in ask(*words).splitlines()]
        return [dict(zip(SACCT, row, strict=True)) for row in rows]

    def jobs(self):
        """Return what sacct knows of the jobs without their steps, first submitted first."""
        return [job for job in self.accounts() if "." not in job["JobID"]]

    def states(self):
        return [job["State"].split()[0] for job in self.jobs()]

    def running(self):
        """Wait for a job to run, and return it."""
        return until(lambda: self.queue(running=True))[0]

    def playing(self):
        """Wait until the double plays its scenario, and return its job."""
        until((self.clone.folder / "played").exists)
        return self.running()

    def wait(self, seconds=900):
        return self.process.wait(seconds)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        """Leave nothing behind, whatever became of the test."""
        self.kill()
        if RUN_ID.search(self.said):
            ask("scancel", "--name", self.name)
