"""How large is an atom in pixels? The scale of a micrograph, and resampling to the model's."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from skimage.transform import resize

from temdenoise.micrographs import lattice
from temdenoise.micrographs.cards import Card

_log = logging.getLogger("temdenoise")

_MOST = 4.0  # times enlarged: beyond it a wrong unit would fill the memory
_PROBE = 16  # pixels between the impulses that the gain of noise is measured with


@dataclass(frozen=True)
class Scale:
    """What is known of the pixels and where from.

    `pixel_size` (y, x) [nm] or None, from sheet, header or lattice; `bond_px` [pixels] or None,
    from pixel size or lattice; `lattice_px`, the bond length that the lattice shows, or None;
    `factors` (y, x) by which the image is resampled.
    """

    pixel_size: tuple[float, float] | None
    pixel_size_from: str
    bond_px: float | None
    bond_px_from: str
    lattice_px: float | None
    factors: tuple[float, float]


def find(
    image: np.ndarray,
    header: tuple[float, float] | None,
    *,
    pixel_size: float | None,
    bond_length: float | None,
    card: Card,
) -> Scale:
    """Return the scale of `image` (Y, X).

    The pixel size [nm] is that of the sheet (`pixel_size`), else the `header`'s (y, x), else what
    the lattice peaks say. The bond length in pixels is pixel size over `bond_length` [nm] where the
    sheet gives either, else what the lattice peaks say, else pixel size over the bond length of the
    model's material.
    """
    known = (pixel_size, pixel_size) if pixel_size else header
    bond = bond_length or card.bond_length
    by_lattice = lattice.bond_length(image)
    trusted = pixel_size or bond_length or not by_lattice
    if known and bond and trusted:
        bond_px, source = bond / float(np.sqrt(known[0] * known[1])), "pixel size"
    else:
        bond_px, source = by_lattice or 0.0, "lattice" if by_lattice else "unknown"
    size, size_from = known, "sheet" if pixel_size else "header"
    if known is None:
        size, size_from = _of_lattice(by_lattice, bond)
    factors = _factors(known, bond_px, card.bond_length_px)
    return Scale(size, size_from, bond_px or None, source, by_lattice, factors)


def resample(image: np.ndarray, factors: Sequence[float]) -> np.ndarray:
    """Return `image` (Y, X) with `factors` (y, x) as many pixels, antialiased where it shrinks."""
    pairs = zip(image.shape, factors, strict=True)
    return to_shape(image, [max(1, round(edge * factor)) for edge, factor in pairs])


def to_shape(image: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """Return `image` (Y, X) resampled to `shape`, the inverse of `resample`."""
    if image.shape == tuple(shape):
        return image
    options = {"mode": "reflect", "anti_aliasing": True, "preserve_range": True, "clip": False}
    return resize(image, shape, order=3, **options)


def noise_gain(factors: Sequence[float]) -> float:
    """Return by how much `resample` multiplies the standard deviation of white noise."""
    edges = [max(256, int(np.ceil(8 * _PROBE / factor))) for factor in factors]
    impulses = np.zeros(edges)
    impulses[_PROBE // 2 :: _PROBE, _PROBE // 2 :: _PROBE] = 1
    answer = resample(impulses, factors)
    energy = float((answer**2).sum()) / np.count_nonzero(impulses)
    return float(np.sqrt(energy * impulses.size / answer.size))


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
    y, x = known or (1.0, 1.0)
    square = float(np.sqrt(y * x))
    factor = min(wanted / bond_px, _MOST)
    return factor * y / square, factor * x / square
