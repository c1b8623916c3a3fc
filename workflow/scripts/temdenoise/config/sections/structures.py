"""Which disordered sheets are made?"""

from typing import Literal

from temdenoise.config.keys import Count, Section, key


class Sheets(Section):
    """Disordered sheets whose density is calculated."""

    material: Literal["graphene", "hBN", "MoS2"]
    """Material of the sheet; lattice_constant and thickness must be those of the material.
    Why: Section II.B: graphene. The experimental image of section III.C shows MoS₂."""
    train: int = key("–", ge=1, le=100000)
    """Number of structures whose maps make up the training images.
    Why: Section III.A: six structures, of which one is kept for testing."""
    test: int = key("–", ge=1, le=100000)
    """Number of structures whose maps make up the test images.
    Why: Section III.A: one structure was reserved for the test set."""
    cells: list[Count] = key("–", min_length=2, max_length=2)
    """[nx, ny]: rectangular cells (√3·a × a, two primitive cells) along x and y of one structure.
    Why: paper is silent: its test image of 6.402 × 6.654 nm² is a 3 × 3 tiling of 5 × 9 cells (180
    atoms)."""
    lattice_constant: float = key("Å", ge=1, le=5)
    """Lattice constant a: graphene 2.4644 (its bond is a/√3), hBN 2.504, MoS₂ 3.16.
    Why: paper is silent: it gives the size of the paper's test image and a bond of 1.42 Å."""
    thickness: float = key("Å", ge=0, le=5, because="a monolayer is thinner")
    """Distance of the outermost planes of atoms: 0 for graphene and hBN, about 3.13 for MoS₂.
    Why: Graphene is one plane of atoms."""
    cell_height: float = key("Å", gt=0, le=100)
    """Height of the periodic cell; the middle of the sheet lies at half of it.
    Why: paper is silent: wide enough that periodic images of the sheet do not overlap at 3 Å."""
    max_shift: float = key("Å", ge=0, le=0.5, because="beyond it two neighbours could meet")
    """Largest displacement of an atom along x and along y (Eq. 2); 0 keeps the ideal lattice.
    Why: Section II.B: 20 % of the bond length of 1.42 Å."""


class Structures(Section):
    """Atoms of the sheets, for training and for testing."""

    structures: Sheets
