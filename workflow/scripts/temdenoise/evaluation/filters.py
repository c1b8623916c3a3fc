"""Which filters are the networks compared with? Their one parameter suits training images best.

Images are float arrays (Y, X), grey values in [0, 1]; each filter keeps the shape.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import ndimage
from skimage import restoration

from temdenoise.evaluation import tk_r_em

COLUMNS = ["filter", "parameter", "value", "ms_ssim", "chosen"]

Value = float | str
Sample = list[tuple[np.ndarray, np.ndarray]]

_LEAST_SIGMA = 1e-3  # grey value: an image without noise must not be divided by its noise
_WAVELET = {"wavelet": "sym8", "method": "BayesShrink", "mode": "soft", "rescale_sigma": True}
_SPINS = 3  # pixels: shifts of 0 to 3 along each axis


@dataclass(frozen=True)
class Filter:
    """A filter (image, value of its parameter) → image, and the values to choose from."""

    apply: Callable[[np.ndarray, Value], np.ndarray]
    parameter: str
    values: tuple[Value, ...]


def gaussian(image: np.ndarray, sigma: Value) -> np.ndarray:
    """Convolve with a Gaussian of standard deviation `sigma` [pixels]."""
    return np.asarray(ndimage.gaussian_filter(image, sigma))


def median(image: np.ndarray, size: Value) -> np.ndarray:
    """Take the median of the square of `size` [pixels] around each pixel."""
    return np.asarray(ndimage.median_filter(image, size=size))


def nl_means(image: np.ndarray, strength: Value) -> np.ndarray:
    """Average pixels whose 5 × 5 neighbourhoods are alike, up to 6 pixels away.

    The decay of the weights is h = `strength` × the image's noise, estimated from its wavelets.
    Buades, Coll, Morel 2005, doi:10.1109/CVPR.2005.38.
    """
    h = float(strength) * _noise_sigma(image)
    return np.asarray(
        restoration.denoise_nl_means(image, patch_size=5, patch_distance=6, h=h, fast_mode=True)
    )


def total_variation(image: np.ndarray, weight: Value) -> np.ndarray:
    """Minimise `weight` × total variation + squared difference from the image.

    Chambolle 2004, doi:10.1023/B:JMIV.0000011325.36760.1e.
    """
    return np.asarray(restoration.denoise_tv_chambolle(image, weight=weight))


def wavelet(image: np.ndarray, strength: Value) -> np.ndarray:
    """Shrink the sym8 wavelet coefficients (BayesShrink), the mean over 16 shifts of the image.

    The noise taken off is `strength` × the image's, estimated from its wavelets. Chang, Yu,
    Vetterli 2000, doi:10.1109/83.862633; Coifman, Donoho 1995, doi:10.1007/978-1-4612-2544-7_9.
    """
    settings = {"sigma": float(strength) * _noise_sigma(image), **_WAVELET}
    return np.asarray(
        restoration.cycle_spin(
            image, restoration.denoise_wavelet, _SPINS, func_kw=settings, workers=1
        )
    )


FILTERS = {
    "gaussian": Filter(gaussian, "sigma [pixels]", (0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0)),
    "median-5": Filter(median, "size [pixels]", (5,)),
    "median-7": Filter(median, "size [pixels]", (7,)),
    "nl-means": Filter(nl_means, "h / sigma", (0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5)),
    "tv": Filter(total_variation, "weight", (0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)),
    "wavelet": Filter(wavelet, "sigma / estimated sigma", (0.5, 0.75, 1.0, 1.5, 2.0, 3.0)),
    "tk-r-em": Filter(tk_r_em.denoise, "network", tk_r_em.NETWORKS),
}


def sample(noisy: np.ndarray, clean: np.ndarray, rows: pd.DataFrame) -> Sample:
    """Return (noisy, clean) images (Y, X): one of each C_noise, another clean image each time.

    `rows` is the table of the stack `noisy` (N, Y, X): clean_index, row of the stack `clean`
    (M, Y, X), and c_noise.
    """
    groups = [group for _, group in rows.groupby("c_noise")["clean_index"]]
    ends = np.linspace(0, 1, len(groups))
    picked = [
        group.iloc[[round(end * (len(group) - 1))]] for end, group in zip(ends, groups, strict=True)
    ]
    return [(noisy[number], clean[index]) for number, index in pd.concat(picked).items()]


def trials(
    name: str, tried: Filter, images: Sample, score: Callable[[np.ndarray, np.ndarray], float]
) -> pd.DataFrame:
    """Return the mean score of each value of the filter's parameter; columns: COLUMNS.

    `score` takes the filtered and the clean image. The value of the highest mean is `chosen`, the
    first of equals.
    """
    means = [
        float(np.mean([score(tried.apply(noisy, value), clean) for noisy, clean in images]))
        for value in tried.values
    ]
    best = int(np.argmax(means))
    rows = [
        (name, tried.parameter, value, mean, number == best)
        for number, (value, mean) in enumerate(zip(tried.values, means, strict=True))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def chosen(table: pd.DataFrame) -> Value:
    """Return the value that the `trials` of one filter chose."""
    value: Value = table.loc[table["chosen"], "value"].iloc[0]
    return value


def _noise_sigma(image: np.ndarray) -> float:
    """Return the standard deviation of the noise in `image`, estimated from its wavelets."""
    if np.ptp(image) == 0:  # scikit-image's estimate would be NaN
        return _LEAST_SIGMA
    return max(float(restoration.estimate_sigma(image)), _LEAST_SIGMA)
