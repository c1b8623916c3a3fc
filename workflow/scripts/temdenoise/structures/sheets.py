"""Where are the atoms? Rectangular cells of hexagonal sheets and their disorder (Eq. 1, 2)."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import ase.io
import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

from temdenoise.errors import InputError
from temdenoise.run import checksums
from temdenoise.run.files import REBUILD, atomic
from temdenoise.structures.materials import MATERIALS

_DAMAGED = (ValueError, LookupError, AttributeError, RuntimeError, StopIteration, OSError)
_SHELL = 1.1  # bonds: MoS₂'s next pairs, S above S and Mo beside Mo, are 1.3 times as long
_POSITION_TOLERANCE = 1e-6  # [Å], the extended XYZ file keeps eight decimals


def ordered_sheet(
    material: str,
    cells: tuple[int, int],
    lattice_constant: float,
    cell_height: float,
    thickness: float = 0.0,
) -> Atoms:
    """Return an ordered sheet of `cells` = (nx, ny) rectangular cells of `material`.

    A rectangular cell holds two primitive cells; it measures √3·a along x and a along y with the
    `lattice_constant` a [Å]. The middle of the sheet lies at half of `cell_height` [Å], its
    outermost planes of atoms are `thickness` [Å] apart.
    """
    symbols, sites, planes = zip(*MATERIALS[material].atoms, strict=True)
    side = lattice_constant / np.sqrt(3)  # of the hexagons seen from above
    heights = cell_height / 2 + thickness / 2 * np.array(planes)
    primitive = np.column_stack([side * np.array(sites), np.zeros(len(sites)), heights])
    centred = primitive + np.array([1.5 * side, lattice_constant / 2, 0])
    cell = [3 * side, lattice_constant, cell_height]
    one = Atoms(2 * symbols, np.concatenate([primitive, centred]), cell=cell, pbc=True)
    return one.repeat((*cells, 1))


def ordered_sheet_of(settings: Mapping[str, Any]) -> Atoms:
    """Return the ordered sheet of the config's structures `settings`."""
    names = ("material", "cells", "lattice_constant", "cell_height", "thickness")
    return ordered_sheet(**{name: settings[name] for name in names})


def displacement_coefficients(values: np.ndarray) -> np.ndarray:
    """Return C_G ∈ [−1, 1] for normally distributed `values`, of the same shape (Eq. 1)."""
    size = np.abs(values)
    return np.select(  # Eq. 1
        [size <= 1, size <= 2, size <= 3],
        [values / 5, values / 4, values / 3],
        default=np.sign(values),
    )


def disorder(ordered: Atoms, max_shift: float, rng: np.random.Generator) -> Atoms:
    """Return `ordered` with x and y of each atom displaced by up to `max_shift` [Å] (Eq. 2).

    The ordered positions [Å] stay in the array ``ordered_positions``.
    """
    atoms = ordered.copy()
    atoms.set_array("ordered_positions", ordered.positions.copy())
    coefficients = displacement_coefficients(rng.standard_normal((len(ordered), 2)))
    atoms.positions[:, :2] += max_shift * coefficients  # Eq. 2
    return atoms


def displacements(atoms: Atoms) -> np.ndarray:
    """Return the in-plane displacements from the ordered sheet, (atoms, 2) [Å]."""
    return (atoms.positions - atoms.arrays["ordered_positions"])[:, :2]


def mean_bond_lengths(atoms: Atoms) -> np.ndarray:
    """Return the mean length of each atom's bonds, (atoms,) [Å].

    An atom has three bonds, the metal of MoS₂ six. Bonds are those of the ordered sheet: a
    stretched bond still counts.
    """
    ordered = atoms.copy()
    ordered.positions = atoms.arrays["ordered_positions"]
    first, second, vectors = neighbor_list("ijD", ordered, cutoff=_SHELL * _bond(ordered))
    shifts = atoms.positions - ordered.positions
    lengths = np.linalg.norm(vectors + shifts[second] - shifts[first], axis=1)
    sums = np.bincount(first, weights=lengths, minlength=len(atoms))
    return sums / np.bincount(first, minlength=len(atoms))


def write(path: str | os.PathLike[str], atoms: Atoms) -> None:
    """Write `atoms` with its ordered positions and info as extended XYZ."""
    with atomic(path) as partial:
        ase.io.write(partial, atoms, format="extxyz")


def read(path: str | os.PathLike[str]) -> Atoms:
    """Read a disordered structure from extended XYZ.

    Raises
    ------
    InputError
        The file is damaged, is not extended XYZ, or lacks the ordered positions.
    """
    checksums.verify(path)
    try:
        atoms = cast(Atoms, ase.io.read(Path(path), format="extxyz"))
    except _DAMAGED as error:
        raise InputError(f"{path}: not a whole extended XYZ file ({error}); {REBUILD}") from error
    if "ordered_positions" not in atoms.arrays:
        raise InputError(f"{path}: has no array ordered_positions; {REBUILD}")
    return atoms


def check(atoms: Atoms, ordered: Atoms, max_shift: float, path: str | os.PathLike[str]) -> None:
    """Refuse `atoms`, read from `path`, unless they are `ordered` displaced by ≤ `max_shift` [Å].

    Raises
    ------
    InputError
        Number of atoms, elements, cell, ordered positions or displacements differ.
    """
    if len(atoms) != len(ordered):
        raise _differs(path, "atoms", len(atoms), len(ordered))
    if atoms.get_chemical_formula() != ordered.get_chemical_formula():
        raise _differs(
            path, "elements", atoms.get_chemical_formula(), ordered.get_chemical_formula()
        )
    _check_order(atoms, ordered, path)
    if not np.allclose(atoms.cell, ordered.cell, atol=_POSITION_TOLERANCE):
        raise _differs(path, "cell [Å]", _edges(atoms), _edges(ordered))
    largest = float(np.abs(atoms.positions - ordered.positions)[:, :2].max())
    if not largest <= max_shift + _POSITION_TOLERANCE:
        raise _differs(path, "largest shift [Å]", f"{largest:.4f}", f"at most {max_shift}")
    worst = int(np.abs(atoms.positions - ordered.positions)[:, 2].argmax())
    got, wanted = atoms.positions[worst, 2], ordered.positions[worst, 2]
    if not abs(got - wanted) <= _POSITION_TOLERANCE:
        raise _differs(path, f"z [Å] of atom {worst}", f"{got:.6f}", f"{wanted:.6f}")


def _check_order(atoms: Atoms, ordered: Atoms, path: object) -> None:
    pairs = zip(atoms.symbols, ordered.symbols, strict=True)
    for number, (got, wanted) in enumerate(pairs):
        if got != wanted:
            raise _differs(path, f"element of atom {number}", got, wanted)


def _bond(ordered: Atoms) -> float:
    return float(ordered.get_distances(0, range(1, len(ordered)), mic=True).min())


def _edges(atoms: Atoms) -> str:
    return " × ".join(f"{edge:.4f}" for edge in atoms.cell.lengths())


def _differs(path: object, what: str, got: object, wanted: object) -> InputError:
    return InputError(
        f"{path}: {what}: got {got}, the config says {wanted}; change the config, or {REBUILD}"
    )
