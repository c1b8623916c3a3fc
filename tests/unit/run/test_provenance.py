import hashlib
import json
import os
import subprocess
import zipfile
from importlib import metadata

import pytest

from temdenoise.density import summaries
from temdenoise.errors import DamagedError, InputError
from temdenoise.run import files, provenance


def git(folder, *words):
    who = ("-c", "user.name=a", "-c", "user.email=a")
    subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path):
    folder = tmp_path / "clone"
    for name in ("Snakefile", "workflow/a.py", "envs/images.yaml", "README.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    git(tmp_path, "init", "-q", folder)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "First")
    return folder


def test_a_clone_as_committed_is_clean(clone):
    (branch,) = (clone / ".git/refs/heads").iterdir()
    assert provenance.commit(clone) == (branch.read_text().strip(), [], "")


@pytest.mark.parametrize("name", ["Snakefile", "workflow/a.py", "workflow/new.py", "envs/new.yaml"])
def test_changed_or_new_code_is_dirty_until_it_is_committed(clone, name):
    before = provenance.commit(clone)
    (clone / name).write_text("changed")
    assert provenance.commit(clone) == before._replace(changed=[name])
    git(clone, "add", ".")
    assert provenance.commit(clone) == before._replace(changed=[name])
    git(clone, "commit", "-qm", "Second")
    after = provenance.commit(clone)
    assert after.sha != before.sha
    assert after.changed == []


@pytest.mark.parametrize("name", ["README.md", "my.yaml", "results/a.csv"])
def test_what_is_no_code_is_not_dirty(clone, name):
    (clone / "results").mkdir()
    before = provenance.commit(clone)
    (clone / name).write_text("changed")
    assert provenance.commit(clone) == before


def test_a_tarball_has_no_commit_and_says_why(clone, tmp_path):
    unpacked = clone / "unpacked"
    unpacked.mkdir()
    assert provenance.commit(unpacked) == (None, None, "not the root of a git clone")
    sha, changed, problem = provenance.commit(tmp_path)
    assert (sha, changed) == (None, None)
    assert "not a git clone" in problem


def test_no_git_is_no_failure(clone, monkeypatch):
    monkeypatch.setenv("PATH", "")
    sha, changed, problem = provenance.commit(clone)
    assert (sha, changed) == (None, None)
    assert "no git" in problem


def test_checksums_are_those_of_the_files_by_name(tmp_path):
    contents = {"b.csv": b"1,2\n", "a.csv": b"", "c/d.keras": bytes(range(256)) * 9999}
    (tmp_path / "c").mkdir()
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = provenance.files_of(contents, tmp_path)
    assert found == provenance.files_of(reversed(contents), tmp_path)
    assert [file.path for file in found] == sorted(contents)
    for path, size, checksum in found:
        assert size == len(contents[path])
        assert checksum == hashlib.sha256(contents[path]).hexdigest()


@pytest.fixture
def model(tmp_path):
    def write(name, version):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        return str(tmp_path / name)

    return write


@pytest.fixture
def table(tmp_path):
    """Return a function that writes the table of the DFT jobs."""

    def write(*jobs):
        rows = [(f"train-{n}", {"engine": engine, **job}) for n, (engine, job) in enumerate(jobs)]
        files.write_table(tmp_path / "dft.csv", summaries.table(rows))
        return str(tmp_path / "dft.csv")

    return write


def versions(clone, dft, models=()):
    found = provenance.software(clone, dft, models)
    assert found == sorted(found)
    return {one.name: (one.version, one.source) for one in found}


def test_results_know_better_than_what_is_installed(clone, model, table):
    (clone / "envs/images.yaml").write_text("dependencies:\n  - keras=1.0\n  - gpaw=1.0\n")
    dft = table(*(("gpaw", {"version": version}) for version in ("3.10", "3.9", "3.10")))
    found = versions(clone, dft, [model("G", "8.2"), model("SP", "8.2")])
    assert found["gpaw"] == ("3.10, 3.9", "recorded by the DFT jobs")
    assert found["keras"] == ("8.2", "recorded in the models")


def test_a_version_is_no_number_and_may_be_missing(clone, table):
    dft = table(("openmx", {"version": "4.10"}), ("openmx", {"converged": False}))
    assert versions(clone, dft)["openmx"][0] == "4.10"
    assert set(versions(clone, table(("openmx", {"converged": False})))) == {"python"}


def test_installed_are_the_packages_that_the_environments_pin(clone, table):
    pins = "  - python=3.11\n  - matplotlib-base=1.0\n  - ruff=1.0\n  - no-such-package=1\n"
    (clone / "envs/images.yaml").write_text(f"# ase=1\ndependencies:\n{pins}")
    found = versions(clone, table())
    assert set(found) == {"python", "matplotlib", "ruff"}
    assert found["ruff"] == (metadata.version("ruff"), "installed where this was written")


@pytest.mark.parametrize("content", [b"", b"text", b"PK\5\6" + bytes(18)])
def test_a_damaged_model_or_table_is_named(clone, tmp_path, table, content):
    (tmp_path / "G.keras").write_bytes(content)
    with pytest.raises(InputError, match=r"G\.keras: not a whole model .* run the workflow again"):
        provenance.software(clone, table(), [str(tmp_path / "G.keras")])
    with pytest.raises(InputError, match=r"G\.keras: not a readable table .* run the workflow"):
        provenance.software(clone, str(tmp_path / "G.keras"), [])


def test_a_result_that_is_not_what_was_written_is_not_recorded(clone):
    files.write_text(clone / "a.csv", "whole")
    assert provenance.file_of("a.csv", clone).size == 5
    (clone / "a.csv").write_text("other")
    with pytest.raises(DamagedError, match=r"a\.csv: damaged"):
        provenance.file_of("a.csv", clone)


def test_times_span_the_jobs_but_not_the_one_that_writes_them(tmp_path):
    for rule, ended, wall in [
        ("a", 2000, 90),
        ("b", 1950, 60.5),
        ("own", 1000, 5),
        ("own2", 1990, 9),
    ]:
        path = tmp_path / rule / "all.tsv"
        path.parent.mkdir()
        path.write_text(f"s\tmax_rss\tcpu_time\n{wall}\tNA\tNA\n")
        os.utime(path, (ended, ended))
    times = ("1970-01-01T00:31:29+00:00", "1970-01-01T00:33:20+00:00")
    assert provenance.times(tmp_path, without="own") == times


def test_every_setting_stands_under_its_dotted_key_as_a_plain_value():
    config = {
        **{"run": "a", "models": {"G": {"noise": "G", "gpus": 0}, "SP": None}},
        **{"images": {"tiles": {"train": [{"grid": [3, 3], "count": 5}]}, "shifts": []}},
        **{"dft": {"density_only": True, "criterion": 1e-8, "openmx": {}}},
    }
    assert list(provenance.settings(config)) == [
        *[("run", "a"), ("models.G.noise", "G"), ("models.G.gpus", 0), ("models.SP", "null")],
        *[("images.tiles.train", '[{"grid": [3, 3], "count": 5}]'), ("images.shifts", "[]")],
        *[("dft.density_only", True), ("dft.criterion", 1e-8), ("dft.openmx", "{}")],
    ]
