"""What does an engine get, and what must it leave? The same files, whichever it is."""

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ase import Atoms

from temdenoise.density import cube
from temdenoise.errors import NotConverged
from temdenoise.run import files
from temdenoise.structures import sheets

_log = logging.getLogger("temdenoise")


def structure(path: str | os.PathLike[str], settings: dict[str, Any]) -> Atoms:
    """Read the structure at `path` and check it against the config's structures `settings`.

    Raises
    ------
    InputError
        The file is damaged or is not what the config says.
    """
    atoms = sheets.read(path)
    ordered = sheets.ordered_sheet_of(settings)
    sheets.check(atoms, ordered, settings["max_shift"], path)
    return atoms


def electrons(
    atoms: Atoms, density: cube.Cube, valence_electrons: dict[str, int], tolerance: float
) -> float:
    """Return the integral of the whole `density` of `atoms`.

    Raises
    ------
    InputError
        It differs from the sum of the `valence_electrons` by more than the `tolerance`.
    """
    found = cube.electrons(density.values, atoms)
    cube.check_charge(found, atoms, valence_electrons, tolerance)
    return found


def write(
    density_path: str | os.PathLike[str],
    summary_path: str | os.PathLike[str],
    atoms: Atoms,
    density: cube.Cube,
    summary: Mapping[str, Any],
) -> None:
    """Write the converged `density` and its `summary`."""
    cube.write(density_path, atoms, density)
    _write_summary(summary_path, {"converged": True, "atoms": len(atoms), **summary})


@contextmanager
def failures(
    on_failure: str,
    density_path: str | os.PathLike[str],
    summary_path: str | os.PathLike[str],
    engine: str,
) -> Iterator[None]:
    """With `on_failure` "skip", write an empty density for a structure that never converged.

    Its summary says converged: false and why. With "stop", and for any other error, the job ends.
    """
    try:
        yield
    except NotConverged as error:
        if on_failure != "skip":
            raise
        _log.error("%s; skipped (dft.on_failure)", error)
        files.write_text(density_path, "")
        facts = {"engine": engine, "converged": False, "problem": str(error)}
        _write_summary(summary_path, {**facts, "attempts": error.attempts})


def _write_summary(path: str | os.PathLike[str], summary: dict[str, Any]) -> None:
    files.write_text(path, json.dumps(summary, indent=2) + "\n")
