"""What is a density map? Values, calibration and origin: written, read, and refused if useless."""

import json
import os
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from ase import Atoms
from scipy.ndimage import map_coordinates

from temdenoise.density import engine
from temdenoise.errors import InputError
from temdenoise.run import checksums
from temdenoise.run.files import REBUILD, atomic

# What a map records of the DFT job that it is made from.
RECORDED = ("engine", "version", "orbitals", "orbital_radius_bohr", "grid")
_PIXELS_PER_NM = 10.0  # times 1/Å
_DAMAGED = (ValueError, LookupError, TypeError, ArithmeticError, struct.error, OSError)
_NAMED = 6  # structures in a message


@dataclass(frozen=True)
class DensityMap:
    """The density on a plane: `values` (Y, X) float32 [e/bohr³], periodic.

    `pixel_size` is (y, x) [Å], `origin` the (y, x) position [Å] of pixel [0, 0], and `metadata`
    says which engine, orbitals, height and slice method made it.
    """

    values: np.ndarray
    pixel_size: tuple[float, float]
    origin: tuple[float, float]
    metadata: dict[str, object]


def brightness_at(density_map: DensityMap, atoms: Atoms) -> np.ndarray:
    """Return the density [e/bohr³] of the map above each atom, (atoms,)."""
    yx = atoms.positions[:, 1::-1]
    pixels = (yx - density_map.origin) / density_map.pixel_size
    return map_coordinates(density_map.values.astype(float), pixels.T, order=3, mode="grid-wrap")


def write_map(path: str | os.PathLike[str], density_map: DensityMap) -> None:
    """Write a calibrated float32 TIFF that ImageJ and RosettaSciIO open with its pixel size."""
    info = {"origin_angstrom": density_map.origin, "unit": "e/bohr^3", **density_map.metadata}
    y, x = density_map.pixel_size
    with atomic(path, dtype="float32", shape=density_map.values.shape) as partial:
        tifffile.imwrite(
            partial,
            density_map.values,
            imagej=True,
            resolution=(_PIXELS_PER_NM / x, _PIXELS_PER_NM / y),
            metadata={"unit": "nm", "axes": "YX", "Info": json.dumps(info)},
        )


def read_map(path: str | os.PathLike[str]) -> DensityMap:
    """Read a map written by `write_map` and check that an image can be made of it.

    Raises
    ------
    InputError
        The file is damaged, no density map of this workflow, or useless (see `check_map`).
    """
    checksums.verify(path)
    try:
        with tifffile.TiffFile(path) as tiff:
            values = tiff.asarray()
            info = json.loads((tiff.imagej_metadata or {})["Info"])
            tags = tiff.pages.first.tags
            x, y = (_PIXELS_PER_NM / _ratio(tags[f"{axis}Resolution"].value) for axis in "XY")
            origin = tuple(info.pop("origin_angstrom"))
            del info["unit"]
    except _DAMAGED as error:
        raise InputError(f"{path}: not a whole density map ({error!r}); {REBUILD}") from error
    density_map = DensityMap(values, (y, x), origin, info)
    check_map(density_map, path)
    return density_map


def check_map(density_map: DensityMap, path: str | os.PathLike[str]) -> None:
    """Refuse a map without use for an image.

    Raises
    ------
    InputError
        It holds NaN or infinite values, or has no contrast.
    """
    values = density_map.values
    if not np.isfinite(values).all():
        raise InputError(f"{path}: the density map holds NaN or infinite values; {REBUILD}")
    if not values.max() > values.min():
        raise InputError(
            f"{path}: the density map has no contrast (all {values.max():.3g} e/bohr³): "
            "lower map.height or use wider orbitals"
        )


def check_stored(
    map_path: str | os.PathLike[str],
    structure_path: str | os.PathLike[str],
    *,
    name: str,
    cell: dict[str, Any],
    height: float,
) -> None:
    """Refuse a stored map that is not the one the config asks for.

    Raises
    ------
    InputError
        The structure is not what the structures settings `cell` say, or the map is of another
        structure than `name` or at another `height` [Å].
    """
    engine.structure(structure_path, cell)
    metadata = read_map(map_path).metadata
    for what, wanted in {"structure": name, "height_angstrom": height}.items():
        if metadata.get(what) != wanted:
            raise InputError(
                f"{map_path}: {what}: got {metadata.get(what)}, the config says {wanted}; "
                "change the config, or choose an engine that computes the map"
            )


def converged(paths: Iterable[str | os.PathLike[str]]) -> dict[str, Path]:
    """Return the `paths` of the maps of converged structures, by structure.

    Raises
    ------
    InputError
        There is none, or an empty map was not written empty.
    """
    named = {Path(path).stem: Path(path) for path in paths}
    left = {name: path for name, path in named.items() if path.stat().st_size}
    for path in (path for name, path in named.items() if name not in left):
        checksums.verify(path)
    if not left:
        some = ", ".join([*islice(named, _NAMED), *(["…"] if len(named) > _NAMED else [])])
        raise InputError(
            f"none of the structures {some} converged: look at tables/dft.csv, "
            "change the dft settings and run the workflow again"
        )
    return left


def read_all(paths: Iterable[str | os.PathLike[str]]) -> dict[str, DensityMap]:
    """Read the maps of the structures that converged, by structure.

    Raises
    ------
    InputError
        There is none, or one is damaged.
    """
    return {name: read_map(path) for name, path in converged(paths).items()}


class Values(Mapping[str, np.ndarray]):
    """The values (Y, X) [e/bohr³] of the maps at `paths`, each read when it is looked up.

    The maps of many structures would not fit into memory.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths

    def __getitem__(self, name: str) -> np.ndarray:
        return read_map(self._paths[name]).values.astype(float)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _ratio(value: tuple[int, int]) -> float:
    numerator, denominator = value
    return numerator / denominator
