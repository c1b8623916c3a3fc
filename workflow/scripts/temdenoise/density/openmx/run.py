"""What density does OpenMX find? The paper's engine: attempts until the SCF is converged."""

import logging
import resource
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ase import Atoms

from temdenoise.density import cube
from temdenoise.density.endings import CONVERGED, STOPPED, UNCONVERGED
from temdenoise.density.openmx import attempts, output, process
from temdenoise.density.openmx.attempts import Attempts
from temdenoise.density.openmx.data import pao_radius
from temdenoise.density.openmx.input import NAME, Grid, Mixing, grid_for, input_text
from temdenoise.errors import EngineError, InputError

_log = logging.getLogger("temdenoise")
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
        No attempt converged, the time limit was near, or OpenMX failed. The next job continues
        from the restart files, if there are any.
    """
    grid = grid_for(atoms, settings["energy_cutoff"], height)
    fingerprint = attempts.fingerprint(atoms, settings, elements, kgrid, grid)
    made = Attempts(folder, fingerprint)
    while not made.records or made.records[-1]["ending"] != CONVERGED:
        mixing = made.next_mixing(settings)
        place = made.prepare(settings)
        text = input_text(atoms, settings, elements, kgrid, grid, mixing)
        (place / f"{NAME}.dat").write_text(text)
        made.add(_attempt(place, settings, mixing, threads, deadline))
        if made.records[-1]["ending"] == STOPPED:
            raise EngineError(
                f"the time limit was near after {made.records[-1]['scf_steps']} SCF steps: ended "
                "cleanly, and the next attempt continues; "
                f"{output.history(made.records[-1]['residuals'])}"
            )
    place = folder / made.records[-1]["folder"]
    try:
        density = cube.read(place / f"{NAME}.tden.cube")
        return density, _summary(place, settings, elements, atoms, grid, made.records)
    except (EngineError, InputError):
        made.forget_last()  # else every later job finds the same bad files
        raise


def _attempt(
    place: Path, settings: Mapping[str, Any], mixing: Mixing, threads: int, deadline: float
) -> dict[str, Any]:
    start = time.monotonic()
    words = process.command(settings, threads)
    done = process.execute(place, words, deadline, 60 * settings["time_margin"])
    try:
        found = output.ending(done.stdout, done.code)
        output.check_cutoff(done.stdout, settings["energy_cutoff"])
        output.check_files(place)
    except EngineError:
        _log.error("the last lines of %s:\n%s", place / f"{NAME}.std", _tail(done.stdout))
        raise
    residuals = output.norm_rd(done.stdout)
    return {
        "folder": place.name,
        "ending": STOPPED if found == UNCONVERGED and done.stopped else found,
        "version": output.version(done.stdout),
        "scf_steps": len(residuals),
        "residuals": residuals,
        "wall_s": round(time.monotonic() - start, 2),
        "max_scf_steps": settings["max_scf_steps"],
        **vars(mixing),
    }


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
        "energy_eV": None if density_only else output.energy(place),
        "wall_s": round(sum(attempt["wall_s"] for attempt in attempts), 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1),
        "orbitals": " ".join(paos),
        "orbital_radius_bohr": max(map(pao_radius, paos)),
        "grid": list(grid.counts),
        "attempts": attempts,
    }


def _tail(stdout: str) -> str:
    return "\n".join(stdout.strip().splitlines()[-_LAST_LINES:])
