"""What pip installs: the package with the shipped models, and the command."""

import os
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from clones import ROOT
from micrographs import honeycomb, write_image

pytestmark = pytest.mark.slow


# The command, in a Python that knows none of the packages that only the workflow needs.
COMMAND = """
import sys
for name in ("snakemake", "ase", "gpaw", "pydantic", "pywt", "rattler"):
    sys.modules[name] = None
from temdenoise import cli
assert "site" in cli.__file__
sys.exit(cli.main(sys.argv[1:]))
"""
ENDS = ("tif", "hspy", "uncertainty.tif", "atoms.csv", "json")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the wheel of the package, built from what git tracks."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("workflow", "models"):
        shutil.copytree(ROOT / name, source / name, symlinks=True)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--retries", "1", str(source)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if "No matching distribution" in done.stderr and "CI" not in os.environ:
        pytest.skip("no network")
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("temdenoise-*.whl")
    return path


def test_the_wheel_holds_the_command_and_the_models(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry_points = next(name for name in names if name.endswith("entry_points.txt"))
        assert "temdenoise = temdenoise.cli:command" in archive.read(entry_points).decode()
    models = {
        f"temdenoise/models/{name}/model.keras" for name in ("G", "SP", "GSP", "BBG", "general")
    }
    assert models <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"temdenoise"}


def test_the_installed_command_gives_the_bytes_of_the_rule(wheel, own_clone, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    shutil.copytree(ROOT / "models", own_clone.folder / "models")
    rng = np.random.default_rng(1)
    noisy = honeycomb((90, 70), 11.2, 7) + rng.normal(0, 0.15, (90, 70))
    write_image(own_clone.folder / "my.tif", noisy)
    table = own_clone.folder / "config/micrographs.tsv"
    table.write_text("path\nmy.tif\n")
    rule = own_clone.snakemake("--profile", "profiles/local", "--cores", 2, "--", "denoise")
    assert rule.returncode == 0, rule.stderr
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "my.tif", "--out", "out", "--threads", "1"],
        cwd=own_clone.folder,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for end in ENDS:
        ours = own_clone.folder / "out/my" / f"general.{end}"
        theirs = own_clone.folder / "results/paper/micrographs/my" / f"general.{end}"
        assert ours.read_bytes() == theirs.read_bytes(), end
