"""OpenMX as the paper's engine: attempt after attempt, until the SCF is converged and whole."""

import hashlib
import json
import logging
import re
import resource
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ase import Atoms

from temdenoise import cube, files, openmx_output, openmx_process
from temdenoise.config_values import PHYSICS
from temdenoise.errors import EngineError, InputError, NotConverged
from temdenoise.openmx_input import DATA, NAME, Grid, Mixing, grid_for, input_text
from temdenoise.openmx_output import CONVERGED, UNCONVERGED

_log = logging.getLogger("temdenoise")
STOPPED = "stopped before the time limit"
_ATTEMPTS = "attempts.json"
_LAST_LINES = 15


def run(
    folder: Path,
    atoms: Atoms,
    settings: Mapping[str, Any],
    elements: Mapping[str, Any],
    kgrid: Sequence[int],
    *,
    height: float,
    threads: int,
    deadline: float,
) -> tuple[cube.Cube, dict[str, Any]]:
    """Converge the SCF of `atoms` in `folder`, continuing what earlier jobs left there.

    The grid has a plane at `height` [Å]; `deadline` is the time.monotonic() [s] at which the
    job is killed.

    Returns
    -------
    density : values (Nx, Ny, Nz) [e/bohr³] and the origin of the grid
    summary : version, scf_steps, energy_eV, wall_s, orbitals, attempts, …

    Raises
    ------
    EngineError
        The last attempt of the ladder did not converge, the time limit was near, or OpenMX
        ended in another way; the next job continues from the restart files where there are any.
    """
    grid = grid_for(atoms, settings["energy_cutoff"], height)
    attempts = _earlier(folder, _fingerprint(atoms, settings, elements, kgrid, grid))
    while not attempts or attempts[-1]["ending"] != CONVERGED:
        mixing = _next(settings, attempts, restart=_latest_restart(folder) is not None)
        place = _prepare(folder, settings)
        text = input_text(atoms, settings, elements, kgrid, grid, mixing)
        (place / f"{NAME}.dat").write_text(text)
        attempts.append(_attempt(place, settings, mixing, threads, deadline))
        _record(folder, attempts)
        if attempts[-1]["ending"] == STOPPED:
            raise EngineError(
                f"the time limit was near after {attempts[-1]['scf_steps']} SCF steps: ended "
                f"cleanly, and the next attempt continues; {_history(attempts[-1])}"
            )
    place = folder / attempts[-1]["folder"]
    try:
        density = cube.read(place / f"{NAME}.tden.cube")
        return density, _summary(place, settings, elements, atoms, grid, attempts)
    except (EngineError, InputError):
        _record(folder, attempts[:-1])  # or every later job would find the same bad files
        raise


def ladder(settings: Mapping[str, Any]) -> list[Mixing]:
    """Return what is tried one after the other: other mixing, other history, more smearing."""
    first = Mixing(
        **settings["mixing"],
        electronic_temperature=settings["electronic_temperature"],
    )
    gentle = _but(
        first, initial_weight=first.initial_weight / 3, largest_weight=first.largest_weight / 3
    )
    longer = _but(gentle, history=2 * first.history, pulay_start=2 * first.pulay_start)
    warmest = settings["max_electronic_temperature"]
    warmer = [
        _but(longer, electronic_temperature=temperature)
        for temperature in (2 * first.electronic_temperature, warmest)
        if first.electronic_temperature < temperature <= warmest
    ]
    return list(dict.fromkeys([first, gentle, longer, *warmer]))


def pao_radius(pao: str) -> float:
    """Return the radius [bohr] in a PAO's name, 6.0 for ``C6.0-s2p2d1``.

    Raises
    ------
    InputError
        The name has no radius.
    """
    match = re.match(r"[A-Z][a-z]?(\d+(?:\.\d+)?)[A-Z]*-", pao)
    if match is None:
        raise InputError(
            f"dft.elements: pao {pao!r} names no radius; expected one like C6.0-s2p2d1"
        )
    return float(match[1])


def clean(folder: Path) -> None:
    """Keep the inputs and outputs in words of every attempt in `folder`, drop the rest."""
    (folder / _ATTEMPTS).unlink(missing_ok=True)
    for path in folder.glob("attempt-*/*"):
        if path.is_symlink() or path.is_file():
            if path.suffix not in (".dat", ".std", ".out"):
                path.unlink()
        else:
            shutil.rmtree(path)


def _attempt(
    place: Path, settings: Mapping[str, Any], mixing: Mixing, threads: int, deadline: float
) -> dict[str, Any]:
    start = time.monotonic()
    words = openmx_process.command(settings, threads)
    done = openmx_process.execute(place, words, deadline, 60 * settings["time_margin"])
    try:
        found = openmx_output.ending(done.stdout, done.code)
        openmx_output.check_cutoff(done.stdout, settings["energy_cutoff"])
        openmx_output.check_files(place)
    except EngineError:
        _log.error("the last lines of %s:\n%s", place / f"{NAME}.std", _tail(done.stdout))
        raise
    residuals = openmx_output.norm_rd(done.stdout)
    return {
        "folder": place.name,
        "ending": STOPPED if found == UNCONVERGED and done.stopped else found,
        "version": openmx_output.version(done.stdout),
        "scf_steps": len(residuals),
        "residuals": residuals,
        "wall_s": round(time.monotonic() - start, 2),
        "max_scf_steps": settings["max_scf_steps"],
        **vars(mixing),
    }


