"""How sure is a result? Its mean and spread over the eight orientations of an image."""

from collections.abc import Callable

import numpy as np

from temdenoise.micrographs import lattice

COUNT = 8


def over_all(
    denoise: Callable[[np.ndarray], np.ndarray], image: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return `image` (Y, X) denoised upright, and mean and standard deviation over eight.

    The eight orientations are four rotations, each also mirrored. Each result is turned back. Mean
    and deviation are updated with each result, so that memory holds only one (Welford 1962,
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
    """Return `image` (Y, X) in one of its eight orientations, `number` 0 to 7; 0 is its own."""
    mirrored = image[:, ::-1] if number >= 4 else image
    return np.rot90(mirrored, number % 4)


def turned_back(image: np.ndarray, number: int) -> np.ndarray:
    """Undo `turned`."""
    upright = np.rot90(image, -(number % 4))
    return upright[:, ::-1] if number >= 4 else upright
