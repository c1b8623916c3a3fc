"""How bright is an image? Broken pixels replaced, and a linear map to the training range."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import convolve, gaussian_filter

from temdenoise.networks import card

_BROKEN = 10.0  # robust standard deviations
_RING = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2))  # around (1, 1)
# Batcher 1968, doi:10.1145/1468075.1468121: exchanges that sort eight numbers. Made on whole rows,
# they take a tenth of the time of rank filters.
_EXCHANGES = (
    *((0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (1, 2), (5, 6)),
    *((0, 4), (1, 5), (2, 6), (3, 7), (2, 4), (3, 5), (1, 2), (3, 4), (5, 6)),
)
_SECOND, _MEDIAN, _SEVENTH = 1, 4, 6  # of the eight, from 0
_ROWS = 32  # at once: they stay in the processor's cache
# More than this fraction is noise (salt and pepper), not broken pixels.
_MOST_BROKEN = 0.002
_WHOLE = 0.99  # of the pixels: far fewer than the rest are broken
_FINEST = 1 / 200  # of the contrast: a coarser step of a result brings a warning
_FLOAT32_BITS = 52 - 23  # bits that float64 has beyond float32
_TO_SIGMA = 1.4826  # of the median absolute deviation
# Immerkær 1996, doi:10.1006/cviu.1996.0060: blind to planes and edges; its norm is 6.
_NOISE_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]]) / 6.0
_CUT_OFF = 0.005  # of the pixels at one value, the least or the greatest of an image


@dataclass(frozen=True)
class Levels:
    """The linear map from input units to those of the network: `low` to 0, `high` to 1."""

    low: float
    high: float

    def normalise(self, image: np.ndarray) -> np.ndarray:
        """Return `image` in the network's units."""
        return (image - self.low) / (self.high - self.low)

    def invert(self, image: np.ndarray) -> np.ndarray:
        """Return `image` (in the network's units) in the units of the input."""
        return image * (self.high - self.low) + self.low


def mend(image: np.ndarray, beyond: float = 0.0) -> tuple[np.ndarray, int, int]:
    """Return `image` (Y, X) as float64 without broken pixels, and how many were hot and dead.

    A broken pixel lies 10 robust standard deviations beyond seven of its eight neighbours; no atom
    does that is sampled well. It becomes their median. If more than 0.2 % of the pixels do so, they
    are noise and stay. Only pixels count that lie `beyond` times the range of percentiles 1 to 99
    outside of it.
    """
    values = np.asarray(image, dtype=np.float64)
    far = _far(values, beyond)
    if not far.any():
        return values, 0, 0
    around, hot, dead = _broken(values)
    hot &= far
    dead &= far
    counts = int(hot.sum()), int(dead.sum())
    if sum(counts) > max(1, _MOST_BROKEN * values.size):
        return values, 0, 0
    return np.where(hot | dead, around, values), *counts


def _far(values: np.ndarray, beyond: float) -> np.ndarray:
    """Return which `values` lie `beyond` times the range of percentiles 1 to 99 outside of it."""
    if not beyond:
        return np.ones(values.shape, dtype=bool)
    low, high = np.percentile(values, (1, 99))
    reach = beyond * (high - low)
    return (values < low - reach) | (values > high + reach)


def levels(image: np.ndarray, bond_px: float, low: float, high: float) -> Levels:
    """Return the map that brings percentiles 1 and 99 of `image` (Y, X) to `low` and `high`.

    The image is first smoothed over a fraction of the bond length [pixels], without broken pixels,
    however many. Neither noise nor single pixels then move the percentiles.
    """
    around, hot, dead = _broken(image)
    whole = np.where(hot | dead, around, image)
    smooth = gaussian_filter(whole, card.SMOOTHING * bond_px, mode="reflect")
    first, last = np.percentile(smooth, (1, 99))
    unit = (float(last) - float(first)) / (high - low)
    unit = unit or float(np.ptp(whole)) or 1.0
    return Levels(float(first) - low * unit, float(first) + (1 - low) * unit)


def cut_off(image: np.ndarray) -> Levels | None:
    """Return the map that brings the ends of `image` (Y, X) to 0 and 1 if it is cut off at both.

    The noise of the training images is cut off there. It moves percentiles, but not these ends.
    """
    low, high = float(image.min()), float(image.max())
    if min(np.mean(image == low), np.mean(image == high)) < _CUT_OFF:
        return None
    return Levels(low, high)


def coarse(levels: Levels) -> str | None:
    """Return the warning that a result on `levels` loses detail as float32, None if it does not.

    Results are float32. On an offset much larger than the contrast, float32 has fewer than 200
    steps within the contrast.
    """
    largest = max(abs(levels.low), abs(levels.high))
    step = float(np.spacing(largest)) * 2.0**_FLOAT32_BITS
    contrast = levels.high - levels.low
    if step <= contrast * _FINEST:
        return None
    return (
        f"Contrast {contrast:.3g} on an offset of {levels.low:.3g}: float32 results have steps of "
        f"{step:.3g} there and lose detail. Subtract the offset from the image."
    )


def noise(image: np.ndarray) -> float:
    """Return the standard deviation of the white noise of `image` (Y, X), in its units."""
    response = convolve(image, _NOISE_KERNEL, mode="reflect")
    return _TO_SIGMA * float(np.median(np.abs(response)))


def _broken(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the medians around the pixels of `values` (Y, X), and which are hot and dead: bool."""
    around = np.empty_like(values)
    for rows, near in _neighbours(values):
        around[rows] = near[_MEDIAN]
    limit = _BROKEN * _spread(np.abs(values - around))
    hot, dead = np.empty((2, *values.shape), dtype=bool)
    for rows, near in _neighbours(values):  # again: to keep them all takes memory
        hot[rows] = values[rows] > near[_SEVENTH] + limit
        dead[rows] = values[rows] < near[_SECOND] - limit
    return around, hot, dead


def _neighbours(values: np.ndarray) -> Iterator[tuple[slice, list[np.ndarray]]]:
    """Yield some rows of `values` (Y, X), and the eight neighbours of their pixels, sorted.

    Beyond its borders the image is mirrored.
    """
    height, width = values.shape
    for top in range(0, height, _ROWS):
        rows = slice(top, min(top + _ROWS, height))
        with_next = np.arange(top - 1, rows.stop + 1).clip(0, height - 1)
        padded = np.pad(values[with_next], ((0, 0), (1, 1)), mode="edge")
        near = [padded[y : y + rows.stop - top, x : x + width] for y, x in _RING]
        for low, high in _EXCHANGES:
            pair = near[low], near[high]
            near[low], near[high] = np.minimum(*pair), np.maximum(*pair)
        yield rows, near


def _spread(off: np.ndarray) -> float:
    """Return the robust standard deviation of which `off` are the absolute deviations.

    It is their scaled median. The median is 0 if most pixels equal those around, as in electron
    counting. Then it is the root mean square of all but the largest percent. It is at least the
    smallest step, which is one electron.
    """
    if usual := float(np.median(off)):
        return _TO_SIGMA * usual
    kept = off[off <= np.quantile(off, _WHOLE)]
    step = off.min(initial=np.inf, where=off > 0)
    return max(float(np.sqrt(np.mean(kept**2))), float(step))
