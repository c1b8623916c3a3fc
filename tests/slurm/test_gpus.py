"""How a training comes by its GPU, or goes without, and by its partition."""

import re
import sys
from pathlib import Path

import cluster
import pytest
import yaml
from clones import ROOT, Clone

pytestmark = pytest.mark.slow

CONFIG = ("--configfile", ROOT / "tests/data/tiny.yaml", "gpu.yaml")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with the images to train on, and the partition file that the executor generates."""
    clone = Clone(tmp_path_factory.mktemp("clone"))
    clone.config("gpu.yaml", "training: {gpus: 1}")
    stack = "results/tiny/noisy/G/train.npy"
    made = clone.snakemake("--profile", "profiles/local", *CONFIG, "--", stack)
    assert made.returncode == 0, made.stderr
    generate = Path(sys.executable).with_name("generate-slurm-partition-config")
    generated = yaml.safe_load(cluster.ask(generate))["partitions"]
    del generated["main"]  # it has all nodes, and would do for all jobs
    partitions = clone.folder / "profiles/slurm/partitions.yaml"
    partitions.write_text(yaml.dump({"partitions": generated}))
    return clone


@pytest.fixture
def train(clone):
    runs = []

    def train_model(*options):
        model = clone.folder / "results/tiny/models/G/model.keras"
        model.unlink(missing_ok=True)
        runs.append(cluster.Run(clone, *CONFIG, *options, "--", model.relative_to(clone.folder)))
        assert runs[-1].wait() == 0, runs[-1].said
        (job,) = runs[-1].jobs()
        log = clone.folder / "results/tiny/logs/train_model/G.log"
        return job["SubmitLine"], job["ReqTRES"], log.read_text()

    yield train_model
    for run in runs:
        run.end()


def test_a_gpu_is_asked_for_by_number(train):
    line, granted, log = train()
    assert "--gpus=1" in line
    assert "-p gpu " in line
    assert "gres/gpu=1" in granted
    assert "CUDA_VISIBLE_DEVICES=" in log


def test_a_gpu_is_asked_for_as_a_generic_resource(train):
    resources = ("train_model:gpu=0", "train_model:gres=gpu:1")
    line, granted, log = train("--set-resources", *resources)
    assert "--gres=gpu:1" in line
    assert "--gpus" not in line
    assert "-p gpu " in line
    assert "gres/gpu=1" in granted
    assert "CUDA_VISIBLE_DEVICES=" in log


def test_without_gpus_a_training_is_a_job_like_any_other(train, clone):
    clone.config("gpu.yaml", "training: {gpus: 0}")
    line, granted, log = train()
    assert "gpu" not in line.partition("--wrap")[0].replace("gpu.yaml", "")
    assert "gpu" not in granted
    assert "-p cpu " in line
    assert re.search(r"INFO trains on \d threads", log)
