"""What does the instrument do to an image? The four noise types (sections II.E, F; Eq. 3-5).

Images are arrays (Y, X) in [0, 1]; `factor` is the noise factor C_noise.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from temdenoise import seeds

_DARK = (0.4, 0.6)  # Eq. 4: range of u_b in units of w1
_BRIGHT = (0.8, 1.2)
_BETWEEN = (0.6, 0.9)


@dataclass(frozen=True)
class Settings:
    """Settings of the noise types beside the noise factor; defaults are the paper's."""

    patch_size: int = 64
    salt_pepper_ratio: float = 1.0
    w1: float = 0.2
    w2: float = 0.02
    dark_fraction: float = 0.15
    bright_fraction: float = 0.15
    smoothness: float = 1.0


Noise = Callable[[np.ndarray, float, np.random.Generator, Settings], np.ndarray]


def gaussian(image: np.ndarray, factor: float, rng: np.random.Generator, _: Settings) -> np.ndarray:
    """G: add normal noise of standard deviation `factor`, truncate to [0, 1] (Eq. 3)."""
    return np.clip(image + factor * rng.standard_normal(image.shape), 0, 1)  # Eq. 3


def salt_and_pepper(
    image: np.ndarray, factor: float, rng: np.random.Generator, settings: Settings
) -> np.ndarray:
    """SP: with probability p, dark pixels (< 0.5) become 1 and the others 0."""
    altered = rng.random(image.shape) < settings.salt_pepper_ratio * factor
    return np.where(altered, image < 0.5, image)


def gaussian_salt_and_pepper(
    image: np.ndarray, factor: float, rng: np.random.Generator, settings: Settings
) -> np.ndarray:
    """G&SP: Gaussian, then salt-and-pepper noise of the same `factor`."""
    return salt_and_pepper(gaussian(image, factor, rng, settings), factor, rng, settings)


def background(
    image: np.ndarray, _: float, rng: np.random.Generator, settings: Settings
) -> np.ndarray:
    """BB: give each patch a background brightness of its own (Eq. 4, 5)."""
    rows, columns = (edge // settings.patch_size for edge in image.shape)
    u_a = rng.random((rows, columns))
    u_b = rng.uniform(*_benchmark_range(u_a, settings))
    value = np.clip(rng.normal(u_b, settings.w2), 0, 0.99)
    slope = settings.smoothness * np.select(
        [_is_dark(u_a, settings), _is_bright(u_a, settings)], [1, -1]
    )
    return _brighten(image, *(_per_pixel(field, settings) for field in (value, slope)))


def background_gaussian(
    image: np.ndarray, factor: float, rng: np.random.Generator, settings: Settings
) -> np.ndarray:
    """BB+G: background brightness, then Gaussian noise."""
    return gaussian(background(image, factor, rng, settings), factor, rng, settings)


NOISES: dict[str, Noise] = {
    "G": gaussian,
    "SP": salt_and_pepper,
    "GSP": gaussian_salt_and_pepper,
    "BB": background,
    "BBG": background_gaussian,
}


def plan(images: pd.DataFrame, factors: list[float]) -> pd.DataFrame:
    """Return the table of a noisy stack: one row an image, every clean image at every factor.

    Columns: clean_index (row of the clean stack), c_noise.
    """
    rows = [(index, factor) for factor in factors for index in range(len(images))]
    return pd.DataFrame(rows, columns=["clean_index", "c_noise"])


def corrupted(
    clean: np.ndarray,
    images: pd.DataFrame,
    table: pd.DataFrame,
    noise: str,
    seed: int,
    settings: Settings,
) -> Iterator[np.ndarray]:
    """Yield the noisy images of `table`, float32 (Y, X) in [0, 1], one at a time.

    `clean` is the (N, Y, X) stack that the table `images` describes. The random numbers depend
    only on the image's name, shift and factor. All noise types of a row share them: BB is BBG
    without its Gaussian part.
    """
    for index, factor in table.itertuples(index=False):
        name, shift = images.loc[index, ["image", "shift"]]
        rng = seeds.generator(seed, "noise", name, shift, factor)
        yield NOISES[noise](clean[index], factor, rng, settings).astype(np.float32)


def _is_dark(u_a: np.ndarray, settings: Settings) -> np.ndarray:
    return u_a < settings.dark_fraction


def _is_bright(u_a: np.ndarray, settings: Settings) -> np.ndarray:
    return u_a >= 1 - settings.bright_fraction


def _benchmark_range(u_a: np.ndarray, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    kinds = [_is_dark(u_a, settings), _is_bright(u_a, settings)]
    low, high = (  # Eq. 4
        np.select(kinds, [_DARK[end], _BRIGHT[end]], default=_BETWEEN[end]) for end in (0, 1)
    )
    return low * settings.w1, high * settings.w1


def _per_pixel(field: np.ndarray, settings: Settings) -> np.ndarray:
    return np.kron(field, np.ones((settings.patch_size, settings.patch_size)))


def _brighten(image: np.ndarray, value: np.ndarray, slope: np.ndarray) -> np.ndarray:
    coefficient = slope * (image - value) / (1 - value)  # C_BB
    spots = image - coefficient * value
    return np.clip(np.where(image <= value, value, spots), 0, 1)  # Eq. 5
