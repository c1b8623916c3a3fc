"""What pip installs: the package with the shipped models, and the command."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from clones import ROOT

pytestmark = pytest.mark.slow


def test_the_wheel_holds_the_command_and_the_models(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("workflow", "models"):
        shutil.copytree(ROOT / name, source / name, symlinks=True)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--retries", "1", str(source)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    if "No matching distribution" in done.stderr and "CI" not in os.environ:
        pytest.skip("no network")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(*tmp_path.glob("temdenoise-*.whl")) as wheel:
        names = set(wheel.namelist())
        entry_points = next(name for name in names if name.endswith("entry_points.txt"))
        assert "temdenoise = temdenoise.cli:main" in wheel.read(entry_points).decode()
    models = {f"temdenoise/models/{name}/model.keras" for name in ("G", "SP", "GSP", "BBG")}
    assert models <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"temdenoise"}
