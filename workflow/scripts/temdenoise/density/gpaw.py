"""What density does GPAW find? The built-in engine: LCAO, orbitals confined like PAOs."""

import contextlib
import os
import re
import resource
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gpaw
import numpy as np
from ase import Atoms
from ase.units import Bohr
from gpaw import GPAW, FermiDirac, KohnShamConvergenceError, setup_paths
from gpaw.atom import gpaw_basis

from temdenoise.density.cube import Cube
from temdenoise.density.endings import CONVERGED, UNCONVERGED
from temdenoise.errors import NotConverged
from temdenoise.run import checksums
from temdenoise.run.files import atomic

_CONFINED = "confined"


def confine_basis(path: str | os.PathLike[str], symbol: str, settings: dict[str, Any]) -> None:
    """Write the basis set of `symbol` confined to `settings` basis_radius [bohr].

    The file name must be the one GPAW looks for, `basis_file`.
    """
    options = ["-t", settings["basis"], "-E", str(settings["energy_shift"])]
    options += ["--rcut-max", str(settings["basis_radius"]), "-n", _CONFINED, symbol]
    with atomic(path) as partial, TemporaryDirectory() as folder:
        with contextlib.chdir(folder):  # gpaw-basis writes to the working directory only
            gpaw_basis.main(options)
        shutil.move(Path(folder, Path(path).name), partial)


def basis_file(symbol: str, settings: dict[str, Any]) -> str:
    """Return the name under which GPAW finds the confined basis set of `symbol`."""
    return f"{symbol}.{_CONFINED}.{settings['basis']}.basis"


def run(
    atoms: Atoms,
    basis_folder: str | os.PathLike[str],
    settings: dict[str, Any],
    kgrid: list[int],
    text_file: str | os.PathLike[str],
) -> tuple[Cube, dict[str, Any]]:
    """Converge the SCF of `atoms`; return the valence density and a summary.

    Returns
    -------
    density : values (Nx, Ny, Nz) [e/bohr³], the pseudo-density with compensation charges: it
        integrates to the valence electrons and is the all-electron density outside the PAW spheres.
    summary : version, scf_steps, energy_eV, wall_s, orbital_radius_bohr, orbitals, attempts, …

    GPAW's own output goes to `text_file`.

    Raises
    ------
    NotConverged
        The SCF did not converge.
    DamagedError
        A basis set is damaged.
    """
    for symbol in sorted(set(atoms.get_chemical_symbols())):
        checksums.verify(Path(basis_folder, basis_file(symbol, settings)))
    setup_paths.insert(0, str(basis_folder))
    start = time.monotonic()
    text = Path(text_file)
    calculator = _calculator(settings, kgrid, text)
    atoms = atoms.copy()
    atoms.calc = calculator
    try:
        energy = atoms.get_potential_energy()
    except KohnShamConvergenceError as error:
        raise NotConverged(
            f"the SCF did not converge in {settings['max_scf_steps']} steps: raise "
            "dft.gpaw.max_scf_steps or dft.gpaw.smearing",
            [_attempt(UNCONVERGED, text)],
        ) from error
    density = calculator.get_pseudo_density() * Bohr**3
    return Cube(density, np.zeros(3)), {
        "version": gpaw.__version__,
        "scf_steps": int(calculator.get_number_of_iterations()),
        "energy_eV": float(energy),
        "wall_s": round(time.monotonic() - start, 2),
        "orbitals": settings["basis"],
        "orbital_radius_bohr": settings["basis_radius"],
        "grid": list(density.shape),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "attempts": [_attempt(CONVERGED, text)],
    }


def _calculator(settings: dict[str, Any], kgrid: list[int], text: Path) -> Any:
    return GPAW(
        mode="lcao",
        basis=f"{_CONFINED}.{settings['basis']}",
        xc="PBE",
        h=settings["grid_spacing"],
        kpts={"size": kgrid, "gamma": True},
        symmetry="off",
        occupations=FermiDirac(settings["smearing"]),
        maxiter=settings["max_scf_steps"],
        txt=str(text),
    )


def _attempt(ending: str, text: Path) -> dict[str, Any]:
    # A step's last column is log10 of the change of the density per electron; the first has none.
    steps = re.findall(r"^\|iter: *\d+\|.*\|([^|\n]*)\|$", text.read_text(), re.MULTILINE)
    changes = [step.strip(" c") for step in steps]
    residuals = [10 ** float(change) for change in changes if change]
    return {"ending": ending, "scf_steps": len(steps), "residuals": residuals}
