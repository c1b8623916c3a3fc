"""The attempts at one structure: a fresh directory each, a record of all, restart files between."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ase import Atoms

from temdenoise.engines import PHYSICS
from temdenoise.openmx_input import DATA, NAME, Grid
from temdenoise.storage import beside

_ATTEMPTS = "attempts.json"


def earlier(folder: Path, fingerprint: str) -> list[dict[str, Any]]:
    """Return the records of the attempts that `folder` holds, none if they had other physics.

    What belongs to another `fingerprint` is removed.
    """
    if _read(folder)["fingerprint"] != fingerprint:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _write(folder, fingerprint, [])
    return _read(folder)["attempts"]


def record(folder: Path, attempts: list[dict[str, Any]]) -> None:
    """Write down `attempts`, of the fingerprint that the folder has."""
    _write(folder, _read(folder)["fingerprint"], attempts)


def prepare(folder: Path, settings: Mapping[str, Any]) -> Path:
    """Return a fresh directory with the data set and the latest restart files in it."""
    latest = latest_restart(folder)
    number = 1 + max((_number(path) for path in folder.glob("attempt-*")), default=0)
    place = folder / f"attempt-{number}"
    place.mkdir(parents=True)
    (place / DATA).symlink_to(Path(settings["data_path"]).expanduser().resolve())
    if latest is not None:
        shutil.copytree(latest, place / f"{NAME}_rst")
    return place


def latest_restart(folder: Path) -> Path | None:
    """Return the newest restart files that a run wrote at its end, as its attempt's record says."""
    recorded = [folder / attempt["folder"] / f"{NAME}_rst" for attempt in _read(folder)["attempts"]]
    return next((path for path in reversed(recorded) if path.is_dir()), None)


def clean(folder: Path) -> None:
    """Keep the inputs and outputs in words of every attempt in `folder`, drop the rest."""
    (folder / _ATTEMPTS).unlink(missing_ok=True)
    for path in folder.glob("attempt-*/*"):
        if path.is_symlink() or path.is_file():
            if path.suffix not in (".dat", ".std", ".out"):
                path.unlink()
        else:
            shutil.rmtree(path)


def fingerprint(
    atoms: Atoms, settings: Mapping[str, Any], elements: Mapping[str, Any], kgrid: Any, grid: Grid
) -> str:
    """Return a digest of all that the density depends on."""
    physics = {key: settings[key] for key in PHYSICS["openmx"]}
    parts = [atoms.positions.tolist(), atoms.cell.tolist(), atoms.get_chemical_symbols()]
    text = json.dumps([*parts, physics, dict(elements), list(kgrid), vars(grid)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _write(folder: Path, fingerprint: str, attempts: list[dict[str, Any]]) -> None:
    state = {"fingerprint": fingerprint, "attempts": attempts}
    with beside(folder / _ATTEMPTS) as partial:
        partial.write_text(json.dumps(state, indent=1), encoding="utf-8")


def _read(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / _ATTEMPTS).read_text())
    except FileNotFoundError:
        return {"fingerprint": None, "attempts": []}


def _number(path: Path) -> int:
    return int(path.name.rpartition("-")[2])
