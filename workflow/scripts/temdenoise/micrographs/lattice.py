"""Which lattice does a micrograph show? Read from the peaks of its Fourier transform."""

from collections.abc import Iterator

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates, maximum_filter

_LARGEST = 2048  # pixels: a section of this edge suffices for clear peaks
_FEWEST_PERIODS = 4  # with fewer, a peak merges with the window's at zero
_NYQUIST = 0.45  # cycles per pixel
_PROMINENCE = 7.0  # of a peak above the usual power at its frequency; noise alone has up to 4
_HINT, _CLEAR = 1.5, 4.0  # times the power beside: a hint of a missed peak, and a clear one
_WEAKEST = 1e-2  # least power of {10}, relative to {11}
_SIDE_LOBES, _NEAR = 2e-3, 5  # of the strongest peak within _NEAR pixels: side lobes are lower
_RADIUS_TOLERANCE, _ANGLE_TOLERANCE = 0.12, 8.0  # relative, degrees
_BOND_OF_SPACING = 2 / 3  # honeycomb: the rows of {10} are 3/2 bonds apart
_BAND = 256  # rows at once
_USUAL = 95  # percentile: nine tenths of an image may be vacuum


def find(image: np.ndarray) -> np.ndarray | None:
    """Return the three frequencies (y, x) [cycles per pixel] of a hexagonal lattice, (3, 2).

    They are {10} of `image` (Y, X): three pairs of peaks of like and lowest frequency, 60° apart.
    Return None without such peaks, or if they may be the {11} of a lattice √3 times as large, whose
    {10} cannot be seen clearly.
    """
    section = middle(image)
    if min(section.shape) < 3 * _FEWEST_PERIODS:
        return None
    power, usual, axes = _power(section)
    waves = _lowest(_peaks(power, usual, axes))
    return None if waves is None else _unless_second(waves, power)


def bond_length(image: np.ndarray) -> float | None:
    """Return the bond length [pixels] of a honeycomb in `image` (Y, X), None without one."""
    found = find(image)
    return None if found is None else _BOND_OF_SPACING / float(np.hypot(*found.T).mean())


def amplitude(image: np.ndarray) -> np.ndarray | None:
    """Return how strong the lattice of `image` (Y, X) is around each pixel, (Y, X) or None.

    It is the root of the summed power of the {10} waves within about a bond. Geometric phase
    analysis does the same (Hÿtch 1998, doi:10.1016/S0304-3991(98)00035-7). It is scaled to 1 where
    the lattice is strong.
    """
    found = find(image)
    if found is None:
        return None
    result = np.empty(image.shape, dtype=np.float32)
    for rows in bands(len(image)):
        result[rows] = _strength(image, rows, found)
    result /= np.percentile(result, _USUAL)
    return result


