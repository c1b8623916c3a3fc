"""Which k-grid does a supercell need? The primitive cell's, at the same density of points."""

import math

from ase import Atoms

_ROUNDING = 1e-6


def kgrid_for(atoms: Atoms, kgrid: list[int], of: str, lattice_constant: float) -> list[int]:
    """Return the k-grid of `atoms`, a rectangular cell of a hexagonal sheet.

    With `of` "cell", `kgrid` is used as it is. With "primitive", it belongs to the primitive cell
    of `lattice_constant` [Å]. The supercell's k-points are at least as dense along each axis.
    """
    if of == "cell":
        return list(kgrid)
    height = lattice_constant * math.sqrt(3) / 2
    in_plane = zip(kgrid[:2], atoms.cell.lengths()[:2], strict=True)
    return [max(1, math.ceil(n * height / length - _ROUNDING)) for n, length in in_plane] + [
        kgrid[2]
    ]
