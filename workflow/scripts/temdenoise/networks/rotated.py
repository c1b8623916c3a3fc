"""How do models do when the lattice is turned? The paper's noises on the turned test image."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.ndimage import map_coordinates

from temdenoise import seeds
from temdenoise.evaluation.scores import similarity
from temdenoise.images import noise

ANGLES = (0, 15, 30)  # degrees; 60 is 0 again
COLUMNS = ["noise", "c_noise", "angle", "method", "ms_ssim"]
NOISY = "noisy input"

Denoise = Callable[[np.ndarray], np.ndarray]

_SPLINE = 3


def turned(image: np.ndarray, angle: float) -> np.ndarray:
    """Return a periodic `image` (Y, X) turned by `angle` [°] about its middle, from 0 to 1."""
    if angle == 0:
        return image
    y, x = np.indices(image.shape) - (np.array(image.shape) - 1)[:, None, None] / 2
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    middle = (np.array(image.shape) - 1) / 2
    places = [cosine * y - sine * x + middle[0], sine * y + cosine * x + middle[1]]
    found = map_coordinates(image.astype(float), places, order=_SPLINE, mode="grid-wrap")
    return np.asarray((found - found.min()) / np.ptp(found))


def rows(
    clean: np.ndarray,
    noises: Mapping[str, str],
    factors: Sequence[float],
    denoisers: Mapping[str, Denoise],
    settings: noise.Settings,
    seed: int,
) -> Iterator[dict[str, Any]]:
    """Yield the MS-SSIM of every denoiser on every noise, C_noise and angle; see COLUMNS.

    `clean` (Y, X) is the test image; `noises` maps the name of each paper's model to its noise. Of
    the `denoisers`, those with such a name are scored on its noise only. The noise BBG is scored
    against the clean image, and as "BBG, background kept" against the image with background.
    """
    for angle in ANGLES:
        truth = turned(clean, angle)
        for kind in dict.fromkeys(noises.values()):
            for factor in factors:
                noisy, kept = _recorded(truth, kind, factor, settings, (seed, angle))
                tried = {NOISY: noisy} | {
                    name: one(noisy)
                    for name, one in denoisers.items()
                    if noises.get(name, kind) == kind
                }
                for label, target in _targets(kind, truth, kept).items():
                    for method, image in tried.items():
                        score = similarity(image, target)
                        yield dict(zip(COLUMNS, (label, factor, angle, method, score), strict=True))


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Return MS-SSIM by noise, angle and method (rows) and C_noise (columns), three digits."""
    wide = table.pivot_table(
        index=["noise", "angle", "method"], columns="c_noise", values="ms_ssim", sort=False
    )
    wide.columns = [f"{factor:g}" for factor in wide.columns]
    return wide.map("{:.3f}".format).reset_index()


def _recorded(
    truth: np.ndarray, kind: str, factor: float, settings: noise.Settings, name: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return `truth` with the noise `kind`, and with its background alone."""
    seed, angle = name
    first, again = (seeds.generator(seed, "turned", angle, kind, factor) for _ in range(2))
    noisy = noise.NOISES[kind](truth, factor, first, settings)
    kept = noise.NOISES["BB"](truth, factor, again, settings) if kind == "BBG" else truth
    return noisy.astype(np.float32), kept


def _targets(kind: str, truth: np.ndarray, kept: np.ndarray) -> dict[str, np.ndarray]:
    return {kind: truth, **({f"{kind}, background kept": kept} if kind == "BBG" else {})}
