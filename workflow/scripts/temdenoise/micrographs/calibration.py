"""How large is an atom in pixels? The scale of a micrograph, and resampling to the model's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from skimage.transform import resize

from temdenoise.errors import InputError
from temdenoise.micrographs import lattice, mending
from temdenoise.micrographs.units import GIVE
from temdenoise.networks.card import Card
from temdenoise.networks.general_card import GeneralCard
from temdenoise.structures.materials import PLAUSIBLE_BONDS

_FEWEST = 2.0  # pixels per bond; with fewer, no image shows atoms
ASSUMING = ", assuming "  # after "lattice", if the bond length is that of the model's material
_NARROWEST = 4.0  # bonds across an image's longer edge: fewer are no lattice
_TAILS = (1, 99)  # percentiles: what is beyond is cut off to look for a lattice
_PROBE = 256, 1024  # pixels: shortest and longest line on which the gain of noise is measured


@dataclass(frozen=True)
class Scale:
    """What is known of the pixels and where from.

    `pixel_size` (y, x) [nm] or None, from the user, the header or the lattice; `bond_px` [pixels]
    or None, from pixel size or lattice; `lattice_px`, the bond length that the lattice shows, or
    None; `factors` (y, x) by which the image is resampled.
    """

    pixel_size: tuple[float, float] | None
    pixel_size_from: str
    bond_px: float | None
    bond_px_from: str
    lattice_px: float | None
    factors: tuple[float, float]

    def grid(self, shape: Sequence[int]) -> list[int]:
        """Return the shape of an image of `shape` (Y, X) at the model's scale."""
        return [round(edge * factor) for edge, factor in zip(shape, self.factors, strict=True)]

    def __str__(self) -> str:
        size = bond = "unknown"
        if self.pixel_size:
            size = f"{self.pixel_size[1]:.4g} nm from {self.pixel_size_from}"
        if self.bond_px:
            bond = f"{self.bond_px:.1f} from {self.bond_px_from}"
        return f"pixel size {size}; pixels per bond {bond}; resampled by {self.factors[0]:.3f}"


def find(
    image: np.ndarray,
    header: tuple[float, float] | None,
    *,
    pixel_size: float | None,
    bond_length: float | None,
    card: Card | GeneralCard,
) -> Scale:
    """Return the scale of `image` (Y, X).

    The pixel size [nm] is the user's (`pixel_size`), else the `header`'s (y, x), else that of the
    lattice peaks. The bond length [pixels] comes from the first of these that is known:

    1. The user's `bond_length` [nm] and the pixel size.
    2. The lattice peaks. They are ignored if the user's pixel size makes them no known bond.
    3. The bond length of the model's material and the pixel size.

    Raises
    ------
    InputError
        The pixel size leaves too few pixels for a bond, or too few bonds for the image.
    """
    known = (pixel_size, pixel_size) if pixel_size else header
    bond = bond_length or card.bond_length
    by_lattice = _of_peaks(image, known)
    doubtful = pixel_size and by_lattice and not is_plausible(by_lattice * pixel_size)
    if known and bond and (bond_length or doubtful or not by_lattice):
        bond_px, source = bond / square(known), "pixel size"
        _check(bond_px, max(image.shape), square(known))
    else:
        bond_px, source = by_lattice or 0.0, "lattice" if by_lattice else "unknown"
    size, size_from = known, "user" if pixel_size else "header"
    if known is None:
        size, size_from = _of_lattice(by_lattice, bond)
        size_from += f"{ASSUMING}{card.material}" if size and not bond_length else ""
    factors = _factors(known, bond_px, card.wanted_bond_px(bond_px))
    return Scale(size, size_from, bond_px or None, source, by_lattice, factors)


def resample(image: np.ndarray, factors: Sequence[float]) -> np.ndarray:
    """Return `image` (Y, X) resampled by `factors` (y, x), antialiased where it shrinks."""
    pairs = zip(image.shape, factors, strict=True)
    return to_shape(image, [max(1, round(edge * factor)) for edge, factor in pairs])


def to_shape(image: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Return `image` (Y, X) resampled to `shape`, the inverse of `resample`."""
    if image.shape == tuple(shape):
        return image
    options = {"mode": "reflect", "anti_aliasing": True, "preserve_range": True, "clip": False}
    return resize(image, shape, order=3, **options)


def noise_gain(factors: Sequence[float]) -> float:
    """Return by how much `resample` multiplies the standard deviation of white noise.

    Resampling is a product with one matrix for each axis. The gain of an axis is the root of the
    mean squared norm of the rows of its matrix.
    """
    return float(np.prod([_gain_of_axis(factor) for factor in factors]))


def _gain_of_axis(factor: float) -> float:
    least, most = _PROBE
    matrix = resample(np.eye(int(np.clip(32 / factor, least, most))), (factor, 1.0))
    return float(np.sqrt((matrix**2).sum(1).mean()))


def is_plausible(bond: float) -> bool:
    """Tell whether a `bond` length [nm] may be that of a known material."""
    return PLAUSIBLE_BONDS[0] < bond < PLAUSIBLE_BONDS[1]


def square(size: tuple[float, float]) -> float:
    """Return the edge [nm] of a square pixel as large as one of `size` (y, x) [nm]."""
    return float(np.sqrt(size[0] * size[1]))


def _to_square(size: tuple[float, float] | None) -> tuple[float, float]:
    """Return the factors (y, x) that make pixels of `size` square and keep their number."""
    return (1.0, 1.0) if size is None else (size[0] / square(size), size[1] / square(size))


def _of_peaks(image: np.ndarray, size: tuple[float, float] | None) -> float | None:
    """Return the bond length [square pixels] that the lattice in `image` (Y, X) shows, or None."""
    # Broken pixels and rows would outshine it, and a few bright atoms pull its peaks aside.
    whole = mending.mend(lattice.middle(image)).image
    clipped = np.clip(whole, *np.percentile(whole, _TAILS))  # a copy: `whole` may be the image
    return lattice.bond_length(resample(clipped, _to_square(size)))


def _check(bond_px: float, longest: int, size: float) -> None:
    says = f"pixel size {size:.3g} nm:"
    mend = f"if this is wrong, {GIVE}"
    if bond_px < _FEWEST:
        raise InputError(
            f"{says} {bond_px:.2g} pixels per bond, too few to show atoms (at least {_FEWEST:g}); "
            f"{mend}"
        )
    if longest < _NARROWEST * bond_px:
        raise InputError(
            f"{says} the image of {longest} pixels is {longest / bond_px:.2g} bonds wide, too few "
            f"for a lattice (at least {_NARROWEST:g}); {mend}"
        )


def _of_lattice(
    by_lattice: float | None, bond: float | None
) -> tuple[tuple[float, float] | None, str]:
    if by_lattice and bond:
        return (bond / by_lattice, bond / by_lattice), "lattice"
    return None, "unknown"


def _factors(
    known: tuple[float, float] | None, bond_px: float, wanted: float
) -> tuple[float, float]:
    if not bond_px:
        return 1.0, 1.0
    y, x = _to_square(known)
    return wanted / bond_px * y, wanted / bond_px * x
