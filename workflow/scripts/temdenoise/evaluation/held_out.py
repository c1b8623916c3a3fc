"""How much of an image's signal does a denoiser find? Told by pixels that it has not seen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, shift, spline_filter

Denoise = Callable[[np.ndarray], np.ndarray]

_OFFSETS = ((0, 1), (1, 0), (1, 1))  # of the other quarters, in rows and columns
_SPLINE = 3
_EDGE = 2  # pixels of a quarter that are left out: they have no neighbours to shift from
_WIDTHS = (0.3, 0.5, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0, 2.5, 3.0, 4.0)


@dataclass(frozen=True)
class Score:
    """Signal explained: 1 is all of it, 0 a flat image, below 0 worse than that.

    `explained` is that of the result as it is, `fitted` that after the best gain and offset.
    """

    explained: float
    fitted: float


def score(image: np.ndarray, denoise: Denoise) -> Score:
    """Return the signal of `image` (Y, X) that `denoise` explains.

    It sees every second row and column. Its result is shifted by half a pixel of that quarter and
    compared with the three other quarters, whose noise is independent. Signal explained is
    (variance of the others − mean square error) / variance that the quarters share.

    The measure wants noise that differs from pixel to pixel, and at least four pixels per bond.
    """
    quarters = _quarters(image)
    return _score(quarters, _shared(quarters), denoise)


def best_blur(image: np.ndarray) -> tuple[float, Score]:
    """Return the width [pixels] of the Gaussian that explains most of `image`, and its score.

    The width is chosen by the score itself, which favours the blur.
    """

    def blurred(width: float) -> Denoise:
        return lambda quarter: np.asarray(gaussian_filter(quarter, width))

    quarters = _quarters(image)
    shared = _shared(quarters)
    scores = {width: _score(quarters, shared, blurred(width)) for width in _WIDTHS}
    best = max(scores, key=lambda width: scores[width].explained)
    return 2 * best, scores[best]


def shared(image: np.ndarray) -> float:
    """Return the variance that the quarters of `image` (Y, X) share: that of its signal."""
    return _shared(_quarters(image))


def _score(quarters: dict[tuple[int, int], np.ndarray], shared: float, denoise: Denoise) -> Score:
    pairs = _pairs(denoise(quarters[0, 0]), quarters)
    found = [other.var() - np.mean((other - one) ** 2) for one, other in pairs]
    fitted = [_covariance(one, other) ** 2 / one.var() for one, other in pairs]
    return Score(float(np.mean(found)) / shared, float(np.mean(fitted)) / shared)


def _quarters(image: np.ndarray) -> dict[tuple[int, int], np.ndarray]:
    """Return the four interleaved quarters of `image`, of one shape, by row and column offset."""
    rows, columns = (edge // 2 for edge in image.shape)
    even = np.asarray(image[: 2 * rows, : 2 * columns], dtype=np.float64)
    return {(y, x): even[y::2, x::2] for y in (0, 1) for x in (0, 1)}


def _pairs(
    result: np.ndarray, quarters: dict[tuple[int, int], np.ndarray]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return `result`, shifted to the place of each other quarter, and that; without edges."""
    spline = spline_filter(result.astype(np.float64), order=_SPLINE, mode="mirror")
    return [(_shifted(spline, offset)[_inner()], quarters[offset][_inner()]) for offset in _OFFSETS]


def _shifted(spline: np.ndarray, offset: tuple[int, int]) -> np.ndarray:
    """Return the image of a `spline` at the places of the quarter with `offset`."""
    by = [-one / 2 for one in offset]
    return np.asarray(shift(spline, by, order=_SPLINE, mode="mirror", prefilter=False))


def _inner() -> tuple[slice, slice]:
    return slice(_EDGE, -_EDGE), slice(_EDGE, -_EDGE)


def _shared(quarters: dict[tuple[int, int], np.ndarray]) -> float:
    """Return the variance that the quarters share: their covariance, at the same places.

    The noise of two quarters is independent, so only signal is left.
    """
    pairs = _pairs(quarters[0, 0], quarters)
    return max(float(np.mean([_covariance(one, other) for one, other in pairs])), 1e-30)


def _covariance(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.mean((first - first.mean()) * (second - second.mean())))
