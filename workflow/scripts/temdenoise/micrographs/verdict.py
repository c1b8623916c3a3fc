"""Is the result better than a blur? A score of the image itself, by pixels left out."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from temdenoise.evaluation import held_out
from temdenoise.micrographs import general, lattice, mending
from temdenoise.micrographs.calibration import Scale
from temdenoise.micrographs.general_warnings import CORRELATED
from temdenoise.networks.card import Card
from temdenoise.networks.general_card import GeneralCard

_LARGEST = 1024  # pixels a side: the middle of a larger image is scored
_SMALLEST = 64  # pixels a side; fewer give a score by chance
_FEWEST = 5.0  # pixels per bond; the truth itself scores 1.01 at 5, 0.67 at 4
_SURE = 5.0  # standard deviations by which shared signal must exceed chance
EQUAL = 0.003  # a smaller difference of two scores is none


@dataclass(frozen=True)
class Verdict:
    """The signal that a result and the best Gaussian blur explain (1: all), and it in words.

    The blur has `blur_px` [pixels]. All three are None where no score is given; `said` says why.
    """

    said: str
    explained: float | None = None
    blur: float | None = None
    blur_px: float | None = None


def of(
    frame: np.ndarray,
    result: np.ndarray,
    bond_px: float | None,
    denoise_quarter: Callable[[np.ndarray], np.ndarray],
) -> Verdict:
    """Return the verdict on the `result` for `frame` (Y, X), which has `bond_px` or None.

    `denoise_quarter` denoises an image of half the scale; see `held_out.score`.
    """
    image = scored(frame)
    if problem := _problem(image, image - lattice.middle(result, _LARGEST), bond_px):
        return Verdict(f"No score: {problem}")
    width, blur = held_out.best_blur(image)
    explained = held_out.score(image, denoise_quarter).explained
    return Verdict(_sentence(explained, blur.explained, width), explained, blur.explained, width)


def scored(frame: np.ndarray) -> np.ndarray:
    """Return the part of `frame` (Y, X) that a score looks at: its middle, mended."""
    return mending.mend(lattice.middle(frame, _LARGEST)).image


def half(found: Scale, card: Card | GeneralCard) -> Scale:
    """Return the scale of an image of which every second row and column is left."""
    if not found.bond_px:
        return found
    bond = found.bond_px / 2
    change = 2 * card.wanted_bond_px(bond) / card.wanted_bond_px(found.bond_px)
    y, x = found.factors
    return replace(found, bond_px=bond, factors=(y * change, x * change))


def _problem(image: np.ndarray, removed: np.ndarray, bond_px: float | None) -> str | None:
    """Return why a score of `image` (Y, X) would be wrong, or None."""
    if min(image.shape) < _SMALLEST:
        return f"the shorter edge has {min(image.shape)} pixels (at least {_SMALLEST})."
    if bond_px and bond_px < _FEWEST:
        return (
            f"{bond_px:.1f} pixels per bond are too few to leave every second out (at least "
            f"{_FEWEST:g}). Compare with a blur by eye."
        )
    if (most := max(general.correlations(removed))) > CORRELATED:
        return (
            f"neighbouring pixels of what was removed are correlated by {most:.2f} (white noise: "
            "0). The noise is correlated or signal was removed: look for structure in the "
            "difference."
        )
    if held_out.shared(image) < _SURE * float(image.var()) / math.sqrt(3 * image.size / 4):
        return "neighbouring pixels share no more than chance: no reproducible signal was found."
    return None


def _sentence(explained: float, blur: float, width: float) -> str:
    said = (
        f"This result explains {max(explained, 0):.1%} of the reproducible signal; a Gaussian "
        f"blur of {width:.1f} px explains {max(blur, 0):.1%}."
    )
    if blur > explained + EQUAL:
        return f"{said} The blur is better: use it instead."
    return said if explained > blur + EQUAL else f"{said} Neither is better."
