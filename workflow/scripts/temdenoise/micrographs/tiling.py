"""How does a large image go through a network? In overlapping tiles, in constant memory."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

Predict = Callable[[np.ndarray], np.ndarray]

_LARGEST = 1088  # pixels of a tile: its feature maps take 0.6 GB
_MULTIPLE = 16  # of what networks halve
_LINES = 64  # at once: a call for each takes longer than its work
_ALONG = 3.0  # pixels: the jump across a border is smoothed along it, so that noise cancels


def denoise(
    predict: Predict,
    image: np.ndarray,
    *,
    tile: int,
    overlap: int,
    batch: int,
    margin: int | None = None,
    depth: tuple[int, ...] = (),
) -> np.ndarray:
    """Return `image` (Y, X) tile by tile through `predict`, (B, tile, tile) to the same, float32.

    With a `depth`, `predict` gives (B, tile, tile, *depth) and the result is (Y, X, *depth).

    - Neighbouring tiles share `overlap` pixels, an even number and at most half of a `tile`.
    - There one tile fades into the other as a Hann window does.
    - An overlap of 0 lays the tiles side by side, as the paper does.
    - Beyond its borders the image is reflected, by a `margin` of half the overlap if none is given.
    - Seams, if any, are at multiples of tile - overlap, plus half the overlap minus the margin.
    - At most `batch` tiles are predicted at once.
    - Memory holds the result and one row of tiles.
    """
    step, margin = tile - overlap, overlap // 2 if margin is None else margin
    counts = [max(1, -(-(edge + 2 * margin - overlap) // step)) for edge in image.shape]
    rows, columns = (
        _reflected(edge, margin, n * step + overlap)
        for edge, n in zip(image.shape, counts, strict=True)
    )
    window = _window(tile, overlap)
    weight = [_sum_of_windows(window, n, step) for n in counts]
    fading = np.outer(window, window).reshape(tile, tile, *np.ones_like(depth))
    result = np.empty((*image.shape, *depth), dtype=np.float32)
    carried = np.zeros((overlap, len(columns), *depth))
    for top in range(0, counts[0] * step, step):
        band = np.zeros((tile, len(columns), *depth))
        band[:overlap] = carried
        padded = image[rows[top : top + tile, None], columns].astype(np.float32)
        for batch_of in _batches(counts[1], batch):
            lefts = [column * step for column in batch_of]
            cut = np.stack([padded[:, x : x + tile] for x in lefts])
            for x, predicted in zip(lefts, predict(cut), strict=True):
                band[:, x : x + tile] += fading * predicted
        carried = band[step:]
        weights = np.outer(weight[0][top : top + tile], weight[1])
        whole = band / weights.reshape(*weights.shape, *np.ones_like(depth))
        _write(result, whole[:, margin:], top - margin)
    return result


def fitting(edge: int, overlap: int) -> tuple[int, int]:
    """Return tile and overlap [pixels] of as few tiles without margin as cover an `edge`.

    The tile is a multiple of 16 and at most 1088, or 16 more than the `overlap`. One tile needs no
    overlap.
    """
    if edge <= _LARGEST:
        return -(-edge // _MULTIPLE) * _MULTIPLE, 0
    count = -(-(edge - overlap) // max(_LARGEST - overlap, _MULTIPLE))
    tile = -(-(edge - overlap) // count) + overlap
    return -(-tile // _MULTIPLE) * _MULTIPLE, overlap


def border_step(result: np.ndarray, original: np.ndarray, step: int, shift: int = 0) -> float:
    """Return how much `result` (Y, X) jumps at multiples of `step`; 1 is no more than elsewhere.

    They count from `shift` pixels; see `denoise`.
    A jump is the mean absolute difference of neighbouring pixels, along both axes. The ratio of
    jumps there and elsewhere is divided by that of `original`: a lattice in phase with the borders
    cancels. An image of one tile gives NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = [_step_ratio(image, step, shift) for image in (result, original)]
        return float(np.divide(ratios[0], ratios[1]))


def _step_ratio(image: np.ndarray, step: int, shift: int) -> np.float64:
    at_seam, elsewhere = np.zeros(2), np.zeros(2)  # sum and number
    for lines in (image, image.T):
        seams = range(step + shift, len(lines) - shift, step)
        for number, jump in enumerate(_jumps(lines), start=1):
            which = at_seam if number in seams else elsewhere
            which += jump.sum(dtype=float), jump.size
    return np.divide(*at_seam) / np.divide(*elsewhere)


def _jumps(lines: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the smoothed absolute differences (X,) of neighbouring `lines` (Y, X)."""
    for first in range(0, len(lines) - 1, _LINES):
        steps = np.diff(lines[first : first + _LINES + 1], axis=0)
        yield from np.abs(gaussian_filter1d(steps, _ALONG, axis=1, mode="nearest"))


def _reflected(edge: int, before: int, length: int) -> np.ndarray:
    """Return the indices of `length` pixels of a reflected `edge`, from `before` its first on."""
    places = np.abs(np.arange(length) - before) % max(1, 2 * (edge - 1))
    return np.minimum(places, 2 * (edge - 1) - places)


def _write(result: np.ndarray, band: np.ndarray, top: int) -> None:
    """Write `band`, whose first row belongs at `top`, to `result`; leave out what lies beyond."""
    first, stop = max(0, top), min(len(result), top + len(band))
    result[first:stop] = band[first - top : stop - top, : result.shape[1]]


def _window(tile: int, overlap: int) -> np.ndarray:
    """Return weights (tile,) that rise and fall as sin² within `overlap`, and are 1 between.

    They are sampled half a pixel off, so that none is 0.
    """
    window = np.ones(tile)
    window[:overlap] = np.sin(np.pi * (np.arange(overlap) + 0.5) / max(1, 2 * overlap)) ** 2
    return np.minimum(window, window[::-1])


def _sum_of_windows(window: np.ndarray, count: int, step: int) -> np.ndarray:
    total = np.zeros((count - 1) * step + len(window))
    for start in range(0, count * step, step):
        total[start : start + len(window)] += window
    return total


def _batches(count: int, most: int) -> Iterator[range]:
    for start, stop in pairwise([*range(0, count, most), count]):
        yield range(start, stop)
