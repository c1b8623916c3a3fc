"""Which rows of a scan are broken? Those that stand out from both of their neighbours."""

import numpy as np
from scipy.ndimage import maximum_filter1d

_BROKEN = 10.0  # robust standard deviations of a row's step
_ALONE = 2.0  # times the steps of all but the largest rows: a lattice has many alike
_MOST = 0.02  # of the rows
_FEWEST = 64  # rows: in fewer, none is known to be broken
_TO_SIGMA = 1.4826  # of the median absolute deviation


def mend(image: np.ndarray) -> tuple[np.ndarray, int]:
    """Return `image` (Y, X) with the mean of their neighbours for broken rows, and their number.

    The step of a row is the median, over its pixels, of what lies beyond both neighbours. It is 0
    at an edge and small on atoms, which are wider than a row. Of more than 2 % of the rows, none is
    broken: they are noise or content.
    """
    values = np.asarray(image)
    if len(values) < _FEWEST:
        return values, 0
    middle, near = values[1:-1].astype(np.float64), np.stack((values[:-2], values[2:]))
    above = np.median(middle - near.max(axis=0), axis=1)
    below = np.median(near.min(axis=0) - middle, axis=1)
    step = np.maximum(above, below)
    # The neighbours of a broken row have but one whole neighbour, and stand out from that.
    first = step == maximum_filter1d(step, 3)
    broken = np.flatnonzero(first & (_stand_out(above) | _stand_out(below)))
    if not len(broken) or len(broken) > _MOST * len(values):
        return values, 0
    mended = values.astype(np.float64)
    mended[broken + 1] = near[:, broken].astype(np.float64).mean(axis=0)
    return mended, len(broken)


def _stand_out(steps: np.ndarray) -> np.ndarray:
    """Return which of the `steps` of rows are far beyond all usual ones: bool."""
    middle = np.median(steps)
    spread = _TO_SIGMA * np.median(np.abs(steps - middle))
    usual = np.quantile(steps - middle, 1 - _MOST)
    return np.asarray(steps > middle + max(_BROKEN * spread, _ALONE * usual, 0)) & (steps > 0)
