"""How far may a denoised micrograph be believed? What speaks against it, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from temdenoise.micrographs import lattice
from temdenoise.micrographs.calibration import AS_OF, Scale, is_plausible, square
from temdenoise.networks.card import Card

_VACUUM = 0.3  # of the usual amplitude of the lattice
_NAMES = ("a quarter", "half", "three quarters")
_SHIFTED = 0.2  # of the training images' range
_LATTICE_OFF = 0.1
_VACUUM_NOTED = 0.0005
QUANTILES = (0.25, 0.5, 0.75)  # of a smoothed image, against those of the training images


@dataclass(frozen=True)
class Facts:
    """What was measured on one image, in the network's units and on its grid.

    `noise` is the standard deviation of the noise, `quantiles` the QUANTILES of the
    smoothed image, `vacuum` the fraction of the area without lattice.
    """

    noise: float
    quantiles: tuple[float, ...]
    vacuum: float
    hot: int
    dead: int


def vacuum(image: np.ndarray) -> np.ndarray:
    """Return where the lattice of `image` (Y, X) is missing: bool (Y, X).

    There its waves have less than 0.3 of the amplitude where it is strong; nowhere without one.
    """
    strength = lattice.amplitude(image)
    return np.zeros(image.shape, dtype=bool) if strength is None else strength < _VACUUM


def warnings(facts: Facts, scale: Scale, card: Card) -> list[str]:
    """Return in words why a result should not be believed as it is; empty if nothing speaks up."""
    return [
        *_of_scale(scale, card),
        *_of_lattice(scale),
        *_of_header(scale),
        *_of_material(scale, card),
        *_of_noise(facts, card),
        *_of_intensity(facts, card),
        *_of_vacuum(facts),
        *_of_pixels(facts),
    ]


def _of_scale(scale: Scale, card: Card) -> Iterator[str]:
    fewest = card.bond_length_px_range[0]
    if scale.bond_px is None:
        yield (
            "the scale is unknown: neither pixel size nor lattice peaks were found, so the image "
            f"was not resampled; {card.model} is meant for {card.bond_length_px:g} pixels per bond"
        )
    elif scale.bond_px < fewest:
        yield (
            f"too few pixels per bond: {scale.bond_px:.1f}, and {card.model} has learnt from "
            f"{fewest:g} or more; what the microscope did not resolve is not in the result"
        )


def _of_lattice(scale: Scale) -> Iterator[str]:
    if scale.lattice_px is None:
        yield "no hexagonal lattice was found, which every training image has"
    elif scale.bond_px and abs(scale.lattice_px / scale.bond_px - 1) > _LATTICE_OFF:
        yield (
            f"the lattice peaks say {scale.lattice_px:.1f} pixels per bond, the pixel size "
            f"{scale.bond_px:.1f}, which was used: check pixel size and bond length"
        )


def _of_header(scale: Scale) -> Iterator[str]:
    """Tell that the lattice won over a pixel size with which it makes no bond of a known sheet."""
    if scale.bond_px_from != "lattice" or scale.pixel_size_from.startswith("lattice"):
        return
    if scale.pixel_size is None or scale.bond_px is None:
        return
    bond = scale.bond_px * square(scale.pixel_size)
    if not is_plausible(bond):
        yield (
            f"the lattice says a bond of {scale.bond_px:.1f} pixels, which with the pixel size is "
            f"{bond:.3g} nm; no sheet known here has that (0.142 to 0.203 nm): check the pixel size"
        )


def _of_material(scale: Scale, card: Card) -> Iterator[str]:
    """Tell that the calibration is a guess: that the sheet is what the model was trained on."""
    if AS_OF in scale.pixel_size_from:
        yield (
            f"the file has no pixel size: that of the result holds if this is {card.material}, "
            f"with bonds of {card.bond_length:g} nm; else give pixel size or bond length"
        )


def _of_noise(facts: Facts, card: Card) -> Iterator[str]:
    least, most = card.c_noise
    if facts.noise > most:
        yield (
            f"more noise than the model was trained on: {facts.noise:.2f} of the contrast, "
            f"trained {least:g} to {most:g}"
        )
    elif facts.noise < least / 2:
        yield (
            f"less noise than the model was trained on: {facts.noise:.2f} of the contrast, trained "
            f"{least:g} to {most:g}; the original may be the better image"
        )


def _of_intensity(facts: Facts, card: Card) -> Iterator[str]:
    off = list(zip(_NAMES, facts.quantiles, map(card.quantile, QUANTILES), strict=True))
    words, found, trained = max(off, key=lambda one: abs(one[1] - one[2]))
    if abs(found - trained) > _SHIFTED:
        yield (
            f"brightness unlike the training images: {words} of the image lies below {found:.2f} "
            f"of the range, of the training images below {trained:.2f}; a background is not kept"
        )


def _of_vacuum(facts: Facts) -> Iterator[str]:
    if facts.vacuum > _VACUUM_NOTED:
        yield (
            f"no lattice in {facts.vacuum:.1%} of the area (vacuum, holes or contamination): "
            "atoms that the result shows there are not to be believed"
        )


def _of_pixels(facts: Facts) -> Iterator[str]:
    if facts.hot + facts.dead:
        yield f"{facts.hot} hot and {facts.dead} dead pixels were replaced by their surroundings"
