"""What varies slowly over an image? Smooth random fields, patches of area, textures."""

from typing import Any

import numpy as np
from scipy.interpolate import RectBivariateSpline


def log_uniform(rng: np.random.Generator, low: float, high: float, count: int | None = None) -> Any:
    """Return a number from `low` to `high`, or `count` of them, uniform in the logarithm."""
    return np.exp(rng.uniform(float(np.log(low)), float(np.log(high)), count))


def smooth(size: int, wavelength: float, rng: np.random.Generator) -> np.ndarray:
    """Return a random field (size, size) of mean 0 and deviation about 1 over `wavelength` [px].

    A coarse grid of normal numbers, one for each half wavelength, is interpolated by splines.
    """
    step = max(wavelength / 2, 1.0)
    knots = np.arange(int(size / step) + 5) * step
    coarse = RectBivariateSpline(knots, knots, rng.standard_normal((len(knots),) * 2))
    y, x = (np.arange(size) + step * rng.uniform(1, 2) for _ in range(2))
    return np.asarray(coarse(y, x))


def area(size: int, rng: np.random.Generator) -> np.ndarray:
    """Return a random part of an image as (size, size) bool: beside a rough edge, or blots."""
    if rng.random() < 0.5:
        return half_plane(size, rng) + 0.06 * size * smooth(size, size / 3, rng) < 0
    field = smooth(size, size * rng.uniform(0.4, 1.2), rng)
    return field < np.quantile(field, rng.uniform(0.05, 0.7))


def half_plane(size: int, rng: np.random.Generator) -> np.ndarray:
    """Return the distance [px] from a random line through the middle half, (size, size)."""
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.25, 0.25) * size
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    return np.sin(angle) * y + np.cos(angle) * x - offset


def texture(size: int, rng: np.random.Generator) -> np.ndarray:
    """Return a positive texture (size, size) of mean 1: the sum of blots of several sizes."""
    waves = log_uniform(rng, 5, size / 2, int(rng.integers(2, 4)))
    total = sum(smooth(size, wave, rng) * np.sqrt(wave) for wave in waves)
    contrast = rng.uniform(0.1, 0.5)
    return np.clip(1 + contrast * total / np.std(total), 0, None)
