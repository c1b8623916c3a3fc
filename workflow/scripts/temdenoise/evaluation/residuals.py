"""Did a denoiser take atoms away? The lattice that is left in what it removed."""

import numpy as np
from scipy.ndimage import maximum_filter, median_filter

_PEAKS = 12
_APART = 9  # pixels of the spectrum: peaks are highest in squares of this edge
_AROUND = 31  # pixels of the spectrum: the background of a peak is the median there
_CLEAR = 20.0  # times the background
_LOWEST = 8  # pixels from the centre of the spectrum: below, all is slow


def lattice_left(image: np.ndarray, denoised: np.ndarray) -> float:
    """Return the share of the lattice's power in `image` (Y, X) that was removed from it.

    The power is that of the highest Bragg peaks of the image, above their background. What was
    removed is image − (gain · denoised + offset) with the best gain and offset. NaN without peaks.
    """
    gain, offset = np.polyfit(denoised.ravel(), image.ravel(), 1)
    before, after = (_spectrum(one) for one in (image, image - (gain * denoised + offset)))
    places = _bragg(before)
    if not len(places):
        return float("nan")
    return float(max(_peak_power(after, places), 0.0) / _peak_power(before, places))


def _spectrum(image: np.ndarray) -> np.ndarray:
    """Return the power spectrum of `image` (Y, X) within a Hann window, 0 in the middle."""
    window = np.outer(*(np.hanning(edge) for edge in image.shape))
    centred = image - np.average(image, weights=window)
    return np.asarray(np.abs(np.fft.fftshift(np.fft.fft2(centred * window))) ** 2)


def _bragg(power: np.ndarray) -> np.ndarray:
    """Return the places (N, 2) of the highest clear peaks of a spectrum."""
    y, x = np.indices(power.shape) - np.array(power.shape)[:, None, None] // 2
    background = median_filter(power, _AROUND) + np.finfo(float).tiny
    clear = (power == maximum_filter(power, _APART)) & (power > _CLEAR * background)
    places = np.argwhere(clear & (np.hypot(y, x) > _LOWEST))
    order = np.argsort(power[tuple(places.T)])[::-1]
    return np.asarray(places[order[:_PEAKS]])


def _peak_power(power: np.ndarray, places: np.ndarray) -> float:
    """Return the sum of 3 × 3 pixels at each of `places`, less their background."""
    padded = np.pad(power, 1)
    sums = sum(padded[places[:, 0] + dy, places[:, 1] + dx] for dy in range(3) for dx in range(3))
    # The power of noise is exponentially distributed: its mean is the median over log 2.
    background = median_filter(power, _AROUND)[tuple(places.T)] / np.log(2)
    return float(np.sum(sums - 9 * background))
