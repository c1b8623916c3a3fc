"""What do maps of sheets with missing atoms give to scenes? Cells, missing atoms, values."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from temdenoise.density import cells, maps
from temdenoise.density.maps import DensityMap
from temdenoise.errors import InputError
from temdenoise.scenes.building import Cells
from temdenoise.structures import sheets


def read(
    map_paths: Sequence[str | os.PathLike[str]], structures: Sequence[str | os.PathLike[str]]
) -> tuple[Cells, list[np.ndarray], list[np.ndarray]]:
    """Return the cells of the maps, where atoms are missing, and the values from 0 to 1.

    Of each map, missing atoms are (N, 2) as y, x [map pixels], and values (Y, X). The structures
    say lattice_constant [Å] and missing: x, y [Å] of each atom that is gone.

    Raises
    ------
    InputError
        A file is damaged, or a structure does not say what is missing.
    """
    known = maps.read_all(map_paths)
    paths = {Path(path).stem: path for path in structures}
    gone = [_missing(one, paths[name]) for name, one in known.items()]
    lattice_constant = float(sheets.read(structures[0]).info["lattice_constant"])
    return cells.of_maps(known, structures, lattice_constant), gone, cells.values(known)


def _missing(density_map: DensityMap, path: str | os.PathLike[str]) -> np.ndarray:
    said = sheets.read(path).info
    if not {"missing", "lattice_constant"} <= set(said):
        raise InputError(f"{path}: does not say which atoms are missing; run git checkout {path}")
    positions = np.reshape(said["missing"], (-1, 2))[:, ::-1]
    return np.asarray((positions - density_map.origin) / density_map.pixel_size)
