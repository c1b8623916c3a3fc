"""The seam between the workflow and its DFT engines: the same structure in, the same files out."""

import json
import os
from typing import Any

import numpy as np
from ase import Atoms

from temdenoise import cube, files, structures


def structure(path: str | os.PathLike[str], settings: dict[str, Any]) -> Atoms:
    """Read the structure at `path` and check it against the config's structures `settings`.

    Raises
    ------
    InputError
        The file is damaged or is not what the config says.
    """
    atoms = structures.read(path)
    ordered = structures.graphene(
        settings["cells"], settings["lattice_constant"], settings["cell_height"]
    )
    structures.check(atoms, ordered, settings["max_shift"], path)
    return atoms


def write(
    density_path: str | os.PathLike[str],
    summary_path: str | os.PathLike[str],
    atoms: Atoms,
    density: np.ndarray,
    summary: dict[str, Any],
    valence_electrons: dict[str, int],
    tolerance: float,
) -> None:
    """Write the converged `density` (Nx, Ny, Nz) [e/bohr³] and its `summary`, or neither.

    Raises
    ------
    InputError
        The density does not integrate to the valence electrons.
    """
    electrons = cube.electrons(density, atoms)
    cube.check_charge(electrons, atoms, valence_electrons, tolerance)
    cube.write(density_path, atoms, density)
    whole = {"converged": True, "electrons": electrons, **summary}
    files.write_text(summary_path, json.dumps(whole, indent=2) + "\n")
