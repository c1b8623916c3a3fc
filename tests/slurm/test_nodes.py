"""Nodes and a controller that go away: no other test of this SLURM may run beside these."""

import os
import signal
import subprocess
from pathlib import Path

import cluster
import double
import pytest

pytestmark = pytest.mark.slow


def test_a_drained_node_ends_its_job_and_gets_no_other(start):
    run = start("--sleep 1", target=f"{double.RESULTS}/maps/train-1.tif")
    node = run.playing().node
    cluster.ask("scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=test")
    try:
        assert run.wait() == 0, run.said
    finally:
        cluster.resume_nodes()
    nodes = [job["NodeList"] for job in run.jobs()]
    assert nodes[0] == node
    assert node not in nodes[1:]


def kill_node(job):
    """As when the power fails: the daemon and all that it started are gone."""
    cluster.daemon(f"slurmd.{job.node}", "kill")
    subprocess.run(["pkill", "-KILL", "-f", rf"slurmstepd: \[{job.number}\."], check=True)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            inside = f"SLURM_JOB_ID={job.number}".encode() in (process / "environ").read_bytes()
        except OSError:
            continue
        if inside:
            os.kill(int(process.name), signal.SIGKILL)


def test_a_node_that_dies_loses_its_job_to_another(start):
    run = start("--sleep 100")
    job = run.playing()
    kill_node(job)
    try:
        assert run.wait() == 0, run.said
    finally:
        cluster.daemon(f"slurmd.{job.node}", "start")
        cluster.until(lambda: "idle" in cluster.ask("sinfo", "-h", "-n", job.node, "-o", "%t"))
    jobs = run.jobs()
    assert run.states() == ["NODE_FAIL", "COMPLETED"]
    assert jobs[1]["NodeList"] != job.node


def test_the_run_outlives_its_controller(start):
    run = start("--sleep 4")
    run.playing()
    cluster.daemon("slurmctld", "stop")
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(30)
    finally:
        cluster.daemon("slurmctld", "start")
        # A controller that lost sight of a job drains its node ("Duplicate jobid").
        cluster.resume_nodes()
    assert run.wait() == 0, run.said
    assert run.states() == ["COMPLETED"]
