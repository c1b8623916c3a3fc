"""Where do the results of a run come from? Code, software, machine, times and checksums."""

import json
import logging
import os
import platform
import re
import subprocess
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from temdenoise.errors import InputError
from temdenoise.run import checksums, costs
from temdenoise.run.files import REBUILD

_log = logging.getLogger(__name__)

CLONE = Path(__file__).resolve().parents[4]
# Files of the clone that a run reads. The config is recorded as resolved.
_CODE = ("Snakefile", "workflow", "envs")
_PIN = re.compile(r"^ *- ([\w-]+?)(?:-base|-cpu|-gpu)?=", re.MULTILINE)


class Commit(NamedTuple):
    """The git commit of the code and its changed files; None without git, with the reason."""

    sha: str | None
    changed: list[str] | None
    problem: str = ""


class File(NamedTuple):
    """A file by its path in the clone, its size [bytes] and its checksum."""

    path: str
    size: int
    checksum: str


class Software(NamedTuple):
    """A program or package, its version or versions (comma-separated), and their source."""

    name: str
    version: str
    source: str


@dataclass(frozen=True)
class Record:
    """The record of a run; `started` and `ended` are ISO 8601.

    `config` is the resolved config, `config_file` holds it. `envs` are the pinned environments.
    """

    config: Mapping[str, Any]
    commit: Commit
    software: list[Software]
    host: str
    started: str
    ended: str
    workflow: File
    envs: list[File]
    config_file: File
    results: list[File]

    @property
    def files(self) -> list[File]:
        """All files with their checksums."""
        return [self.workflow, *self.envs, self.config_file, *self.results]


def commit(clone: Path) -> Commit:
    """Return the git commit of the folder `clone` and its changed files of code."""
    try:
        top = _git(clone, "rev-parse", "--show-toplevel").strip()
        if not clone.samefile(top):  # a tarball, unpacked in another clone
            return Commit(None, None, "not the root of a git clone")
        sha = _git(clone, "rev-parse", "HEAD").strip()
        changed = _git(clone, "status", "--porcelain", "--untracked-files=all", "--", *_CODE)
        return Commit(sha, [line[3:] for line in changed.splitlines()])
    except (OSError, subprocess.CalledProcessError) as error:
        _log.warning("git: %s", getattr(error, "stderr", None) or error)
        return Commit(None, None, "not a git clone, or no git to read it")


def file_of(path: str, folder: Path = Path()) -> File:
    """Return the file at `path` in the `folder`.

    Raises
    ------
    DamagedError
        The workflow wrote the file, and it has changed since.
    """
    file = folder / path
    return File(path, file.stat().st_size, checksums.verify(file) or checksums.of(file))


def files_of(paths: Iterable[str], folder: Path = Path()) -> list[File]:
    """Return the files at `paths` in the `folder`, sorted by name."""
    return [file_of(path, folder) for path in sorted(paths)]


def software(clone: Path, dft: str, models: Iterable[str]) -> list[Software]:
    """Return the software behind the results, sorted by name.

    Versions come from the table `dft` of the DFT jobs and from the `models`. Other packages that
    the environments of the `clone` pin have the version installed here.

    Raises
    ------
    InputError
        The table or a model is damaged.
    """
    found = {one.name: one for one in (*_installed(clone), *_engines(dft), *_keras(models))}
    return [found[name] for name in sorted(found)]


def host() -> str:
    """Return the type of this machine."""
    return f"{platform.platform()}, {os.cpu_count()} cores"


def times(benchmarks: str | os.PathLike[str], without: str) -> tuple[str, str]:
    """Return when the first job in the folder `benchmarks` began and the last ended, in ISO 8601.

    Leave out the rule `without`: its benchmark may be older than the results.

    Raises
    ------
    InputError
        There is not one whole benchmark.
    """
    jobs = costs.read_benchmarks(benchmarks)
    jobs = jobs[jobs["rule"] != without]
    return _iso(jobs["began"].min()), _iso((jobs["began"] + jobs["wall_s"]).max())


def settings(config: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, value) for each setting of a config; lists and null are JSON text."""
    for key, value in config.items():
        if isinstance(value, Mapping) and value:
            yield from settings(value, f"{above}{key}.")
        else:
            is_plain = isinstance(value, bool | int | float | str)
            yield f"{above}{key}", value if is_plain else json.dumps(value)


def _git(clone: Path, *words: str) -> str:
    command = ["git", "-C", str(clone), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _installed(clone: Path) -> Iterator[Software]:
    source = "installed where this was written"
    yield Software("python", platform.python_version(), source)
    pins = [_PIN.findall(path.read_text("utf-8")) for path in (clone / "envs").glob("*.yaml")]
    for name in {name for names in pins for name in names} - {"python"}:
        try:
            yield Software(name, metadata.version(name), source)
        except metadata.PackageNotFoundError:
            continue  # it belongs to another environment


def _engines(dft: str) -> Iterator[Software]:
    checksums.verify(dft)
    try:
        jobs = pd.read_csv(dft, dtype=str, usecols=["engine", "version"])
    except (ValueError, OSError) as error:
        raise InputError(f"{dft}: not a readable table ({error}); {REBUILD}") from error
    # A structure that never converged has no version.
    for engine, found in jobs.dropna().groupby("engine")["version"].unique().items():
        yield Software(str(engine), ", ".join(sorted(found)), "recorded by the DFT jobs")


def _keras(models: Iterable[str]) -> Iterator[Software]:
    versions = sorted({_keras_version(path) for path in models})
    if versions:
        yield Software("keras", ", ".join(versions), "recorded in the models")


def _keras_version(path: str) -> str:
    checksums.verify(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return str(json.loads(archive.read("metadata.json"))["keras_version"])
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(f"{path}: not a whole model ({error}); {REBUILD}") from error


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
