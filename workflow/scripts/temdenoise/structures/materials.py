"""Which sheets are known? Their atoms, lattice constants, thicknesses and bond lengths."""

import math
from dataclasses import dataclass

# Bonds of known sheets seen from above [nm]: graphene's to MoTe₂'s, and headers 15 % wrong.
KNOWN_BONDS = (0.142, 0.203)
PLAUSIBLE_BONDS = (0.121, 0.234)


@dataclass(frozen=True)
class Material:
    """A hexagonal sheet.

    `atoms` of a primitive cell: symbol, site of the honeycomb (0, 1), plane (−1 lower, 0 middle,
    1 upper). `lattice_constant` a and `thickness`, the distance of the outermost planes, are in Å.
    """

    atoms: tuple[tuple[str, int, int], ...]
    lattice_constant: float
    thickness: float = 0.0

    @property
    def bond_length(self) -> float:
        """Distance of neighbouring atom columns seen along the normal of the sheet [nm]."""
        return round(self.lattice_constant / math.sqrt(3) / 10, 4)

    @property
    def elements(self) -> list[str]:
        """The symbols of its elements, each once."""
        return list(dict.fromkeys(symbol for symbol, _, _ in self.atoms))

    @property
    def is_flat(self) -> bool:
        """Whether all atoms lie in one plane."""
        return not any(plane for _, _, plane in self.atoms)


MATERIALS = {
    "graphene": Material((("C", 0, 0), ("C", 1, 0)), 2.4644),
    "hBN": Material((("B", 0, 0), ("N", 1, 0)), 2.504),
    "MoS2": Material((("Mo", 0, 0), ("S", 1, -1), ("S", 1, 1)), 3.16, 3.13),
}
