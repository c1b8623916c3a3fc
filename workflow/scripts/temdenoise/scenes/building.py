"""Where are the atoms of a scene? Lattices with grains, layers, defects, edges and disorder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from temdenoise.scenes import defects, fields, lattices
from temdenoise.scenes.lattices import Lattice
from temdenoise.scenes.scene import (
    ADATOM,
    ATOM,
    DIRT,
    DIRTY,
    GRAIN,
    LAYER,
    LAYERED,
    SITE,
    VACUUM,
    Scene,
    atoms_at,
)

Settings = Mapping[str, Any]

_BEYOND = 2.5  # bonds beyond the border: the tails of atoms there reach into the image
_CLOSEST = 0.7  # bonds between atoms of two grains
_ALIGNED, _TILT = 0.3, np.radians(2)  # share of crystals along the scan, and how exactly
_ADATOM_BRIGHTNESS = (0.3, 4)
_NO_MAPS = np.full((4, 4), -1)
_EMPTY = np.empty(0, dtype=ATOM)


@dataclass(frozen=True)
class Cells:
    """The periodic cells that density maps show, all of one `shape` (Y, X) [map pixels].

    `atoms` (N, 2) of each are their y, x, and `bond` (y, x) is the bond length, in map pixels.
    """

    shape: tuple[int, int]
    atoms: Sequence[np.ndarray]
    bond: tuple[float, float]


def build(settings: Settings, cells: Cells | None, rng: np.random.Generator) -> Scene:
    """Return a random scene by the config's scenes `settings`; `cells` are those of the maps."""
    bond = float(fields.log_uniform(rng, *settings["bond_px"]))
    if cells is not None and rng.random() < settings["density"]:
        return _of_density(settings, cells, bond, rng)
    return _of_atoms(settings, bond, rng)


def _of_atoms(settings: Settings, bond: float, rng: np.random.Generator) -> Scene:
    size, chance = settings["size"], settings["chances"]
    areas = np.zeros((size, size), dtype=np.uint8)
    lattice, atoms = lattices.draw(rng), _EMPTY
    if rng.random() >= chance["empty"]:
        atoms = _crystal(lattice, settings, bond, areas, rng)
    if rng.random() < chance["adatoms"]:
        atoms = np.concatenate([atoms, _adatoms(settings, bond, rng)])
    if rng.random() < chance["contamination"]:
        atoms = np.concatenate([atoms, _contamination(settings, bond, areas, rng)])
    matrix, origin = np.zeros((2, 2)), np.zeros(2)
    return Scene("adf", lattice.name, bond, atoms, areas, matrix, origin, _NO_MAPS)


def _of_density(settings: Settings, cells: Cells, bond: float, rng: np.random.Generator) -> Scene:
    size, chance = settings["size"], settings["chances"]
    areas = np.zeros((size, size), dtype=np.uint8)
    grid = tuple(rng.integers(2, 5, 2))
    maps = _NO_MAPS.copy()
    maps[: grid[0], : grid[1]] = rng.integers(0, len(cells.atoms), grid)
    turn = _deformation(settings["strain"], rng) / bond
    matrix = np.array(cells.bond)[:, None] * turn
    origin = rng.uniform(0, np.array(cells.shape) * grid)
    atoms = _placed(_of_maps(cells, maps, matrix, origin, size), size, bond)
    atoms = defects.with_defects(atoms, settings, rng)
    if rng.random() < chance["edge"]:
        atoms = _cut(atoms, areas, VACUUM, rng)
    if rng.random() < chance["contamination"]:
        areas[fields.area(size, rng)] |= DIRTY
    return Scene("density", "graphene", bond, atoms, areas, matrix, origin, maps)