def _next(settings: Mapping[str, Any], attempts: list[dict[str, Any]], *, restart: bool) -> Mixing:
    """Return the first mixing of the ladder that was not yet given `settings` max_scf_steps."""
    left = [
        mixing
        for mixing in ladder(settings)
        if not any(_was(mixing, settings["max_scf_steps"], attempt) for attempt in attempts)
    ]
    if not left:
        steps = sum(attempt["scf_steps"] for attempt in attempts)
        raise NotConverged(
            f"the SCF did not converge in {len(attempts)} attempts of {steps} steps in all: raise "
            "dft.openmx.max_scf_steps or dft.openmx.max_electronic_temperature, or look at the "
            f"structure; {_history(attempts[-1])}",
            attempts,
        )
    return _but(left[0], restart=restart)


def _was(mixing: Mixing, steps: int, attempt: dict[str, Any]) -> bool:
    if attempt["ending"] != UNCONVERGED or attempt["max_scf_steps"] < steps:
        return False
    return _but(mixing, restart=attempt["restart"]) == Mixing(
        **{key: attempt[key] for key in vars(mixing)}
    )


def _prepare(folder: Path, settings: Mapping[str, Any]) -> Path:
    """Return a fresh directory with the data set and the latest restart files in it."""
    latest = _latest_restart(folder)
    number = 1 + max((_number(path) for path in folder.glob("attempt-*")), default=0)
    place = folder / f"attempt-{number}"
    place.mkdir(parents=True)
    (place / DATA).symlink_to(Path(settings["data_path"]).expanduser().resolve())
    if latest is not None:
        shutil.copytree(latest, place / f"{NAME}_rst")
    return place


def _latest_restart(folder: Path) -> Path | None:
    """Return the newest restart files that a run wrote at its end, as its attempt's record says."""
    recorded = [folder / attempt["folder"] / f"{NAME}_rst" for attempt in _read(folder)["attempts"]]
    return next((path for path in reversed(recorded) if path.is_dir()), None)


def _earlier(folder: Path, fingerprint: str) -> list[dict[str, Any]]:
    if _read(folder)["fingerprint"] != fingerprint:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _write(folder, fingerprint, [])
    return _read(folder)["attempts"]


def _record(folder: Path, attempts: list[dict[str, Any]]) -> None:
    _write(folder, _read(folder)["fingerprint"], attempts)


def _write(folder: Path, fingerprint: str, attempts: list[dict[str, Any]]) -> None:
    state = {"fingerprint": fingerprint, "attempts": attempts}
    files.write_text(folder / _ATTEMPTS, json.dumps(state, indent=1))


def _read(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / _ATTEMPTS).read_text())
    except FileNotFoundError:
        return {"fingerprint": None, "attempts": []}


def _fingerprint(
    atoms: Atoms, settings: Mapping[str, Any], elements: Mapping[str, Any], kgrid: Any, grid: Grid
) -> str:
    physics = {key: settings[key] for key in PHYSICS["openmx"]}
    parts = [atoms.positions.tolist(), atoms.cell.tolist(), atoms.get_chemical_symbols()]
    text = json.dumps([*parts, physics, dict(elements), list(kgrid), vars(grid)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _summary(
    place: Path,
    settings: Mapping[str, Any],
    elements: Mapping[str, Any],
    atoms: Atoms,
    grid: Grid,
    attempts: list[dict[str, Any]],
) -> dict[str, Any]:
    paos = sorted({elements[symbol]["pao"] for symbol in atoms.get_chemical_symbols()})
    density_only = settings["density_only"]
    return {
        "version": attempts[-1]["version"],
        "scf_steps": sum(attempt["scf_steps"] for attempt in attempts),
        "energy_eV": None if density_only else openmx_output.energy(place),
        "wall_s": round(sum(attempt["wall_s"] for attempt in attempts), 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1),
        "orbitals": " ".join(paos),
        "orbital_radius_bohr": max(map(pao_radius, paos)),
        "grid": list(grid.counts),
        "attempts": attempts,
    }


def _but(mixing: Mixing, **changes: Any) -> Mixing:
    return Mixing(**{**vars(mixing), **changes})


def _number(path: Path) -> int:
    return int(path.name.rpartition("-")[2])


def _history(attempt: dict[str, Any]) -> str:
    return openmx_output.history(attempt["residuals"])


def _tail(stdout: str) -> str:
    return "\n".join(stdout.strip().splitlines()[-_LAST_LINES:])
