"""How a training comes by its GPU, or goes without, and by its partition."""

import re
import sys
from pathlib import Path

import cluster
import pytest
import yaml
from clones import ROOT, Clone
from undisturbed import Copy

# One process has the three trainings, side by side.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("gpus")]

CONFIG = ("--configfile", ROOT / "tests/data/tiny.yaml", "gpu.yaml")
MODEL = "results/tiny/models/G/model.keras"
GRES = ("--set-resources", "train_model:gpu=0", "train_model:gres=gpu:1")
WAYS = {"number": (1, ()), "gres": (1, GRES), "none": (0, ())}


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


@pytest.fixture(scope="module")
def trained(clone, tmp_path_factory):
    """Return what was asked for, what was granted and what the training said, for each way."""
    runs = {}
    for way, (gpus, options) in WAYS.items():
        copy = Copy(tmp_path_factory.mktemp("copy"), clone.folder)
        copy.config("gpu.yaml", f"training: {{gpus: {gpus}}}")
        runs[way] = cluster.Run(copy, *CONFIG, *options, "--", MODEL)

    def result(way):
        assert runs[way].wait() == 0, runs[way].said
        (job,) = runs[way].jobs()
        log = runs[way].clone.folder / "results/tiny/logs/train_model/G.log"
        return job["SubmitLine"], job["ReqTRES"], log.read_text()

    yield result
    for run in runs.values():
        run.end()


@pytest.mark.parametrize(("way", "asked"), [("number", "--gpus=1"), ("gres", "--gres=gpu:1")])
def test_a_gpu_is_asked_for_as_a_number_or_as_a_generic_resource(trained, way, asked):
    line, granted, log = trained(way)
    assert asked in line
    assert ("--gpus" in line) == (way == "number")
    assert "-p gpu " in line
    assert "gres/gpu=1" in granted
    assert "CUDA_VISIBLE_DEVICES=" in log


def test_without_gpus_a_training_is_a_job_like_any_other(trained):
    line, granted, log = trained("none")
    assert "gpu" not in line.partition("--wrap")[0].replace("gpu.yaml", "")
    assert "gpu" not in granted
    assert "-p cpu " in line
    assert re.search(r"INFO trains on \d threads", log)
