"""A stack that is damaged behind Snakemake's back, through Snakemake, on random images."""

import os
import re

import numpy as np
import pandas as pd
import pytest

from temdenoise.run import files

NOISY = "results/demo/noisy/G/test.npy"
FIGURE = "results/demo/figures/noises.png"
MODELS = "models: {SP: null, GSP: null, BBG: null}"

pytestmark = pytest.mark.slow


@pytest.fixture
def command(own_clone):
    """Return the command for a figure that was made and removed again: what it is of is there."""
    images = own_clone.folder / "results/demo/images"
    clean = np.random.default_rng(1).random((1, 256, 256), dtype=np.float32)
    files.write_stack(images / "test.npy", clean, clean.shape)
    files.write_table(images / "test.tsv", pd.DataFrame({"image": [0], "shift": [0]}))
    options = ("--profile", "profiles/local", "--rerun-triggers", "mtime")
    command = (*options, *own_clone.config("one.yaml", MODELS), "--", FIGURE)
    done = own_clone.snakemake(*command)
    assert done.returncode == 0, done.stderr
    (own_clone.folder / FIGURE).unlink()
    return command


def flip_a_bit(path):
    """Damage `path` as a disk does: same size, same dates. Return what it was."""
    whole, status = path.read_bytes(), path.stat()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    path.write_bytes(damaged)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return whole


def test_it_fails_the_job_that_reads_it_and_deleted_it_is_recreated(command, own_clone):
    noisy = own_clone.folder / NOISY
    whole = flip_a_bit(noisy)
    failed = own_clone.snakemake(*command)
    assert failed.returncode != 0
    line = rf"{NOISY}: damaged: expected SHA-256 \w+…, got \w+…; delete it and run again,"
    assert re.search(line, failed.stdout + failed.stderr, re.MULTILINE)
    assert noisy.exists()
    assert not (own_clone.folder / FIGURE).exists()

    noisy.unlink()
    assert own_clone.jobs(*command) == {"corrupt_images": 1, "draw_noises": 1}
    mended = own_clone.snakemake(*command)
    assert mended.returncode == 0, mended.stderr
    assert noisy.read_bytes() == whole
