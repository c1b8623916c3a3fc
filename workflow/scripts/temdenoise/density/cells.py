"""What do density maps give to scenes? Their cells with the atoms, and their values from 0 to 1."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from temdenoise.density.maps import DensityMap
from temdenoise.errors import InputError
from temdenoise.scenes.building import Cells
from temdenoise.structures import sheets


def of_maps(
    maps: Mapping[str, DensityMap],
    structures: Sequence[str | os.PathLike[str]],
    lattice_constant: float,
) -> Cells:
    """Return the cells of `maps`, by structure, with the atoms of the files `structures`.

    The bond of a hexagonal sheet is its `lattice_constant` [Å] over √3.

    Raises
    ------
    InputError
        The maps differ in shape.
    """
    paths = {Path(path).stem: path for path in structures}
    shapes = {one.values.shape for one in maps.values()}
    if len(shapes) > 1:
        raise InputError(f"density maps of one split must share one grid, got {sorted(shapes)}")
    first = next(iter(maps.values()))
    y, x = lattice_constant / np.sqrt(3) / np.array(first.pixel_size)
    atoms = [_pixels(one, paths[name]) for name, one in maps.items()]
    return Cells(first.values.shape, atoms, (float(y), float(x)))


def values(maps: Mapping[str, DensityMap]) -> list[np.ndarray]:
    """Return the values (Y, X) of `maps`; the lowest of all is 0 and the highest 1."""
    low = min(float(one.values.min()) for one in maps.values())
    high = max(float(one.values.max()) for one in maps.values())
    return [(one.values.astype(float) - low) / (high - low) for one in maps.values()]


def _pixels(density_map: DensityMap, structure: str | os.PathLike[str]) -> np.ndarray:
    """Return the y, x of the atoms of `structure` on the grid of its map, (N, 2) [pixels]."""
    positions = sheets.read(structure).positions[:, 1::-1]
    return np.asarray((positions - density_map.origin) / density_map.pixel_size)
