"""What density did the engine compute? Gaussian cube files, which every engine hands on."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import ase.io.cube
import numpy as np
import pandas as pd
from ase import Atoms
from ase.units import Bohr

from temdenoise.errors import InputError
from temdenoise.run import checksums
from temdenoise.run.files import REBUILD, atomic

_HEADER_LINES = 6


@dataclass(frozen=True)
class Cube:
    """A density on a grid: `values` (Nx, Ny, Nz) [e/bohr³], `origin` (3,) [Å].

    It fills the cell. With `plane_spacing` [Å] it is a stack of planes, periodic in x and y only.
    """

    values: np.ndarray
    origin: np.ndarray
    plane_spacing: float | None = None


def write(path: str | os.PathLike[str], atoms: Atoms, cube: Cube) -> None:
    """Write the density `cube` of `atoms` as a cube file."""
    box = atoms.copy()
    if cube.plane_spacing is not None:
        box.cell[2, 2] = cube.plane_spacing * cube.values.shape[2]
    facts = {"dtype": "float64", "shape": cube.values.shape}
    with atomic(path, **facts) as partial, partial.open("w") as file:
        ase.io.cube.write_cube(
            file, box, cube.values, origin=cube.origin, comment="electron density, e/bohr^3"
        )


def planes_around(cube: Cube, atoms: Atoms, z: float, within: float) -> Cube:
    """Return the planes of a whole `cube` that lie up to `within` [Å] above and below `z` [Å].

    At least two, so that a plane can be interpolated between them.
    """
    count = cube.values.shape[2]
    spacing = atoms.cell.lengths()[2] / count
    first = int(np.floor((z - within - cube.origin[2]) / spacing))
    last = int(np.ceil((z + within - cube.origin[2]) / spacing))
    chosen = np.arange(first, last + 1) % count
    origin = cube.origin + np.array([0, 0, first * spacing])
    return Cube(cube.values[:, :, chosen], origin, spacing)


def read(path: str | os.PathLike[str], *, lines: int = 100_000) -> Cube:
    """Read a cube file, `lines` of it at a time.

    Raises
    ------
    InputError
        The file is unreadable, damaged, or holds a value that is not finite.
    """
    checksums.verify(path)
    try:
        with open(path, "rb") as file:
            header = [file.readline().split() for _ in range(_HEADER_LINES)]
            count, origin = abs(int(header[2][0])), np.array(header[2][1:4], dtype=float)
            shape = tuple(int(words[0]) for words in header[3:])
            for _ in range(count):
                file.readline()
            spacing = float(header[5][3]) * Bohr
            values = _values(_blocks(file, lines), shape, path)
    except (IndexError, ValueError, OSError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: not a readable cube file ({error}); {REBUILD}") from error
    return Cube(values, origin * Bohr, spacing)


def electrons(values: np.ndarray, atoms: Atoms) -> float:
    """Return the integral of the density `values` (Nx, Ny, Nz) [e/bohr³] over the cell."""
    return float(values.mean(dtype=float) * atoms.get_volume() / Bohr**3)


def check_charge(
    found: float, atoms: Atoms, valence_electrons: dict[str, int], tolerance: float
) -> None:
    """Refuse a density whose integral `found` is off by more than `tolerance` (a fraction).

    Raises
    ------
    InputError
        The integral differs from the sum of the atoms' `valence_electrons`.
    """
    wanted = sum(valence_electrons[symbol] for symbol in atoms.get_chemical_symbols())
    if not abs(found - wanted) <= tolerance * wanted:
        raise InputError(
            f"the density integrates to {found:.4f} electrons, the atoms have {wanted}: "
            f"more than {tolerance:.1%} apart; check the engine's output, or refine its grid"
        )


def _values(
    blocks: Iterator[np.ndarray], shape: tuple[int, ...], path: str | os.PathLike[str]
) -> np.ndarray:
    values, count = np.empty(np.prod(shape)), 0
    for block in blocks:
        found = block[~np.isnan(block)]  # a line may be shorter than the first
        if count + found.size <= values.size:
            values[count : count + found.size] = found
        count += found.size
    if count != values.size:
        raise InputError(
            f"{path}: holds {count} numbers for the {values.size} points of its "
            f"{' × '.join(map(str, shape))} grid: truncated, damaged or NaN; {REBUILD}"
        )
    if not np.isfinite(values).all():
        raise InputError(f"{path}: holds infinite values; {REBUILD}")
    return values.reshape(shape)


def _blocks(file: BinaryIO, lines: int) -> Iterator[np.ndarray]:
    # pandas' parser takes a third of the time of np.fromstring, and reads block by block.
    start = file.tell()
    columns = range(len(file.readline().split()))
    file.seek(start)
    reader = pd.read_csv(file, sep=r"\s+", header=None, names=columns, dtype=float, chunksize=lines)
    for block in reader:
        yield block.to_numpy().ravel()


def write_compressed(path: str | os.PathLike[str], cube: Cube) -> None:
    """Write a whole `cube` as float32 arrays in a compressed .npz: values, origin [Å]."""
    with atomic(path, dtype="float32", shape=cube.values.shape) as partial:
        np.savez_compressed(partial, values=cube.values.astype(np.float32), origin=cube.origin)
