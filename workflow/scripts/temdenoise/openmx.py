"""OpenMX as the paper's engine: write the input, run, and believe only a whole, converged run."""

import math
import re
import shlex
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.units import Hartree

from temdenoise import cube
from temdenoise.errors import EngineError, InputError

_NAME = "temdenoise"
_ACHIEVED = "The SCF was achieved at MD="
_FINISHED = "The calculation was normally finished."
_LAST_LINES = 15
_AT_THE_CORNER = 1e-3  # [Å]


def input_text(
    atoms: Atoms, settings: dict[str, Any], elements: dict[str, Any], kgrid: list[int]
) -> str:
    """Return the OpenMX input of `atoms` with the paper's settings (section II.A).

    `elements` gives pao, vps and valence_electrons of each element.
    """
    species = sorted(set(atoms.get_chemical_symbols()))
    lines = [
        "System.CurrrentDirectory ./",
        f"System.Name {_NAME}",
        f"DATA.PATH {Path(settings['data_path']).resolve()}",
        "level.of.stdout 1",
        "level.of.fileout 1",
        f"Species.Number {len(species)}",
        *_block("Definition.of.Atomic.Species", [_species(s, elements[s]) for s in species]),
        f"Atoms.Number {len(atoms)}",
        "Atoms.SpeciesAndCoordinates.Unit Ang",
        *_block("Atoms.SpeciesAndCoordinates", _coordinates(atoms, elements)),
        "Atoms.UnitVectors.Unit Ang",
        *_block("Atoms.UnitVectors", [_row(vector) for vector in atoms.cell]),
        "scf.XcType GGA-PBE",
        "scf.SpinPolarization off",
        f"scf.ElectronicTemperature {settings['electronic_temperature']}",
        f"scf.energycutoff {settings['energy_cutoff']}",
        f"scf.maxIter {settings['max_scf_steps']}",
        "scf.EigenvalueSolver band",
        f"scf.Kgrid {' '.join(map(str, kgrid))}",
        "scf.fixed.grid 0.0 0.0 0.0",
        "scf.Mixing.Type rmm-diisk",
        "scf.Init.Mixing.Weight 0.1",
        "scf.Min.Mixing.Weight 0.001",
        "scf.Max.Mixing.Weight 0.3",
        "scf.Mixing.History 20",
        "scf.Mixing.StartPulay 6",
        f"scf.criterion {settings['criterion']}",
        "MD.Type nomd",
        "MD.maxIter 1",
    ]
    return "\n".join(lines) + "\n"


def run(
    folder: Path,
    atoms: Atoms,
    settings: dict[str, Any],
    elements: dict[str, Any],
    kgrid: list[int],
    threads: int,
) -> tuple[np.ndarray, dict[str, Any]]:
    """Run OpenMX on `atoms` in the fresh `folder`; return the density and the summary.

    Returns
    -------
    density : (Nx, Ny, Nz) [e/bohr³]
    summary : version, scf_steps, energy_eV, wall_s, orbital_radius_bohr, orbitals

    Raises
    ------
    EngineError
        The run ended in any way but converged and complete; OpenMX's exit code does not tell.
    InputError
        The PAO names have no radius, or the cube is damaged.
    """
    (folder / f"{_NAME}.dat").write_text(input_text(atoms, settings, elements, kgrid))
    start = time.monotonic()
    stdout = _execute(folder, settings["command"], threads)
    _check_ending(stdout, folder)
    paos = sorted({elements[symbol]["pao"] for symbol in atoms.get_chemical_symbols()})
    density = cube.read(folder / f"{_NAME}.tden.cube")
    _check_origin(density, folder)
    return density.values, {
        "version": _version(stdout),
        "scf_steps": len(re.findall(r"NormRD =", stdout)),
        "energy_eV": _energy(folder / f"{_NAME}.out"),
        "wall_s": round(time.monotonic() - start, 2),
        "orbitals": " ".join(paos),
        "orbital_radius_bohr": max(map(pao_radius, paos)),
    }


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


def _execute(folder: Path, command: str, threads: int) -> str:
    words = [*shlex.split(command), f"{_NAME}.dat", "-nt", str(threads)]
    try:
        done = subprocess.run(
            words, cwd=folder, stdout=subprocess.PIPE, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise EngineError(
            f"dft.openmx.command: got {command!r}, which is not on the PATH or cannot be run "
            f"({error.strerror}): load its module, or give its path"
        ) from error
    (folder / f"{_NAME}.std").write_text(done.stdout)
    if done.returncode:
        raise EngineError(f"OpenMX ended with code {done.returncode}; {_tail(done.stdout)}")
    return done.stdout


def _check_ending(stdout: str, folder: Path) -> None:
    if _ACHIEVED not in stdout:
        raise EngineError(f"OpenMX did not converge the SCF; {_tail(stdout)}")
    if _FINISHED not in stdout:
        raise EngineError(f"OpenMX stopped before its end; {_tail(stdout)}")
    for suffix in ("out", "tden.cube"):
        if not (folder / f"{_NAME}.{suffix}").is_file():
            raise EngineError(f"OpenMX wrote no {_NAME}.{suffix}; {_tail(stdout)}")


def _check_origin(density: cube.Cube, folder: Path) -> None:
    if np.abs(density.origin).max() > _AT_THE_CORNER:
        raise EngineError(
            f"{folder / _NAME}.tden.cube: its grid starts at {density.origin.round(4).tolist()} Å, "
            "not at the corner of the cell: use a version of OpenMX that knows scf.fixed.grid"
        )


def _energy(out: Path) -> float:
    match = re.search(r"Utot\.\s+(\S+)", out.read_text())
    energy = float(match[1]) if match else math.nan
    if not math.isfinite(energy) or energy == 0:
        raise EngineError(f"{out}: the total energy is {energy} Hartree: the run is not usable")
    return energy * Hartree


def _version(stdout: str) -> str:
    match = re.search(r"OpenMX\s+Ver\.\s*(\S+)", stdout)
    return match[1] if match else "unknown"


def _tail(stdout: str) -> str:
    return "its last lines:\n" + "\n".join(stdout.strip().splitlines()[-_LAST_LINES:])


def _block(name: str, lines: list[str]) -> list[str]:
    return [f"<{name}", *lines, f"{name}>"]


def _species(symbol: str, element: dict[str, Any]) -> str:
    return f"{symbol} {element['pao']} {element['vps']}"


def _coordinates(atoms: Atoms, elements: dict[str, Any]) -> list[str]:
    rows = zip(atoms.get_chemical_symbols(), atoms.positions, strict=True)
    return [
        f"{number} {symbol} {_row(position)} {_half(elements[symbol])} {_half(elements[symbol])}"
        for number, (symbol, position) in enumerate(rows, start=1)
    ]


def _half(element: dict[str, Any]) -> float:
    return element["valence_electrons"] / 2


def _row(vector: np.ndarray) -> str:
    return " ".join(f"{value:.10f}" for value in vector)
