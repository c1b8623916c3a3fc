"""GPAW as the built-in engine: LCAO with orbitals confined like OpenMX's PAOs."""

import os
import time
from pathlib import Path
from typing import Any

import gpaw
import numpy as np
from ase import Atoms
from ase.units import Bohr
from gpaw import GPAW, FermiDirac, KohnShamConvergenceError, setup_paths
from gpaw.atom import gpaw_basis

from temdenoise.errors import EngineError
from temdenoise.files import atomic

_CONFINED = "confined"


def confine_basis(path: str | os.PathLike[str], symbol: str, settings: dict[str, Any]) -> None:
    """Write the basis set of `symbol` confined to `settings` basis_radius [bohr].

    The file name must be the one GPAW looks for, `basis_file`.
    """
    options = ["-t", settings["basis"], "-E", str(settings["energy_shift"])]
    options += ["--rcut-max", str(settings["basis_radius"]), "-n", _CONFINED, symbol]
    target = Path(path).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic(target) as partial:
        home = Path.cwd()
        os.chdir(target.parent)  # gpaw-basis writes to the working directory only
        try:
            gpaw_basis.main(options)
        finally:
            os.chdir(home)
        target.rename(partial)


def basis_file(symbol: str, settings: dict[str, Any]) -> str:
    """Return the name under which GPAW finds the confined basis set of `symbol`."""
    return f"{symbol}.{_CONFINED}.{settings['basis']}.basis"


def run(
    atoms: Atoms, basis_folder: str | os.PathLike[str], settings: dict[str, Any], kgrid: list[int]
) -> tuple[np.ndarray, dict[str, Any]]:
    """Converge the SCF of `atoms`; return the valence density and what is worth recording.

    Returns
    -------
    density : (Nx, Ny, Nz) [e/bohr³], pseudo-density with compensation charges: it integrates
        to the valence electrons and is the all-electron density outside the PAW spheres.
    summary : version, scf_steps, energy_eV, wall_s, orbital_radius_bohr, orbitals

    Raises
    ------
    EngineError
        The SCF did not converge, or the basis does not fit the setup.
    """
    setup_paths.insert(0, str(basis_folder))
    start = time.monotonic()
    calculator = _calculator(settings, kgrid)
    atoms = atoms.copy()
    atoms.calc = calculator
    try:
        energy = atoms.get_potential_energy()
    except KohnShamConvergenceError as error:
        raise EngineError(
            f"the SCF did not converge in {settings['max_scf_steps']} steps: raise "
            "dft.gpaw.max_scf_steps or dft.gpaw.smearing; the steps are above"
        ) from error
    return calculator.get_pseudo_density() * Bohr**3, {
        "version": gpaw.__version__,
        "scf_steps": int(calculator.get_number_of_iterations()),
        "energy_eV": float(energy),
        "wall_s": round(time.monotonic() - start, 2),
        "orbitals": settings["basis"],
        "orbital_radius_bohr": settings["basis_radius"],
    }


def _calculator(settings: dict[str, Any], kgrid: list[int]) -> Any:
    return GPAW(
        mode="lcao",
        basis=f"{_CONFINED}.{settings['basis']}",
        xc="PBE",
        h=settings["grid_spacing"],
        kpts={"size": kgrid, "gamma": True},
        symmetry="off",
        occupations=FermiDirac(settings["smearing"]),
        maxiter=settings["max_scf_steps"],
        txt="-",
    )
