"""Does the workflow serve as a module of another one, from a path and from a repository?"""

import shutil
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from clones import ROOT, Clone

MODULE = """
ENGINE = config.get("engine", "maps")

module temdenoise:
    snakefile:
        {snakefile}
    config:
        {{"run": "mine", "structures": {{"cell_height": 9.6}}, "dft": {{"engine": ENGINE}}}}


use rule * from temdenoise as tem_*


onstart:
    temdenoise.onstart()
"""
MAP = "results/mine/maps/train-1.tif"
STRUCTURE = "results/mine/structures/train-2.extxyz"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """Return the folder of a git repository with the workflow and its stored maps."""
    folder = tmp_path_factory.mktemp("github") / "owner/temdenoise"
    folder.mkdir(parents=True)
    Clone(folder)
    shutil.copytree(ROOT / "resources/maps", folder / "resources/maps")
    subprocess.run(["git", "init", "-qb", "main"], cwd=folder, check=True)
    commit(folder)
    return folder


def commit(folder):
    who = ("-c", "user.name=a", "-c", "user.email=a")
    for command in (("add", "."), (*who, "commit", "-qm", "Next", "--allow-empty")):
        subprocess.run(["git", *command], cwd=folder, check=True)


class User(Clone):
    """A folder of a user's own that names the workflow as a module."""

    def __init__(self, folder, snakefile):
        self.folder = folder
        (folder / "Snakefile").write_text(MODULE.format(snakefile=snakefile))


@pytest.mark.parametrize(
    "address", ["git+file://{}/workflow/Snakefile@main", "{}/workflow/Snakefile"]
)
def test_a_module_s_jobs_find_package_and_store_of_its_own_commit(repository, tmp_path, address):
    other = tmp_path / "other/temdenoise"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("raise ImportError('that of another version')")
    user = User(tmp_path, repr(address.format(repository)))
    env = {"PYTHONPATH": str(other.parent)}
    done = user.snakemake("--cores", 1, "--", MAP, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    stored = repository / "resources/maps/gpaw/train-1.tif"
    assert (tmp_path / MAP).read_bytes() == stored.read_bytes()
    jobs = user.jobs()
    assert (jobs["tem_load_map"], jobs["tem_all"]) == (5, 1)


def test_another_commit_with_the_same_code_reruns_nothing(repository, tmp_path):
    user = User(tmp_path, f"'git+file://{repository}/workflow/Snakefile@main'")
    options = ("--config", "engine=gpaw", "--", STRUCTURE)
    done = user.snakemake("--cores", 1, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    (repository / "NOTES.md").write_text("Nothing that runs.")
    commit(repository)
    assert user.jobs(*options) == {}
    assert len(list((tmp_path / ".snakemake/temdenoise").iterdir())) == 2


def test_snakedeploy_deploys_it(repository, tmp_path):
    pytest.importorskip("snakedeploy", reason="snakedeploy: pip install snakedeploy")
    words = ("deploy-workflow", f"file://{repository}", tmp_path / "mine", "--branch", "main")
    command = [sys.executable, "-m", "snakedeploy.client", *map(str, words)]
    subprocess.run(command, check=True, capture_output=True)
    deployed = Clone.__new__(Clone)
    deployed.folder = tmp_path / "mine"
    host = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{repository.parents[1]}/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    jobs = deployed.jobs(env=host)
    assert (jobs["dft_openmx"], jobs["all"]) == (6, 1)
    assert deployed.jobs("--configfile", "config/demo.yaml", env=host)["dft_gpaw"] == 6


@contextmanager
def served(folder):
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("localhost", 0), handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def test_a_lone_file_from_the_web_is_refused_in_one_line(repository, tmp_path):
    with served(repository) as address:
        done = User(tmp_path, f"'{address}/workflow/Snakefile'").snakemake("-n")
    assert done.returncode != 0
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("module: ")]
    assert "git+file" in line
    assert "Traceback" not in done.stderr
