"""What does a scene hold? Atoms, areas and how it is imaged: the truth."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from temdenoise.errors import InputError
from temdenoise.run import files
from temdenoise.run.files import REBUILD

# Kinds of atoms.
SITE, DOPANT, ADATOM, LAYER, DIRT, VACANCY = range(6)
# Bits of the areas.
VACUUM, DIRTY, LAYERED, GRAIN = 1, 2, 4, 8

ATOM = np.dtype([("y", "f4"), ("x", "f4"), ("brightness", "f4"), ("species", "u1"), ("kind", "u1")])


@dataclass(frozen=True)
class Scene:
    """A piece of material as an image of size × size pixels sees it.

    `atoms` is an array of ATOM: y, x [pixels], brightness in units of the brightest site, species
    (its sublattice) and kind; a VACANCY is an atom that is missing. `areas` (size, size) are bits.
    `bond` is the bond length [pixels]; `imaging` is "adf" or "density"; `matrix` (2, 2) takes
    pixels to those of the density maps, from `origin` (2,); `maps` (4, 4) numbers them, −1: none.
    """

    imaging: str
    lattice: str
    bond: float
    atoms: np.ndarray
    areas: np.ndarray
    matrix: np.ndarray
    origin: np.ndarray
    maps: np.ndarray


def atoms_at(yx: np.ndarray, brightness: np.ndarray, kind: int) -> np.ndarray:
    """Return atoms (N,) of one `kind` at `yx` (N, 2) [pixels]."""
    atoms = np.zeros(len(yx), dtype=ATOM)
    atoms["y"], atoms["x"], atoms["brightness"], atoms["kind"] = *yx.T, brightness, kind
    return atoms


def write(path: str | Path, scenes: list[Scene]) -> None:
    """Write `scenes` as an .npz archive without pickles."""
    columns = {one.name: [getattr(s, one.name) for s in scenes] for one in fields(Scene)}
    atoms = columns.pop("atoms")
    arrays = {name: np.array(values) for name, values in columns.items()}
    counts = np.array([len(some) for some in atoms])
    files.write_arrays(path, {"counts": counts, "atoms": np.concatenate(atoms), **arrays})


def read(path: str | Path) -> list[Scene]:
    """Read the scenes of an archive that `write` made.

    Raises
    ------
    InputError
        The archive is damaged.
    """
    try:
        return _scenes(files.read_arrays(path))
    except (ValueError, KeyError) as error:
        raise InputError(f"{path}: no archive of scenes ({error!r}); {REBUILD}") from error


def _scenes(arrays: dict[str, np.ndarray]) -> list[Scene]:
    ends = np.cumsum(arrays.pop("counts"))
    columns: dict[str, Any] = {**arrays, "atoms": np.split(arrays.pop("atoms"), ends[:-1])}
    rows = zip(*(columns[one.name] for one in fields(Scene)), strict=True)
    return [Scene(str(i), str(name), float(bond), *rest) for i, name, bond, *rest in rows]
