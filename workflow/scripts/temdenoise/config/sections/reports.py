"""What do the figures show?"""

from temdenoise.config.keys import Section, key


class Figures(Section):
    """What the figures show."""

    interpolation_factor: float = key("–", ge=0, le=1)
    """C_noise of the interpolation figure, one of noise.interpolation_factors.
    Why: Fig. 2a: 0.2."""
    extrapolation_factor: float = key("–", ge=0, le=1)
    """C_noise of the extrapolation figure, one of noise.extrapolation_factors.
    Why: Fig. 2b: 0.3."""
    section: int = key("pixels", ge=8)
    """Edge of the enlarged section, at most images.size.
    Why: paper is silent: at a quarter of the image's edge single spots are clearly visible."""


class Reports(Section):
    """Figures of the results."""

    figures: Figures
