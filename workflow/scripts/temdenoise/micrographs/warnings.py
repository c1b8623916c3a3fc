"""How far may a denoised micrograph be believed? Warnings: what was measured, what it means."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from temdenoise.micrographs import lattice
from temdenoise.micrographs.calibration import ASSUMING, Scale, is_plausible, square
from temdenoise.networks.card import Card
from temdenoise.structures.materials import KNOWN_BONDS

_VACUUM = 0.3  # of the usual amplitude of the lattice
_NAMES = ("Lower quartile", "Median intensity", "Upper quartile")
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
    hot_rows: int = 0


def vacuum(image: np.ndarray) -> np.ndarray:
    """Return where the lattice of `image` (Y, X) is missing: bool (Y, X).

    There its waves have less than 0.3 of the amplitude where it is strong. An image without any
    lattice gives False everywhere.
    """
    strength = lattice.amplitude(image)
    return np.zeros(image.shape, dtype=bool) if strength is None else strength < _VACUUM


def warnings(facts: Facts, scale: Scale, card: Card) -> list[str]:
    """Return one warning for each difference from the training images; empty without any."""
    return [
        *_of_scale(scale, card),
        *_of_lattice(scale),
        *of_header(scale),
        *_of_material(scale, card),
        *_of_noise(facts, card),
        *_of_intensity(facts, card),
        *_of_vacuum(facts),
        *of_pixels(facts.hot, facts.dead, facts.hot_rows),
    ]


def _of_scale(scale: Scale, card: Card) -> Iterator[str]:
    fewest = card.bond_length_px_range[0]
    if scale.bond_px is None:
        yield (
            "No pixel size and no lattice found: the image was not resampled. "
            f"{card.model} needs {card.bond_length_px:g} px per bond; set the pixel size."
        )
    elif scale.bond_px < fewest:
        yield (
            f"{scale.bond_px:.1f} px per bond (training: at least {fewest:g}): "
            "the result cannot show what the image does not resolve. Use a higher magnification."
        )


def _of_lattice(scale: Scale) -> Iterator[str]:
    if scale.lattice_px is None:
        yield "No hexagonal lattice found; all training images have one."
    elif scale.bond_px and abs(scale.lattice_px / scale.bond_px - 1) > _LATTICE_OFF:
        yield (
            f"{scale.lattice_px:.1f} px per bond by the lattice, {scale.bond_px:.1f} by the pixel "
            "size, which was used. Check the pixel size and the bond length."
        )


def of_header(scale: Scale) -> Iterator[str]:
    """Warn of a lattice that makes no bond of a known material with the pixel size."""
    if scale.bond_px_from != "lattice" or scale.pixel_size_from.startswith("lattice"):
        return
    if scale.pixel_size is None or scale.bond_px is None:
        return
    bond = scale.bond_px * square(scale.pixel_size)
    if not is_plausible(bond):
        least, most = KNOWN_BONDS
        yield (
            f"{scale.bond_px:.1f} px per bond is {bond:.3g} nm at this pixel size; no supported "
            f"material has that ({least} to {most} nm). Check the pixel size."
        )


def _of_material(scale: Scale, card: Card) -> Iterator[str]:
    """Warn of a calibration that assumes the material of the model."""
    if ASSUMING in scale.pixel_size_from:
        yield (
            f"Output calibration assumes {card.material} ({card.bond_length:g} nm per bond); "
            "otherwise set the pixel size or the bond length."
        )


def _of_noise(facts: Facts, card: Card) -> Iterator[str]:
    least, most = card.c_noise
    if facts.noise > most:
        yield (
            f"Noise {facts.noise:.2f} of the contrast (training: {least:g} to {most:g}): "
            "more than the model knows, details may be wrong. Average more frames if you can."
        )
    elif facts.noise < least / 2:
        yield (
            f"Noise {facts.noise:.2f} of the contrast (training: {least:g} to {most:g}): "
            "less than the model knows. The original may be the better image."
        )


def _of_intensity(facts: Facts, card: Card) -> Iterator[str]:
    off = list(zip(_NAMES, facts.quantiles, map(card.quantile, QUANTILES), strict=True))
    words, found, trained = max(off, key=lambda one: abs(one[1] - one[2]))
    if abs(found - trained) > _SHIFTED:
        yield (
            f"{words} {found:.2f} (training: {trained:.2f}); slow background will not be preserved."
        )


def _of_vacuum(facts: Facts) -> Iterator[str]:
    if facts.vacuum > _VACUUM_NOTED:
        yield (
            f"No lattice in {facts.vacuum:.1%} of the area (vacuum, holes or contamination): "
            "do not believe atoms that the result shows there."
        )


def of_pixels(hot: int, dead: int, hot_rows: int = 0) -> Iterator[str]:
    """Warn of pixels and rows that were replaced."""
    if hot + dead:
        yield (f"{hot} hot and {dead} dead pixels were replaced by the median around them.")
    if hot_rows:
        yield (
            f"{hot_rows} rows stood out from their neighbours and were replaced by the mean of "
            "these. Believe no detail of one row there."
        )
