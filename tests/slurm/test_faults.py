"""What can go wrong on a cluster, each on a real SLURM; a named test double plays OpenMX."""

import os
import re
import signal
import subprocess
from pathlib import Path

import cluster
import double
import pytest
from clones import ROOT, Clone

pytestmark = pytest.mark.slow

TARGET = f"{double.RESULTS}/dft/train-1/density.cube"
MAP = f"{double.RESULTS}/maps/train-1.tif"


def start_double(clone, play, *options, once=True, target=TARGET):
    """Start a run in which the double plays a scenario; `once`: for its first process only."""
    double.data_files(clone)
    mark = f"--once {clone.folder / 'played'}" if once else ""
    return cluster.Run(clone, *double.options(clone, f"{play} {mark}"), *options, "--", target)


@pytest.fixture
def start(own_clone):
    runs = []

    def start_in_own_clone(*play, **options):
        runs.append(start_double(own_clone, *play, **options))
        return runs[-1]

    yield start_in_own_clone
    for run in runs:
        run.end()


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Runs that nobody touches, side by side since they spend their time in waiting."""
    plays = {
        "over time": dict(play=("--sleep 200", "--set-resources", "dft_openmx:runtime=1")),
        "over memory": dict(play=("--eat 2500",), once=False),
        "failing once": dict(play=("--crash -9",)),
        "failing for ever": dict(play=("--charge 0.9",), once=False),
    }
    runs = {
        name: start_double(Clone(tmp_path_factory.mktemp("clone")), *how.pop("play"), **how)
        for name, how in plays.items()
    }
    yield lambda name: (runs[name].wait(), runs[name])
    for run in runs.values():
        run.end()


def playing(run):
    """Wait until the double plays its scenario, and return its job."""
    cluster.until((run.clone.folder / "played").exists)
    return run.running()


def states(run):
    return [job["State"].split()[0] for job in run.jobs()]


def test_over_time_is_submitted_again(ended):
    code, run = ended("over time")
    assert code == 0, run.said
    assert states(run) == ["TIMEOUT", "COMPLETED"]


def test_over_memory_gets_more_memory_and_time(ended):
    code, run = ended("over memory")
    assert code == 0, run.said
    assert states(run)[1:] == ["COMPLETED"]
    assert "it was killed: out of memory?" in run.said
    lines = [job["SubmitLine"] for job in run.jobs()]
    for option in (r"--mem (\d+)", r"-t (\d+)"):
        first, second = (int(re.search(option, line)[1]) for line in lines)
        assert second == 2 * first


def test_failing_once_is_submitted_again(ended):
    code, run = ended("failing once")
    assert code == 0, run.said
    assert states(run) == ["FAILED", "COMPLETED"]
    assert "it was killed: out of memory?" in run.said


def test_failing_for_ever_ends_with_the_reason(ended):
    code, run = ended("failing for ever")
    assert code == 1
    assert states(run) == 4 * ["FAILED"]
    assert "the density integrates to 57.6" in run.said
    assert not (run.clone.folder / TARGET).exists()


def test_a_job_cancelled_by_hand_is_submitted_again(start):
    run = start("--sleep 100")
    cluster.ask("scancel", playing(run).number)
    assert run.wait() == 0, run.said
    assert states(run) == ["CANCELLED", "COMPLETED"]


def test_a_drained_node_ends_its_job_and_gets_no_other(start):
    run = start("--sleep 1", target=MAP)
    node = playing(run).node
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
    job = playing(run)
    kill_node(job)
    try:
        assert run.wait() == 0, run.said
    finally:
        cluster.daemon(f"slurmd.{job.node}", "start")
        cluster.until(lambda: "idle" in cluster.ask("sinfo", "-h", "-n", job.node, "-o", "%t"))
    jobs = run.jobs()
    assert states(run) == ["NODE_FAIL", "COMPLETED"]
    assert jobs[1]["NodeList"] != job.node


def test_the_run_outlives_its_controller(start):
    run = start("--sleep 4")
    playing(run)
    cluster.daemon("slurmctld", "stop")
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(30)
    finally:
        cluster.daemon("slurmctld", "start")
        # A controller that lost sight of a job drains its node ("Duplicate jobid").
        cluster.resume_nodes()
    assert run.wait() == 0, run.said
    assert states(run) == ["COMPLETED"]


@pytest.fixture
def killed(start, own_clone):
    """Kill Snakemake while its job runs; return the run and the job."""
    first = start("--sleep 5")
    job = playing(first)
    first.kill()
    assert own_clone.snakemake("--unlock").returncode == 0
    return first, job


def test_a_restart_beside_a_running_orphan_is_refused(killed, start, own_clone):
    first, orphan = killed
    refused = start("")
    assert refused.wait() == 1
    assert f"scancel {orphan.number}" in refused.said
    assert orphan.comment in refused.said
    assert refused.queue() == []
    cluster.until(lambda: not first.queue())
    assert (own_clone.folder / TARGET).exists()
    written = (own_clone.folder / TARGET).stat().st_mtime_ns
    again = start("")
    assert again.wait() == 0, again.said
    assert "Nothing to be done" in again.said
    assert (own_clone.folder / TARGET).stat().st_mtime_ns == written


def test_a_cancelled_orphan_is_made_again(killed, start):
    first, orphan = killed
    cluster.ask("scancel", orphan.number)
    cluster.until(lambda: not first.queue())
    again = start("")
    assert again.wait() == 0, again.said
    assert states(again) == ["COMPLETED"]


def test_a_killed_training_goes_on_after_its_last_epoch(own_clone, run):
    own_clone.config("slow.yaml", "training: {filters: [16, 32, 64], epochs: 400}")
    config = ("--configfile", ROOT / "tests/data/tiny.yaml", "slow.yaml", "--")
    images = "results/tiny/noisy/G/train.npy"
    made = own_clone.snakemake("--profile", "profiles/local", *config, images)
    assert made.returncode == 0, made.stderr
    training = run(*config, "results/tiny/models/G/model.keras")
    log = own_clone.folder / "results/tiny/logs/train_model/G.log"
    cluster.until(lambda: log.exists() and "epoch 3/400" in log.read_text())
    cluster.ask("scancel", training.running().number)
    assert training.wait() == 0, training.said
    assert states(training) == ["CANCELLED", "COMPLETED"]
    assert int(re.search(r"resumed after epoch (\d+) of 400", log.read_text())[1]) >= 2
    history = (own_clone.folder / "results/tiny/models/G/history.csv").read_text()
    assert history.count("\n") == 1 + 400
