"""What is the electron density on the plane above the sheet? Cube in, density map out."""

import json
import logging
import os
import struct
from dataclasses import dataclass

import numpy as np
import tifffile
from ase import Atoms
from ase.units import Bohr
from scipy.ndimage import map_coordinates

from temdenoise import checksums
from temdenoise.cube import Cube
from temdenoise.errors import InputError
from temdenoise.files import REBUILD, atomic

_log = logging.getLogger("temdenoise")
_ON_PLANE = 1e-3  # [Å]: the density changes by less than 2 % over it at 3 Å
_NEAR_THE_EDGE = 0.9  # of the orbital radius
_PIXELS_PER_NM = 10.0  # times 1/Å
RECORDED = ("engine", "version", "orbitals", "orbital_radius_bohr", "grid")
_DAMAGED = (ValueError, LookupError, TypeError, ArithmeticError, struct.error, OSError)


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


def slice_above(cube: Cube, atoms: Atoms, height: float) -> DensityMap:
    """Return the density at `height` [Å] above the sheet of `atoms`, whose cell is orthogonal.

    The height is counted from the uppermost atoms. A grid plane is taken where one lies within
    0.001 Å of it; otherwise the logarithm of the density is interpolated linearly between the
    two planes around it, and the metadata say so.

    Raises
    ------
    InputError
        The cube is a stack of planes around another height.
    """
    lengths = atoms.cell.lengths()
    spacing = lengths / cube.values.shape
    offset = atoms.positions[:, 2].max() + height - cube.origin[2]
    if _is_whole(cube, lengths[2]):
        offset %= lengths[2]
    else:
        spacing[2] = cube.plane_spacing
        _check_within(offset, spacing[2] * (cube.values.shape[2] - 1), height)
    plane = offset / spacing[2]
    nearest = round(plane)
    if abs(plane - nearest) * spacing[2] <= _ON_PLANE:
        values, method = cube.values[:, :, nearest % cube.values.shape[2]], "grid plane"
    else:
        values, method = _between(cube.values, plane), "log-linear interpolation"
    # Whole pixels of the origin are rolled away, so that maps of one run join at their edges.
    whole = np.rint(cube.origin[:2] / spacing[:2]).astype(int)
    rest = cube.origin[:2] - whole * spacing[:2]
    return DensityMap(
        np.roll(values, tuple(whole), axis=(0, 1)).T.astype(np.float32),
        (float(spacing[1]), float(spacing[0])),
        (float(rest[1]), float(rest[0])),
        {"height_angstrom": height, "slice": method},
    )


def check_height(height: float, orbital_radius: float) -> None:
    """Refuse a `height` [Å] beyond the `orbital_radius` [bohr], warn within 10 % of it.

    Raises
    ------
    InputError
        No orbital reaches the plane: the map would be zero or noise.
    """
    reach = orbital_radius * Bohr
    if height >= reach:
        raise InputError(
            f"map.height: got {height} Å, but the orbitals end {reach:.3f} Å from the atom "
            f"({orbital_radius} bohr): lower the height or use wider orbitals"
        )
    if height > _NEAR_THE_EDGE * reach:
        disc = np.sqrt(reach**2 - height**2)
        _log.warning(
            "at %.2f Å the map shows only the outer end of the orbitals (%.3f Å): "
            "a disc of radius %.2f Å around each atom, and nothing between",
            *(height, reach, disc),
        )


def check_map(density_map: DensityMap, path: str | os.PathLike[str]) -> None:
    """Refuse a map that no image can be made of.

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


def _is_whole(cube: Cube, length: float) -> bool:
    if cube.plane_spacing is None:
        return True
    return abs(cube.plane_spacing * cube.values.shape[2] - length) < cube.plane_spacing / 2


def _check_within(offset: float, top: float, height: float) -> None:
    if not -_ON_PLANE <= offset <= top + _ON_PLANE:
        raise InputError(
            f"map.height: got {height} Å, but only the planes around another height were kept: "
            f"run the DFT again, or choose one {-offset:+.2f} to {top - offset:+.2f} Å away"
        )


def _between(values: np.ndarray, plane: float) -> np.ndarray:
    below = int(plane)
    weight = plane - below
    pair = values[:, :, [below, (below + 1) % values.shape[2]]]
    logs = np.log(np.maximum(pair, np.finfo(float).tiny))
    return np.exp((1 - weight) * logs[..., 0] + weight * logs[..., 1])


def _ratio(value: tuple[int, int]) -> float:
    numerator, denominator = value
    return numerator / denominator
