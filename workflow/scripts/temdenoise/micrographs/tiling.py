"""Overlapping tiles: an image of any size through a network, in constant memory, without seams."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

Predict = Callable[[np.ndarray], np.ndarray]


def denoise(
    predict: Predict,
    image: np.ndarray,
    *,
    tile: int,
    overlap: int,
    batch: int,
    progress: Callable[[float], None] = lambda _: None,
) -> np.ndarray:
    """Return `image` (Y, X) tile by tile through `predict`, (B, tile, tile) to the same, float32.

    Neighbouring tiles share `overlap` pixels, even and at most half of a `tile`, in which one fades
    into the other as a Hann window does; seams, if any, are at multiples of tile - overlap. Beyond
    its borders the image is reflected, so that no weight vanishes in it. An overlap of 0 lays the
    tiles side by side, as the paper does. At most `batch` tiles are predicted at once; `progress`
    is told the fraction that is done.
    """
    step, margin = tile - overlap, overlap // 2
    counts = [-(-edge // step) for edge in image.shape]
    pads = [(margin, n * step + margin - e) for n, e in zip(counts, image.shape, strict=True)]
    padded = np.pad(np.asarray(image, dtype=np.float32), pads, mode="reflect")
    window = _window(tile, overlap)
    weight = [_sum_of_windows(window, n, step) for n in counts]
    result = np.empty((counts[0] * step + overlap, image.shape[1]), dtype=np.float32)
    carried = np.zeros((overlap, padded.shape[1]))
    for row in range(counts[0]):
        top = row * step
        band = np.zeros((tile, padded.shape[1]))
        band[:overlap] = carried
        for columns in _batches(counts[1], batch):
            lefts = [column * step for column in columns]
            cut = np.stack([padded[top : top + tile, x : x + tile] for x in lefts])
            for x, predicted in zip(lefts, predict(cut), strict=True):
                band[:, x : x + tile] += np.outer(window, window) * predicted
        carried = band[step:]
        whole = band / np.outer(weight[0][top : top + tile], weight[1])
        result[top : top + tile] = whole[:, margin : margin + image.shape[1]]
        progress((row + 1) / counts[0])
    return result[margin : margin + image.shape[0]]


def _window(tile: int, overlap: int) -> np.ndarray:
    """Return weights (tile,) that rise and fall as sin² within `overlap`, and are 1 between.

    Sampled between the pixels, so that none is 0.
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
