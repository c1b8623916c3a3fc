"""How wide must an interval be to hold the truth? Factors from calibration images.

Split conformal calibration: Angelopoulos et al. 2022, arXiv:2202.05265.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from temdenoise.networks.standard import LEVEL

TO_INTERVAL = 1.645  # standard deviations: 90 % of a normal distribution lie within
_LEAST = 1e-6  # of the contrast: an interval without width cannot be scaled
_DIGITS = 4


@dataclass(frozen=True)
class Sample:
    """A calibration image: its noise level and, for some pixels, |error| / half width."""

    noise: float
    errors: np.ndarray


def half_width(result: np.ndarray) -> np.ndarray:
    """Return half of the interval of `result` (3, Y, X): value, lower and upper end."""
    return np.asarray((result[2] - result[1]) / 2)


def noise_level(image: np.ndarray, value: np.ndarray) -> float:
    """Return the share of noise in `image` (Y, X), from 0 to 1, if `value` (Y, X) is its signal.

    It is the standard deviation of their difference over that of the image.
    """
    whole = float(np.std(image))
    return min(float(np.std(image - value)) / whole, 1.0) if whole > 0 else 0.0


def sample(
    image: np.ndarray, truth: np.ndarray, result: np.ndarray, rng: np.random.Generator, count: int
) -> Sample:
    """Return the errors of the network's `result` (3, Y, X) at `count` random pixels."""
    where = rng.integers(0, truth.size, count)
    least = _LEAST * float(np.std(image)) + np.finfo(np.float32).tiny
    errors = np.abs(truth - result[0]) / (half_width(result) + least)
    return Sample(noise_level(image, result[0]), errors.reshape(-1)[where])


def factors(samples: Iterable[Sample], bins: int) -> list[dict[str, float]]:
    """Return the factors of the half width for up to `bins` noise levels, as many images each.

    With them, 90 % of the pixels of a bin are in their interval. Each has a noise and a factor.
    """
    ordered = sorted(samples, key=lambda one: one.noise)
    groups = np.array_split(np.arange(len(ordered)), min(bins, len(ordered)))
    return [_factor([ordered[number] for number in group]) for group in groups]


def factor_at(table: Sequence[Mapping[str, float]], noise: float) -> float:
    """Return the factor of the half width at a `noise` level, interpolated in the `table`."""
    levels, values = ([row[key] for row in table] for key in ("noise", "factor"))
    return float(np.interp(noise, levels, values))


def deviation(result: np.ndarray, noise: float, table: Sequence[Mapping[str, float]]) -> np.ndarray:
    """Return the standard deviation of the network's `result` (3, Y, X), (Y, X).

    It is the half width of the calibrated 90 % interval over that of a normal distribution.
    """
    return np.asarray(half_width(result) * (factor_at(table, noise) / TO_INTERVAL))


def coverage(truth: np.ndarray, value: np.ndarray, half: np.ndarray) -> float:
    """Return the share of the pixels of `truth` (Y, X) within `half` (Y, X) of `value` (Y, X)."""
    return float(np.mean(np.abs(truth - value) <= half))


def _factor(group: Sequence[Sample]) -> dict[str, float]:
    noise = float(np.median([one.noise for one in group]))
    errors = np.concatenate([one.errors for one in group])
    return {
        "noise": round(noise, _DIGITS),
        "factor": round(float(np.quantile(errors, LEVEL, method="higher")), _DIGITS),
    }
