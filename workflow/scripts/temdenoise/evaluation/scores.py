"""How does a denoiser do on a test noise? One row of scores an image."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from temdenoise.evaluation.metrics import ms_ssim, psnr, seam_ratio

DATA_RANGE = 1.0
COLUMNS = [
    *("model", "test_noise", "c_noise", "region", "image"),
    *("ms_ssim", "psnr", "seam_ratio", "ms_ssim_noisy", "psnr_noisy"),
]


def predictions(
    noisy: np.ndarray, denoise: Callable[[np.ndarray], np.ndarray]
) -> Iterator[np.ndarray]:
    """Yield each image of the stack `noisy` (N, Y, X) denoised, one at a time."""
    for image in noisy:
        yield denoise(image)


def similarity(image: np.ndarray, truth: np.ndarray) -> float:
    """Return the MS-SSIM of two images (Y, X) of this workflow."""
    return ms_ssim(image, truth, data_range=DATA_RANGE)


def score(
    prediction: np.ndarray, noisy: np.ndarray, truth: np.ndarray, patch_size: int
) -> dict[str, float]:
    """Return the scores of one image (Y, X), those of its noisy input beside them."""
    return {
        "ms_ssim": similarity(prediction, truth),
        "psnr": psnr(prediction, truth, data_range=DATA_RANGE),
        "seam_ratio": seam_ratio(prediction, truth, patch_size=patch_size),
        "ms_ssim_noisy": similarity(noisy, truth),
        "psnr_noisy": psnr(noisy, truth, data_range=DATA_RANGE),
    }


def scores(
    model: str,
    noise: str,
    predicted: Iterable[np.ndarray],
    noisy: np.ndarray,
    clean: np.ndarray,
    rows: pd.DataFrame,
    images: pd.DataFrame,
    regions: dict[float, str],
    patch_size: int,
) -> pd.DataFrame:
    """Score the N `predicted` images (Y, X) of a model on a test noise; columns: COLUMNS.

    `model` is the name of a network or of a baseline. `rows` is the noisy stack's table, `images`
    the clean stack's; `regions` maps C_noise to interpolation or extrapolation.
    """
    table: list[dict[str, Any]] = []
    pairs = zip(predicted, noisy, rows.itertuples(index=False), strict=True)
    for prediction, corrupted, (index, factor) in pairs:
        head = (model, noise, factor, regions[factor], images.loc[index, "image"])
        values = score(prediction, corrupted, clean[index], patch_size)
        table.append(dict(zip(COLUMNS, head, strict=False)) | values)
    return pd.DataFrame(table, columns=COLUMNS)
