"""What can go wrong on a cluster, each on a real SLURM; a named test double plays OpenMX."""

import re

import cluster
import double
import pytest
from clones import ROOT

pytestmark = pytest.mark.slow


def test_over_time_is_submitted_again(start):
    run = start("--sleep 200", "--set-resources", "dft_openmx:runtime=1")
    assert run.wait() == 0, run.said
    assert run.states() == ["TIMEOUT", "COMPLETED"]


def test_over_memory_gets_more_memory_and_time(start):
    run = start("--eat 2500", once=False)
    assert run.wait() == 0, run.said
    assert run.states()[1:] == ["COMPLETED"]
    assert "it was killed: out of memory?" in run.said
    lines = [job["SubmitLine"] for job in run.jobs()]
    for option in (r"--mem (\d+)", r"-t (\d+)"):
        first, second = (int(re.search(option, line)[1]) for line in lines)
        assert second == 2 * first


def test_failing_once_is_submitted_again(start):
    run = start("--crash -9")
    assert run.wait() == 0, run.said
    assert run.states() == ["FAILED", "COMPLETED"]
    assert "it was killed: out of memory?" in run.said


def test_failing_for_ever_ends_with_the_reason(start):
    run = start("--charge 0.9", once=False)
    assert run.wait() == 1, run.said
    assert run.states() == 4 * ["FAILED"]
    assert "the density integrates to 57.6" in run.said
    assert not (run.clone.folder / double.DENSITY).exists()


def test_a_job_cancelled_by_hand_is_submitted_again(start):
    run = start("--sleep 100")
    cluster.ask("scancel", run.playing().number)
    assert run.wait() == 0, run.said
    assert run.states() == ["CANCELLED", "COMPLETED"]


@pytest.fixture
def killed(start, own_clone):
    """Kill Snakemake while its job runs and is held; return the run, the job and what holds it."""
    hold = own_clone.folder / "hold"
    hold.touch()
    first = start(f"--hold {hold}")
    job = first.playing()
    first.kill()
    assert own_clone.snakemake("--unlock").returncode == 0
    return first, job, hold


def test_a_restart_beside_a_running_orphan_is_refused(killed, start, own_clone):
    first, orphan, hold = killed
    refused = start("")
    assert refused.wait() == 1
    assert f"scancel {orphan.number}" in refused.said
    assert orphan.comment in refused.said
    assert refused.queue() == []
    hold.unlink()
    cluster.until(lambda: not first.queue())
    assert (own_clone.folder / double.DENSITY).exists()
    written = (own_clone.folder / double.DENSITY).stat().st_mtime_ns
    again = start("")
    assert again.wait() == 0, again.said
    assert "Nothing to be done" in again.said
    assert (own_clone.folder / double.DENSITY).stat().st_mtime_ns == written


def test_a_cancelled_orphan_is_made_again(killed, start):
    first, orphan, _ = killed
    cluster.ask("scancel", orphan.number)
    cluster.until(lambda: not first.queue())
    again = start("")
    assert again.wait() == 0, again.said
    assert again.states() == ["COMPLETED"]


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
    assert training.states() == ["CANCELLED", "COMPLETED"]
    assert int(re.search(r"resumed after epoch (\d+) of 400", log.read_text())[1]) >= 2
    history = (own_clone.folder / "results/tiny/models/G/history.csv").read_text()
    assert history.count("\n") == 1 + 400
