"""A stack that is damaged behind Snakemake's back, through Snakemake, on random images."""

import os

import numpy as np
import pandas as pd
import pytest

from temdenoise.errors import DamagedError
from temdenoise.run import checksums, files

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


def hidden(folder):
    return {path.name for path in folder.iterdir() if path.name.startswith(".")}


def test_it_is_named_by_the_job_that_reads_it_and_made_anew_by_the_next_run(command, own_clone):
    noisy = own_clone.folder / NOISY
    whole = flip_a_bit(noisy)
    failed = own_clone.snakemake(*command)
    assert failed.returncode != 0
    assert f"{NOISY}: damaged: expected SHA-256 " in failed.stdout + failed.stderr
    assert f"damaged, moved aside: {NOISY}; the next run makes them anew" in failed.stderr
    assert not (own_clone.folder / FIGURE).exists()

    assert own_clone.jobs(*command) == {"corrupt_images": 1, "draw_noises": 1}
    mended = own_clone.snakemake(*command)
    assert mended.returncode == 0, mended.stderr
    assert noisy.read_bytes() == whole
    assert noisy.with_name("test.npy.damaged").read_bytes() != whole
    assert hidden(noisy.parent) == {".test.npy.checksum", ".test.tsv.checksum"}


def test_a_mark_that_a_killed_run_left_ends_the_next_start_and_no_dry_run(command, own_clone):
    noisy = own_clone.folder / NOISY
    whole = flip_a_bit(noisy)
    with pytest.raises(DamagedError):
        checksums.verify(noisy)
    assert own_clone.jobs(*command) == {"draw_noises": 1}
    assert noisy.read_bytes() != whole

    told = own_clone.snakemake(*command)
    assert told.returncode == 1
    assert f"damaged, moved aside: {NOISY}; start again, and they are made anew" in told.stderr
    assert own_clone.snakemake(*command).returncode == 0
    assert noisy.read_bytes() == whole
