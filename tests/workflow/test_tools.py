import os
import shutil
import subprocess
import sys

import pytest
from clones import ROOT

NEEDED = ["sh", "cat", "python3", "make", "g++"]


def check(folder, *missing):
    for tool in NEEDED:
        if tool not in missing:
            path = sys.executable if tool == "python3" else shutil.which(tool)
            (folder / tool).symlink_to(os.path.realpath(path))
    return subprocess.run(
        [folder / "sh", ROOT / "envs/check-tools.sh"],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
    )


def test_nothing_is_said_when_nothing_is_missing(tmp_path):
    done = check(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("tool", "named"), [("g++", "g++"), ("make", "make"), ("python3", "python")]
)
def test_a_missing_tool_is_named_with_the_commands_that_help(tmp_path, tool, named):
    done = check(tmp_path, tool)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Missing: {named}\n")
    for command in ("apt-get install", "dnf install", "conda install"):
        assert command in done.stderr


def test_make_checks_the_tools_before_it_installs(tmp_path):
    (tmp_path / "bin").mkdir()
    for tool in ("bash", *(tool for tool in NEEDED if tool != "g++"), "mkdir", "touch"):
        (tmp_path / "bin" / tool).symlink_to(os.path.realpath(shutil.which(tool)))
    (tmp_path / "envs").symlink_to(ROOT / "envs")
    done = subprocess.run(
        [shutil.which("make"), "-f", ROOT / "Makefile", "demo", f"SHELL={tmp_path}/bin/bash"],
        cwd=tmp_path,
        env={"PATH": str(tmp_path / "bin")},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "Missing: g++" in done.stderr
    assert not (tmp_path / ".venv").exists()
