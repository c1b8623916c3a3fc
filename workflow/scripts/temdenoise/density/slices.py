"""What is the electron density on the plane above the sheet? Cube in, density map out."""

import logging

import numpy as np
from ase import Atoms
from ase.units import Bohr

from temdenoise.density.cube import Cube
from temdenoise.density.maps import DensityMap
from temdenoise.errors import InputError

_log = logging.getLogger("temdenoise")
_ON_PLANE = 1e-3  # [Å]: the density changes by less than 2 % over it at 3 Å
_NEAR_THE_EDGE = 0.9  # of the orbital radius


def slice_above(cube: Cube, atoms: Atoms, height: float) -> DensityMap:
    """Return the density at `height` [Å] above the sheet of `atoms`, whose cell is orthogonal.

    The height is counted from the uppermost atoms. A grid plane within 0.001 Å of it is taken as
    it is. Otherwise the logarithm of the density is interpolated between the two planes around it.
    The metadata say which.

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
