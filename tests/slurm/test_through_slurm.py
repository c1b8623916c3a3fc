"""The demo by `snakemake --profile slurm`, a short training each on a simulated GPU of its own."""

import hashlib
import re
from collections import Counter

import cluster
import pytest
from clones import ROOT, Clone

pytestmark = pytest.mark.demo

SHORT = "training: {gpus: 1, epochs: 1}\nbaselines: [gaussian]"
LOCAL = {
    *("all", "disorder_structure", "slice_density"),
    *("tabulate_dft", "tabulate_scores", "tabulate_costs", "record_provenance"),
}
# What each rule asks sbatch for in the demo: time [min], memory [MB], and the rest.
ASKED = {
    "confine_basis": ("-t 10", "--mem 800", "--ntasks=1", "--cpus-per-task=1"),
    "dft_gpaw": ("-t 60", "--mem 1120", "--ntasks=1", "--cpus-per-task=1"),
    "tile_images": ("-t 15", "--mem 1000", "--ntasks=1", "--cpus-per-task=1"),
    "corrupt_images": ("-t 15", "--mem 1000", "--ntasks=1", "--cpus-per-task=1"),
    "train_model": ("-t 240", "--mem 3000", "--gpus=1", "--cpus-per-task=4"),
    "evaluate_baselines": ("-t 60", "--mem 2500", "--ntasks=1", "--cpus-per-task=1"),
    "evaluate_model": ("-t 60", "--mem 2500", "--ntasks=1", "--cpus-per-task=2"),
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    clone = Clone(tmp_path_factory.mktemp("clone"))
    run = cluster.Run(clone, *clone.config("gpu.yaml", SHORT))
    try:
        assert run.wait(2400) == 0, run.said
        yield run
    finally:
        run.end()


@pytest.fixture(scope="module")
def jobs(demo):
    """What sacct knows of each job, by rule."""
    by_rule = {}
    for job in demo.jobs():
        by_rule.setdefault(re.match(r"rule_(.+?)(_wildcards|$)", job["Comment"])[1], []).append(job)
    return by_rule


def test_every_rule_but_the_local_ones_ran_in_slurm(demo, jobs):
    counts = dict(re.findall(r"^(\w+) +(\d+)$", demo.said, re.MULTILINE))
    local = {rule for rule in counts if rule in LOCAL or rule.startswith("draw_")} | {"total"}
    expected = Counter({rule: int(n) for rule, n in counts.items() if rule not in local})
    assert Counter({rule: len(ran) for rule, ran in jobs.items()}) == expected
    assert {job["State"] for ran in jobs.values() for job in ran} == {"COMPLETED"}


@pytest.mark.parametrize("rule", ASKED)
def test_a_rule_asks_for_what_it_needs(jobs, rule):
    for job in jobs[rule]:
        line = job["SubmitLine"]
        assert all(re.search(rf" {option}( |$)", line) for option in ASKED[rule]), line
        assert re.search(r"--job-name temdenoise_\S+ ", line)
        assert f"--comment rule_{rule}" in line
        assert " --no-requeue " in line
        assert "-p main " in line
        assert ("--gpus" in line) == (rule == "train_model")
        assert "--requeue" not in line.replace("--no-requeue", "")


def test_no_rule_is_left_out_of_the_table_above(jobs):
    assert set(jobs) == set(ASKED)


def test_each_training_had_one_gpu_of_its_own(demo, jobs):
    assert [job["ReqTRES"].count("gres/gpu=1") for job in jobs["train_model"]] == [1] * 4
    logs = (demo.clone.folder / "results/demo/logs/train_model").glob("*.log")
    seen = [re.search(r"CUDA_VISIBLE_DEVICES=(\S+)\b", log.read_text())[1] for log in logs]
    assert len(seen) == 4
    assert set(seen) <= {"0", "1"}


@pytest.mark.parametrize("stage", ["structures", "maps", "images", "noisy"])
def test_slurm_makes_the_same_bytes_as_this_machine(demo, stage):
    here, there = (
        {
            path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (folder / "results/demo" / stage).rglob("*")
            if path.is_file()
        }
        for folder in (ROOT, demo.clone.folder)
    )
    assert here == there
    assert here


def test_run_again_there_is_nothing_to_do(demo):
    again = cluster.Run(demo.clone, "--configfile", "config/demo.yaml", "gpu.yaml")
    assert again.wait() == 0
    assert "Nothing to be done" in again.said


def test_the_cost_of_every_rule_is_in_the_table(demo, jobs):
    table = (demo.clone.folder / "results/demo/tables/costs.csv").read_text()
    assert all(re.search(rf"^{rule},", table, re.MULTILINE) for rule in jobs)
