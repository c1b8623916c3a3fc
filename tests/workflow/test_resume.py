"""A training killed in mid-epoch, through Snakemake, on random images."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from temdenoise.run import files

EPOCHS = 4
MODEL = "results/demo/models/G/model.keras"
TRAIN = ("--profile", "profiles/local", "--rerun-triggers", "mtime")
CONFIG = f"training: {{epochs: {EPOCHS}, filters: [16, 16, 16]}}"

pytestmark = pytest.mark.slow


@pytest.fixture
def training(own_clone):
    """A clone that has ground truths, and the command that corrupts them and trains."""
    images = own_clone.folder / "results/demo/images"
    clean = np.random.default_rng(1).random((4, 256, 256), dtype=np.float32)
    files.write_stack(images / "train.npy", clean, clean.shape)
    files.write_table(images / "train.tsv", pd.DataFrame({"image": range(4), "shift": 0}))
    return own_clone, (*TRAIN, *own_clone.config("short.yaml", CONFIG), "--", MODEL)


def run(clone, command):
    done = clone.snakemake(*command)
    assert done.returncode == 0, done.stderr
    return (clone.folder / "results/demo/logs/train_model/G.log").read_text()


def kill_in_mid_epoch(clone, command, epoch):
    """Start the training and kill Snakemake and its jobs in mid-epoch, once `epoch` is done."""
    snakemake = [sys.executable, "-m", "snakemake", *command]
    process = subprocess.Popen(snakemake, cwd=clone.folder, start_new_session=True)
    log = clone.folder / "results/demo/logs/train_model/G.log"
    while not log.exists() or f"epoch {epoch}/" not in log.read_text():
        assert process.poll() is None
        time.sleep(0.02)
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert f"epoch {epoch + 1}/" not in log.read_text()


def result(clone):
    import keras

    folder = clone.folder / "results/demo/models/G"
    assert sorted(path.name for path in folder.glob("[!.]*")) == ["history.csv", "model.keras"]
    network = keras.saving.load_model(folder / "model.keras")
    history = pd.read_csv(folder / "history.csv").drop(columns="seconds")
    values = network.variables
    return np.concatenate([np.ravel(value.numpy()) for value in values]), history


def test_a_training_killed_in_mid_epoch_gives_the_same_network(training):
    clone, command = training
    kill_in_mid_epoch(clone, command, epoch=2)
    clone.snakemake("--unlock", *command)
    assert f"resumed after epoch 2 of {EPOCHS}" in run(clone, command)
    state, history = result(clone)

    assert "resumed" not in run(clone, ("--force", *command))
    uninterrupted, rows = result(clone)
    pd.testing.assert_frame_equal(history, rows)
    assert history["epoch"].tolist() == list(range(1, EPOCHS + 1))
    np.testing.assert_array_equal(state, uninterrupted)


def test_checkpoints_outlive_a_job_that_failed_and_the_outputs(training):
    clone, command = training
    folder = clone.folder / "results/demo/models/G"
    files.write_text(folder / "checkpoints/abc/epoch-000001.checkpoint", "of another training")
    files.write_text(folder / "history.csv", "older than its inputs")
    for name in ("train.npy", "train.tsv"):
        files.write_text(clone.folder / "results/demo/noisy/G" / name, "damaged")
    assert clone.snakemake(*command).returncode == 1
    left = [path.name for path in folder.rglob("[!.]*") if path.is_file()]
    assert left == ["epoch-000001.checkpoint"]
