"""What does an image look like at a level of noise? In units of an atom's height."""

from collections.abc import Callable

import numpy as np

from temdenoise.images import noise
from temdenoise.scenes.instrument import correlated
from temdenoise.scenes.levels import CORRELATED, COUNTS, GAUSSIAN, PAPER, Level

_DARK = 0.1  # atoms' heights: what the detector counts without a sample
_CORRELATION = 1.0  # pixels
_LEAST = 1e-6

Pair = tuple[np.ndarray, np.ndarray]


def record(clean: np.ndarray, level: Level, rng: np.random.Generator) -> Pair:
    """Return `clean` (Y, X) recorded at `level`, and the truth.

    In `clean` an atom is about 1 high and vacuum is 0. For the paper's noises, record and truth
    are grey values from 0 to 1, and the truth keeps the background of BB.
    """
    if level.kind not in PAPER:
        return _RECORDS[level.kind](clean, level.amount, rng), clean
    truth, options = clean / max(float(clean.max()), _LEAST), noise.Settings()
    if level.kind == "BBG":
        truth = noise.background(truth, level.amount, rng, options)
    kind = "G" if level.kind == "BBG" else level.kind
    return noise.NOISES[kind](truth, level.amount, rng, options), truth


def _gaussian(clean: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(clean + sigma * rng.standard_normal(clean.shape))


def _counts(clean: np.ndarray, dose: float, rng: np.random.Generator) -> np.ndarray:
    """Return Poisson counts in the units of `clean`; their mean is `dose`."""
    bright = np.clip(clean + _DARK, 0, None)
    gain = dose / max(float(bright.mean()), _LEAST)
    return np.asarray(rng.poisson(bright * gain) / gain - _DARK)


def _correlated(clean: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    return clean + sigma * correlated(rng.standard_normal(clean.shape), _CORRELATION)


_RECORDS: dict[str, Callable[[np.ndarray, float, np.random.Generator], np.ndarray]] = {
    GAUSSIAN: _gaussian,
    COUNTS: _counts,
    CORRELATED: _correlated,
}