def _crystal(
    lattice: Lattice, settings: Settings, bond: float, areas: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return the atoms of one or two grains, their defects and a second layer."""
    size, chance = len(areas), settings["chances"]
    atoms = _grain(lattice, settings, bond, size, rng)
    if rng.random() < chance["grains"]:
        atoms = _joined(atoms, _grain(lattice, settings, bond, size, rng), bond, areas, rng)
    atoms = defects.with_defects(atoms, settings, rng)
    if rng.random() < chance["edge"]:
        atoms = _cut(atoms, areas, VACUUM, rng)
    if rng.random() < chance["second_layer"]:
        atoms = np.concatenate([atoms, _layer(lattice, settings, bond, areas, rng)])
    moved = defects.bent(atoms, bond, settings["strain"], size, rng)
    return defects.disordered(moved, rng.uniform(0, settings["disorder"]) * bond, rng)


def _grain(
    lattice: Lattice, settings: Settings, bond: float, size: int, rng: np.random.Generator
) -> np.ndarray:
    """Return a lattice of any orientation and strain that covers the image."""
    reach = (size / 2 + _BEYOND * bond) * np.sqrt(2) / bond * 1.1
    points, species = lattice.points(reach)
    matrix = _deformation(settings["strain"], rng) * bond
    yx = points @ matrix.T + rng.uniform(0, bond, 2) + size / 2
    scatter = 1 + rng.uniform(0, settings["scatter"]) * rng.standard_normal(len(yx))
    atoms = atoms_at(yx, lattice.brightness[species] * scatter.clip(0.3), SITE)
    atoms["species"] = species
    return _placed(atoms, size, bond)


def _joined(
    first: np.ndarray, second: np.ndarray, bond: float, areas: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return `first` on one side of a line and `second` on the other; mark the second's side."""
    distance = fields.half_plane(len(areas), rng)
    areas[distance > 0] |= GRAIN
    kept = first[~_inside(first, distance > 0)]
    other = second[_inside(second, distance > 0)]
    near = cKDTree(_yx(kept)).query(_yx(other))[0] < _CLOSEST * bond if len(kept) else []
    return np.concatenate([kept, other[~np.asarray(near, dtype=bool)]])


def _layer(
    lattice: Lattice, settings: Settings, bond: float, areas: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return the atoms of a second layer, on a part of the image, weaker or stronger."""
    atoms = _grain(lattice, settings, bond, len(areas), rng)
    part = fields.area(len(areas), rng)
    areas[part] |= LAYERED
    atoms["kind"] = LAYER
    atoms["brightness"] *= rng.uniform(0.3, 1.1)
    return atoms[_inside(atoms, part)]


def _cut(atoms: np.ndarray, areas: np.ndarray, bit: int, rng: np.random.Generator) -> np.ndarray:
    """Return the `atoms` outside a random part of the image, which gets the `bit`."""
    part = fields.area(len(areas), rng)
    areas[part] |= bit
    return atoms[~_inside(atoms, part)]


def _adatoms(settings: Settings, bond: float, rng: np.random.Generator) -> np.ndarray:
    size = settings["size"]
    count = 1 + int(rng.integers(1 + int(4 * (size / (12 * bond)) ** 2)))
    brightness = fields.log_uniform(rng, *_ADATOM_BRIGHTNESS, count)
    return atoms_at(rng.uniform(0, size, (count, 2)), brightness, ADATOM)


def _contamination(
    settings: Settings, bond: float, areas: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Mark a dirty part of the image; half of them hold atoms without order."""
    part = fields.area(len(areas), rng)
    areas[part] |= DIRTY
    count = int(rng.uniform(0.2, 1.5) * (settings["size"] / bond) ** 2 * (rng.random() < 0.5))
    yx = rng.uniform(0, settings["size"], (count, 2))
    atoms = atoms_at(yx, rng.uniform(0.2, 1.0, count), DIRT)
    return atoms[_inside(atoms, part)]


def _of_maps(
    cells: Cells, maps: np.ndarray, matrix: np.ndarray, origin: np.ndarray, size: int
) -> np.ndarray:
    """Return the atoms of the tiled `maps` in and around the image; see `Scene`."""
    grid = np.array([(maps[:, 0] >= 0).sum(), (maps[0] >= 0).sum()])
    shape = np.array(cells.shape)
    numbers = ((cell, int(maps[cell])) for cell in np.ndindex(*grid))
    tile = np.concatenate([cells.atoms[number] + cell * shape for cell, number in numbers])
    corners = np.array([[-1, -1], [-1, 2], [2, -1], [2, 2]]) * size @ matrix.T + origin
    period = grid * shape
    low, high = np.floor(corners.min(0) / period), np.ceil(corners.max(0) / period)
    steps = np.stack(np.meshgrid(*map(np.arange, low, high), indexing="ij"), axis=-1)
    everywhere = (tile + (steps.reshape(-1, 2) * period)[:, None]).reshape(-1, 2)
    pixels = (everywhere - origin) @ np.linalg.inv(matrix).T
    return atoms_at(pixels, np.ones(len(pixels)), SITE)


def _deformation(strain: float, rng: np.random.Generator) -> np.ndarray:
    """Return a rotation by any angle, perhaps a mirror, times a strain of at most `strain`.

    Some crystals lie along the scan, as those of careful microscopists do.
    """
    angle = rng.uniform(0, 2 * np.pi)
    if rng.random() < _ALIGNED:
        angle = rng.integers(4) * np.pi / 2 + rng.normal(0, _TILT)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = rng.uniform(-strain, strain, (2, 2))
    mirror = np.diag([1, rng.choice([-1, 1])])
    return turn @ mirror @ (np.eye(2) + (stretch + stretch.T) / 2)


def _placed(atoms: np.ndarray, size: int, bond: float) -> np.ndarray:
    """Return the `atoms` in the image or so near that their tails are."""
    yx, beyond = _yx(atoms), _BEYOND * bond
    return atoms[((yx > -beyond) & (yx < size - 1 + beyond)).all(axis=1)]


def _inside(atoms: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Return which `atoms` lie in `part` (size, size); outside the image its border counts."""
    y, x = (_yx(atoms).round().astype(int).clip(0, len(part) - 1)).T
    return np.asarray(part[y, x])


def _yx(atoms: np.ndarray) -> np.ndarray:
    return np.stack([atoms["y"], atoms["x"]], axis=1)
