"""How does the command denoise one image? Its results, their overview, and what went wrong."""

import argparse
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from temdenoise.cli.options import AUTO
from temdenoise.micrographs import samples
from temdenoise.micrographs.samples import Entry
from temdenoise.run import logs

if TYPE_CHECKING:  # it loads what a refusal does not need
    from temdenoise.reports.panels import Result


def write(entry: Entry, folder: Path, options: argparse.Namespace) -> list[str]:
    """Write the results of the models and their overview; return the problems, each once."""
    from temdenoise.reports import overview, style

    results: list[Result] = []
    problems: list[str] = []
    for model in entry["models"]:
        with _noted(problems):
            results.append(_result(entry, model, folder, options))
    if results and options.model == AUTO:
        with _noted(problems):
            results += _better(entry, results[0], folder, options)
    if results:
        with _noted(problems):
            style.save(folder / "overview.png", overview.draw(entry, results))
            print(f"{folder.name}: done, look at {folder / 'overview.png'}", flush=True)
    return list(dict.fromkeys(problems))


@contextmanager
def _noted(problems: list[str]) -> Iterator[None]:
    """Add the line of an error to `problems`, and go on."""
    try:
        yield
    except Exception as error:
        problems.append(line(error))


def _result(entry: Entry, model: str, folder: Path, options: argparse.Namespace) -> "Result":
    from temdenoise.micrographs import applying, job

    settings = applying.Settings(score=not options.no_score)
    path = options.models / model / "model.keras"
    with logs.shown(1, f"{folder.name}, {model}"):
        job.run(entry, path, settings, job.targets(folder, model), **_room(options))
    return _read(folder, model)


def _better(
    entry: Entry, result: "Result", folder: Path, options: argparse.Namespace
) -> list["Result"]:
    """Return the result that explains more of the image than the general model's, if one does."""
    from temdenoise.micrographs import best

    names = [name for name in samples.models_in(options.models) if name != samples.DEFAULT_MODEL]
    models = {name: options.models / name / "model.keras" for name in names}
    with logs.shown(1, f"{folder.name}, {AUTO}"):
        name = best.run(entry, result.summary, models, folder, **_room(options))
    return [_read(folder, name)] if name else []


def _read(folder: Path, model: str) -> "Result":
    from temdenoise.micrographs import job
    from temdenoise.reports import overview

    target = job.targets(folder, model)
    return overview.read(*(target[kind] for kind in ("tif", "uncertainty", "atoms", "summary")))


def _room(options: argparse.Namespace) -> dict[str, Any]:
    from temdenoise.micrographs import room

    return {"threads": options.threads, "memory": options.memory or room.free()}


def line(error: Exception) -> str:
    """Return the line for an error that the user can fix, or the traceback of another."""
    if line := logs.line_of(error):
        return line
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return f"an error in the program, not in the image:\n{traceback.format_exc()}"


@contextmanager
def quiet() -> Iterator[None]:
    """Keep from the terminal what TensorFlow and the readers of files write to descriptor 2."""
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