def middle(image: np.ndarray, largest: int = _LARGEST) -> np.ndarray:
    """Return the middle of `image` (Y, X), at most `largest` [pixels] a side, as float64."""
    starts = [max(0, (edge - largest) // 2) for edge in image.shape]
    section = image[starts[0] : starts[0] + largest, starts[1] : starts[1] + largest]
    return np.asarray(section, dtype=np.float64)


def bands(height: int) -> Iterator[slice]:
    """Yield the rows of an image of `height`, some at a time, for work that needs memory."""
    for start in range(0, height, _BAND):
        yield slice(start, min(start + _BAND, height))


def _strength(image: np.ndarray, rows: slice, waves: np.ndarray) -> np.ndarray:
    """Return the amplitude of the `waves` in some `rows` of `image`, (rows, X), not scaled."""
    reach = _BOND_OF_SPACING / float(np.hypot(*waves.T).mean())
    margin = int(4 * reach) + 1  # as far as the filter reaches
    above = min(margin, rows.start)
    band = image[rows.start - above : rows.stop + margin] - np.float32(image.mean())
    total = np.zeros(band.shape, dtype=np.float32)
    for wave in waves:
        y, x = (
            np.exp(2j * np.pi * f * np.arange(e)) for f, e in zip(wave, band.shape, strict=True)
        )
        phase = np.outer(y.astype(np.complex64), x.astype(np.complex64))
        for part in (phase.real, phase.imag):
            total += gaussian_filter(band * part, reach, mode="reflect") ** 2
    return np.sqrt(total[above : above + rows.stop - rows.start])


def spectrum(image: np.ndarray) -> np.ndarray:
    """Return the power of `image` (Y, X) by frequency, that of zero in the middle (fftshift)."""
    window = np.outer(*(np.hanning(edge + 2)[1:-1] for edge in image.shape))
    mean = float((image * window).sum() / window.sum())  # so that the power at zero vanishes
    transform = np.fft.fft2((image - mean) * window)
    return np.fft.fftshift(np.abs(transform) ** 2)


def _power(image: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
    """Return the power of `image` by frequency, what is usual there, and the axes [1/pixel]."""
    power = spectrum(image)
    rows, columns = (np.fft.fftshift(np.fft.fftfreq(edge)) for edge in image.shape)
    smooth = gaussian_filter(power, 1.0, mode="wrap")
    return power, _by_radius(smooth, np.hypot(rows[:, None], columns)), (rows, columns)


def _peaks(power: np.ndarray, usual: np.ndarray, axes: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    """Return the frequencies (y, x) [cycles per pixel] of all peaks, both of each opposite pair."""
    rows, columns = axes
    radius = np.hypot(rows[:, None], columns)
    inside = (radius > _FEWEST_PERIODS / min(power.shape)) & (radius < _NYQUIST)
    smooth = np.where(inside, gaussian_filter(power, 1.0, mode="wrap"), 0.0)
    high = (smooth == maximum_filter(smooth, 5, mode="wrap")) & inside
    high &= smooth > _PROMINENCE * usual
    high &= smooth > _SIDE_LOBES * maximum_filter(smooth, 2 * _NEAR + 1, mode="wrap")
    return [_centre(power, rows, columns, y, x) for y, x in np.argwhere(high)]


def _lowest(peaks: list[np.ndarray]) -> np.ndarray | None:
    """Return the three peaks of lowest frequency that are 60° apart, (3, 2), or None."""
    for first in sorted(peaks, key=lambda peak: float(np.hypot(*peak))):
        triple = [_near(peaks, _turned(first, angle)) for angle in (0, 60, 120)]
        found = [one for one in triple if one is not None]
        if len(found) == len(triple):
            return np.array(found)
    return None


def _unless_second(waves: np.ndarray, power: np.ndarray) -> np.ndarray | None:
    """Return `waves` (3, 2), unless they may be the {11} of a lattice whose {10} were no peaks.

    These {10} are turned by 30°. The power there is compared with that in the direction of the
    waves. If it is far above, return the {10}. If it is a little above, or too near to zero to be
    seen, return None.
    """
    first = np.array([_turned(wave, 30) for wave in waves]) / np.sqrt(3)
    if np.hypot(*first.T).mean() < _FEWEST_PERIODS / min(power.shape):
        return None
    smooth = gaussian_filter(power, 1.0, mode="wrap")
    least = _WEAKEST * _at(smooth, waves).min()
    beside = max(float(np.median(_at(smooth, waves / np.sqrt(3)))), least)
    excess = float(_at(smooth, first).min()) / beside
    if excess > _CLEAR:
        return first
    return waves if excess < _HINT else None


def _at(power: np.ndarray, waves: np.ndarray) -> np.ndarray:
    """Return the `power` (fftshift) at the frequencies of `waves` (N, 2) [1/pixel], (N,)."""
    edges = np.array(power.shape)
    return map_coordinates(power, (waves * edges + edges // 2).T, order=1)


def _by_radius(power: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Return the usual power at each frequency's distance from zero.

    It is the lower quartile: peaks may fill half of a small ring.
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
