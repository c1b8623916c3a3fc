"""Which images are made from the maps, with which noise?"""

from typing import Annotated, Literal

from pydantic import Field

from temdenoise.config.keys import Count, Distinct, Fraction, Section, key


class Tiling(Section):
    """A number of images with one grid of maps."""

    grid: list[Annotated[int, Field(ge=1, le=32)]] = key("–", min_length=2, max_length=2)
    """[rows, columns] of maps in one image; each grid appears at most once in its list.
    Why: Section III.A: 3 × 3, 4 × 4 and 2 × 2 for training; a 3 × 3 for testing."""
    count: int = key("–", ge=1, le=100000)
    """Number of images with this grid, at most the number of different ones.
    Why: Section III.A: five, three and three for training; one for testing."""


class Tiles(Section):
    """Which images are tiled from maps drawn at random."""

    train: list[Tiling] = key(min_length=1)
    """Tilings of the training maps.
    Why: Section III.A: five images of 3 × 3, three of 4 × 4, three of 2 × 2."""
    test: list[Tiling] = key(min_length=1)
    """Tilings of the test maps.
    Why: Appendix A: the test image is 6.402 × 6.654 nm², a 3 × 3 of the one test map."""


class GroundTruth(Section):
    """Ground-truth images made from the maps."""

    size: int = key(
        "pixels",
        ge=161,
        le=8192,
        because="the five scales of MS-SSIM with its 11-pixel window need 161 pixels",
    )
    """Edge of the square images, a multiple of patch_size.
    Why: Section II.D: 512 × 512."""
    patch_size: int = key(
        "pixels", ge=4, multiple_of=4, because="the network halves its input twice"
    )
    """Edge of the square patches that the network is trained on.
    Why: Section II.D: 8 × 8 patches of 64 × 64."""
    tiles: Tiles
    shifts: Distinct[Count] = key("pixels")
    """Each image appears once more for each shift, rolled by it along both axes.
    Why: Section II.D: 8, 10 and 12."""
    resampling_order: int = key("–", ge=0, le=5)
    """Order of the spline that resamples the tiled maps to size, periodic at the borders.
    Why: paper is silent: cubic."""
    normalise_by: Literal["image", "split"]
    """Whose minimum and maximum become black and white: those of each tiled `image`, or of all maps
    of the `split`. Only with `split` can brightness be compared between images.
    Why: paper is silent: an 8-bit grey image usually spans its own range."""


class Background(Section):
    """Background brightness of each patch (Eq. 4, 5), for noise BBG."""

    w1: float = key("–", gt=0, le=0.8, because="1.2·w1 is a grey value below 1")
    """Scale of the mean background brightness (Eq. 4).
    Why: Section II.F: 0.2."""
    w2: float = key("–", ge=0, le=1)
    """Standard deviation of the background brightness about its mean.
    Why: paper is silent: it names w2 without a value; a tenth of w1."""
    dark_fraction: float = key("–", ge=0, le=1)
    """Share of dark patches.
    Why: Section II.F: 15 %."""
    bright_fraction: float = key("–", ge=0, le=1)
    """Share of bright patches; dark and bright shares sum to at most 1.
    Why: Section II.F: 15 %."""
    smoothness: float = key("–", ge=0, le=10)
    """|s| in C_BB = s·(I − val_BB)/(1 − val_BB): +s in dark patches (spots less intense), −s in
    bright ones (more pronounced), 0 otherwise.
    Why: paper is silent: it gives C_BB no formula; this one is continuous at the threshold."""


class Noise(Section):
    """Noise added to the images; C_noise is the noise factor."""

    train_factors: Distinct[Fraction] = key("–", min_length=1)
    """C_noise of the training images; each image appears once with each.
    Why: Section III.A: 0.1, 0.15, 0.2 and 0.25."""
    interpolation_factors: Distinct[Fraction] = key("–", min_length=1)
    """C_noise of the test images that count as interpolation.
    Why: Section III.B: 0.18, 0.20, 0.22 and 0.24."""
    extrapolation_factors: Distinct[Fraction] = key("–", min_length=1)
    """C_noise of the test images that count as extrapolation.
    Why: Section III.B: 0.27, 0.30, 0.33 and 0.36."""
    salt_pepper_ratio: float = key("–", gt=0, le=10)
    """p / C_noise, where p is the probability that salt-and-pepper noise alters a pixel.
    Why: paper is silent: p = C_noise gives scores of the shape of section III.B."""
    background: Background


class Images(Section):
    """Ground-truth images, and their noisy copies."""

    images: GroundTruth
    noise: Noise
