"""How sure is a result? Its mean and spread over four orientations of an image."""

from collections.abc import Callable

import numpy as np

from temdenoise.micrographs import lattice

COUNT = 4
_STEPS = tuple(np.s_[::y, ::x] for y in (1, -1) for x in (1, -1))


def over_all(
    denoise: Callable[[np.ndarray], np.ndarray], image: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `image` (Y, X) denoised upright, and mean and standard deviation over four.

    The four are the image, turned by 180°, and both mirrored: a honeycomb keeps its orientation,
    the only one that the models know. Each result is turned back. Mean and deviation are updated
    with each result, so that memory holds only one (Welford 1962,
    doi:10.1080/00401706.1962.10490022).
    """
    mean = np.zeros(image.shape, dtype=np.result_type(image, np.float32))
    upright = mean
    squares = np.zeros_like(mean)
    for number in range(COUNT):
        found = turned_back(denoise(turned(image, number)), number)
        upright = found if number == 0 else upright
        for rows in lattice.bands(len(image)):
            change = found[rows] - mean[rows]
            mean[rows] += change / (number + 1)
            squares[rows] += change * (found[rows] - mean[rows])
    squares /= COUNT
    return upright, mean, np.sqrt(squares, out=squares)


def turned(image: np.ndarray, number: int) -> np.ndarray:
    """Return `image` (Y, X) in one of its four orientations, `number` 0 to 3; 0 is its own."""
    return image[_STEPS[number]]


def turned_back(image: np.ndarray, number: int) -> np.ndarray:
    """Undo `turned`: each undoes itself."""
    return image[_STEPS[number]]
