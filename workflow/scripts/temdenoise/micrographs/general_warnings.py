"""How far may the result of a general model be believed? What was measured, what it means."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from temdenoise.micrographs.calibration import Scale
from temdenoise.micrographs.warnings import of_header, of_pixels
from temdenoise.networks.general_card import GeneralCard

CORRELATED = 0.25  # between neighbouring pixels; blur by 0.4 pixels does that
_NO_SIGNAL = 0.995  # of the image is noise


@dataclass(frozen=True)
class Facts:
    """What was measured on one image.

    `noise_share` is the standard deviation of what was removed over that of the image;
    `correlation_y` and `correlation_x` are those of neighbouring pixels in what was removed.
    """

    noise_share: float
    correlation_y: float
    correlation_x: float
    hot: int
    dead: int
    hot_rows: int = 0

    @property
    def of_contrast(self) -> float:
        """The noise in standard deviations of the signal."""
        return self.noise_share / math.sqrt(max(1 - self.noise_share**2, 1e-6))


def warnings(facts: Facts, scale: Scale, card: GeneralCard) -> list[str]:
    """Return one warning for each thing that the model was not trained for."""
    return [
        *_of_scale(scale, card),
        *of_header(scale),
        *_of_noise(facts, card),
        *_of_correlation(facts, card),
        *of_pixels(facts.hot, facts.dead, facts.hot_rows),
    ]


def _of_scale(scale: Scale, card: GeneralCard) -> Iterator[str]:
    fewest, most = card.bond_length_px_range
    if scale.bond_px and not fewest <= scale.bond_px <= most:
        fewer = scale.bond_px < fewest
        yield (
            f"{scale.bond_px:.1f} px per bond (training: {fewest:g} to {most:g}): the image was "
            f"resampled by {scale.factors[0]:.2f}. "
            + ("Use a higher magnification." if fewer else "Details finer than that are lost.")
        )


def _of_noise(facts: Facts, card: GeneralCard) -> Iterator[str]:
    most = card.noise_range[1]
    if facts.noise_share > _NO_SIGNAL:
        yield (
            f"{facts.noise_share:.1%} of the image was removed as noise: the model finds no "
            "signal. Average more frames if there should be one."
        )
    elif facts.of_contrast > most:
        yield (
            f"Noise {facts.of_contrast:.2f} of the contrast (training: at most {most:g}): "
            "details may be missing. Average more frames if you can."
        )


def _of_correlation(facts: Facts, card: GeneralCard) -> Iterator[str]:
    most = max(facts.correlation_y, facts.correlation_x)
    if most > CORRELATED:
        axis = "columns" if facts.correlation_y > facts.correlation_x else "rows"
        low, high = card.instrument["correlation"]
        yield (
            f"Neighbouring pixels of what was removed are correlated along {axis} by {most:.2f} "
            f"(white noise: 0). The noise is (training: blur by {low:g} to {high:g} px), and what "
            "remains of it looks like detail, or signal was removed. Look for structure in the "
            "difference, and use the detector's own pixels, not a resampled image."
        )
