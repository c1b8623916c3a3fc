"""Files that may not be read, from the config to the trained network."""

import os
import subprocess

import pytest
from undisturbed import RESULTS, TABLES, content, half_written

pytestmark = pytest.mark.faults

# Each with an output that is made of it.
READ = {
    "structures/train-1.extxyz": "maps/train-1.tif",
    "dft/test-1/density.cube": "maps/test-1.tif",
    "dft/test-1/summary.json": "tables/dft.csv",
    "maps/test-1.tif": "images/test.npy",
    "images/test.npy": "noisy/G/test.npy",
    "images/train.tsv": "noisy/G/train.npy",
    "noisy/G/train.npy": "models/G/model.keras",
    "models/G/model.keras": "tables/scores/G.csv",
    "tables/scores/G.csv": "tables/scores.csv",
}
WITHOUT = "-dac_override,-dac_read_search"


@pytest.fixture
def copy(before):
    return before("figures")


def run(copy, *targets, more=()):
    """Run as a user whom permissions bind, as they do root without two of its capabilities."""
    words = copy.command(*copy.options(*targets, more=more))
    if os.geteuid() == 0:
        words = ["setpriv", f"--bounding-set={WITHOUT}", f"--inh-caps={WITHOUT}", *words]
    return subprocess.run(words, cwd=copy.folder, capture_output=True, text=True)


def run_without(copy, path, *targets, more=()):
    path.chmod(0)
    try:
        return run(copy, *targets, more=more)
    finally:
        path.chmod(0o644)


@pytest.mark.parametrize(("name", "output"), READ.items(), ids=READ)
def test_an_unreadable_file_is_one_line_that_names_it(copy, name, output):
    done = run_without(copy, copy.folder / RESULTS / name, f"{RESULTS}/{output}", more=["--force"])
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if " ERROR results" in line]
    (line,) = said
    assert f"{RESULTS}/{name}: Permission denied; " in line
    assert "delete" not in line
    assert "Traceback" not in done.stderr
    assert half_written(copy.folder) == []


def test_a_folder_that_may_not_be_written_is_one_line(copy):
    folder = copy.folder / RESULTS / "figures"
    folder.mkdir(mode=0o500)
    done = run(copy, f"{RESULTS}/figures/noises.png")
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if " ERROR " in line]
    assert f"{RESULTS}/figures/" in line
    assert line.endswith("Permission denied; give this account access")


def test_an_unreadable_config_is_named(copy):
    done = run_without(copy, copy.folder / "tiny.yaml", *TABLES)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("Permission denied: 'tiny.yaml'")


@pytest.mark.parametrize(
    ("stage", "name"), [("noise", "maps/test-1.tif"), ("evaluation", "models/G/model.keras")]
)
def test_readable_again_the_run_ends_the_same(undisturbed, before, stage, name):
    copy = before(stage)
    assert run_without(copy, copy.folder / RESULTS / name, *TABLES).returncode == 1
    assert content(copy.folder).items() <= undisturbed.content.items()
    copy.finish(*TABLES)
    assert content(copy.folder) == undisturbed.content
