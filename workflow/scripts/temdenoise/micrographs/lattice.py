"""The lattice of a micrograph, from the peaks of its Fourier transform."""

import numpy as np
from scipy.ndimage import gaussian_filter, maximum_filter

_LARGEST = 2048  # pixels: a section of this edge holds peaks enough
_FEWEST_PERIODS = 6
_NYQUIST = 0.45  # cycles per pixel
_PROMINENCE = 7.0  # of a peak above the usual power at its frequency; noise alone has up to 4
_SIDE_LOBES = 2e-3  # of the strongest peak: those of the Hann window are lower
_RADIUS_TOLERANCE, _ANGLE_TOLERANCE = 0.12, 8.0  # relative, degrees
_BOND_OF_SPACING = 2 / 3  # honeycomb: the rows of {10} are 3/2 bonds apart


def find(image: np.ndarray) -> np.ndarray | None:
    """Return the three frequencies (y, x) [cycles per pixel] of a hexagonal lattice, (3, 2).

    Those of {10} in `image` (Y, X): the three pairs of peaks of like and lowest frequency that are
    60° apart. None without such peaks.
    """
    peaks = _peaks(_middle(np.asarray(image, dtype=np.float64)))
    for first in sorted(peaks, key=lambda peak: float(np.hypot(*peak))):
        triple = [_near(peaks, _turned(first, angle)) for angle in (0, 60, 120)]
        found = [one for one in triple if one is not None]
        if len(found) == len(triple):
            return np.array(found)
    return None


def bond_length(image: np.ndarray) -> float | None:
    """Return the bond length [pixels] of a honeycomb in `image` (Y, X), None without one."""
    found = find(image)
    return None if found is None else _BOND_OF_SPACING / float(np.hypot(*found.T).mean())


def amplitude(image: np.ndarray) -> np.ndarray | None:
    """Return how strong the lattice of `image` (Y, X) is around each pixel, (Y, X) or None.

    The root of the summed power of the {10} waves within about a bond, as in geometric phase
    analysis (Hÿtch 1998, doi:10.1016/S0304-3991(98)00035-7), over its median.
    """
    found = find(image)
    if found is None:
        return None
    reach = _BOND_OF_SPACING / float(np.hypot(*found.T).mean())
    rows, columns = (np.arange(edge) for edge in image.shape)
    values = image - image.mean()
    power = np.zeros(image.shape)
    for y, x in found:
        wave = np.exp(-2j * np.pi * y * rows)[:, None] * np.exp(-2j * np.pi * x * columns)
        for part in ((values * wave.real), (values * wave.imag)):
            power += gaussian_filter(part, reach, mode="reflect") ** 2
    return np.sqrt(power / np.median(power))


def spectrum(image: np.ndarray) -> np.ndarray:
    """Return the power of `image` (Y, X) by frequency, that of zero in the middle (fftshift)."""
    window = np.outer(*(np.hanning(edge + 2)[1:-1] for edge in image.shape))
    transform = np.fft.fft2((image - image.mean()) * window)
    return np.fft.fftshift(np.abs(transform) ** 2)


def _middle(image: np.ndarray) -> np.ndarray:
    starts = [max(0, (edge - _LARGEST) // 2) for edge in image.shape]
    return image[starts[0] : starts[0] + _LARGEST, starts[1] : starts[1] + _LARGEST]


def _peaks(image: np.ndarray) -> list[np.ndarray]:
    """Return the frequencies (y, x) [cycles per pixel] of all peaks, opposite ones both."""
    if min(image.shape) < 2 * _FEWEST_PERIODS:
        return []
    power = spectrum(image)
    smooth = gaussian_filter(power, 1.0, mode="wrap")
    rows, columns = (np.fft.fftshift(np.fft.fftfreq(edge)) for edge in image.shape)
    radius = np.hypot(rows[:, None], columns)
    inside = (radius > _FEWEST_PERIODS / min(image.shape)) & (radius < _NYQUIST)
    high = (smooth == maximum_filter(smooth, 5, mode="wrap")) & inside
    high &= smooth > _PROMINENCE * _by_radius(smooth, radius)
    high &= smooth > _SIDE_LOBES * smooth[inside].max()
    return [_centre(power, rows, columns, y, x) for y, x in np.argwhere(high)]


def _by_radius(power: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Return the usual power at each frequency's distance from zero.

    Its lower quartile, for the peaks may fill half of a small ring.
    """
    ring = np.rint(radius * max(power.shape) / 3).astype(int).ravel()
    order = np.argsort(ring, kind="stable")
    parts = np.split(power.ravel()[order], np.flatnonzero(np.diff(ring[order])) + 1)
    usual = np.array([np.percentile(part, 25) for part in parts])
    floor = np.finfo(float).tiny + 1e-12 * float(power.max())
    return np.maximum(usual, floor)[np.searchsorted(np.unique(ring), ring)].reshape(power.shape)


def _centre(power: np.ndarray, rows: np.ndarray, columns: np.ndarray, y: int, x: int) -> np.ndarray:
    """Return the centre of gravity of the peak at [y, x], (y, x) [cycles per pixel]."""
    near = [np.arange(max(0, at - 2), at + 3) for at in (y, x)]
    near = [at[at < edge] for at, edge in zip(near, power.shape, strict=True)]
    weights = power[np.ix_(*near)]
    weights = weights - weights.min()
    centre = weights.sum(1) @ rows[near[0]], weights.sum(0) @ columns[near[1]]
    return np.array(centre) / weights.sum()


def _turned(peak: np.ndarray, angle: float) -> np.ndarray:
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([cosine * peak[0] - sine * peak[1], sine * peak[0] + cosine * peak[1]])


def _near(peaks: list[np.ndarray], wanted: np.ndarray) -> np.ndarray | None:
    """Return the peak nearest to where one is `wanted`, None beyond the tolerances."""
    nearest = min(peaks, key=lambda peak: float(np.hypot(*(peak - wanted))))
    length = float(np.hypot(*wanted))
    stretch = abs(float(np.hypot(*nearest)) / length - 1)
    cosine = float(nearest @ wanted) / (float(np.hypot(*nearest)) * length)
    turn = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return nearest if stretch < _RADIUS_TOLERANCE and turn < _ANGLE_TOLERANCE else None
