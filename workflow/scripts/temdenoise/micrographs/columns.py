"""What did denoising do to the atom columns? Contrast, positions, brightness (Fig. 3)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter, maximum_filter, minimum_filter

from temdenoise.errors import InputError
from temdenoise.micrographs import lattice

COLUMNS = ["image", "region", "columns", "contrast", "displacement_px", "brightness"]
WHOLE = "all"
_REGION = 4.0  # bonds: reach of the mean whose minima are the dark regions
_EDGE = 9.0  # bonds: edge of a region


def dark_regions(image: np.ndarray, bond_px: float, count: int = 3) -> dict[str, tuple[slice, ...]]:
    """Return sections (rows, columns) of `image` (Y, X) at its darkest places, A1 and on.

    Each has a lattice all over: elsewhere there are no atom columns to compare.
    """
    mean = gaussian_filter(image, _REGION * bond_px, mode="reflect")
    strength = lattice.amplitude(image)
    edge = round(_EDGE * bond_px)
    allowed = np.ones(image.shape, dtype=bool) if strength is None else strength > 0.5
    allowed = minimum_filter(allowed, edge)
    margin = edge // 2 + 1
    allowed[:margin] = allowed[-margin:] = allowed[:, :margin] = allowed[:, -margin:] = False
    found: dict[str, tuple[slice, ...]] = {}
    while len(found) < count and allowed.any():
        y, x = np.unravel_index(np.where(allowed, mean, np.inf).argmin(), mean.shape)
        corner = [int(y) - edge // 2, int(x) - edge // 2]
        found[f"A{len(found) + 1}"] = tuple(slice(start, start + edge) for start in corner)
        allowed[max(0, y - 2 * edge) : y + 2 * edge, max(0, x - 2 * edge) : x + 2 * edge] = False
    return found


def columns(image: np.ndarray, bond_px: float) -> np.ndarray:
    """Return the positions (y, x) [pixels] of the atom columns of `image` (Y, X), (N, 2).

    They are the maxima of the image smoothed over a fraction of a bond, one within a bond. Each is
    refined to the vertex of a parabola along each axis. Unlike a centre of gravity, a vertex does
    not lean towards two of the three neighbours.
    """
    smooth = gaussian_filter(image, 0.2 * bond_px, mode="reflect")
    size = 2 * round(0.6 * bond_px) + 1
    prominent = smooth > smooth.mean() + 0.3 * smooth.std()
    peaks = np.argwhere((smooth == maximum_filter(smooth, size)) & prominent)
    inside = ((peaks >= 1) & (peaks < np.array(image.shape) - 1)).all(1)
    return np.array([_refined(smooth, peak) for peak in peaks[inside]]).reshape(-1, 2)


def displacements(positions: np.ndarray, waves: np.ndarray, bond_px: float) -> np.ndarray:
    """Return how far each of `positions` (N, 2) is from its site of the lattice [pixels], (N, 2).

    The `waves` (3, 2) [cycles per pixel] are {10}, 60° apart as `lattice.find` gives them. Sums of
    neighbouring ones, {11}, have one phase on both sublattices of a honeycomb; two of them give the
    displacement. Slow variations (scan drift, strain) do not count: the mean of the neighbours
    within 5 bonds is subtracted.
    """
    second = waves[:2] + waves[1:]
    phases = np.exp(2j * np.pi * positions @ second.T)
    distance = np.linalg.norm(positions[:, None] - positions, axis=-1)
    weights = np.exp(-0.5 * (distance / (5 * bond_px)) ** 2)
    off = np.angle(phases * np.conj(weights @ phases)) / (2 * np.pi)
    return np.linalg.solve(second, off.T).T


def measure(
    name: str, image: np.ndarray, regions: Mapping[str, tuple[slice, ...]], bond_px: float
) -> list[dict[str, Any]]:
    """Return a row of COLUMNS for the whole `image` (Y, X) and for each of its `regions`.

    - contrast: mean brightness of the columns minus that of the darkest quarter of the pixels, in
      standard deviations of that quarter.
    - displacement_px: median distance of the columns from their sites.
    - brightness: mean of the region minus that of the image, relative to the image's contrast
      (percentiles 1 to 99).

    Raises
    ------
    InputError
        There is no lattice.
    """
    waves = lattice.find(image)
    if waves is None:
        raise InputError(f"{name}: no hexagonal lattice found; atom columns cannot be measured")
    smooth = gaussian_filter(image, 0.1 * bond_px, mode="reflect")
    found = columns(image, bond_px)
    off = np.hypot(*displacements(found, waves, bond_px).T)
    unit = float(np.ptp(np.percentile(smooth, (1, 99))))
    whole = tuple(slice(0, edge) for edge in image.shape)
    rows = []
    for region, section in {WHOLE: whole, **regions}.items():
        here = _within(found, section)
        contrast = _contrast(smooth, np.rint(found[here]).astype(int), section)
        brightness = (float(image[section].mean()) - float(image.mean())) / unit
        usual = float(np.median(off[here])) if here.any() else np.nan
        values = (name, region, int(here.sum()), contrast, usual, brightness)
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the rows of `measure` as a table."""
    return pd.DataFrame(rows, columns=COLUMNS)


def readable(measured: pd.DataFrame) -> pd.DataFrame:
    """Return the table for people, rounded."""
    digits = {"contrast": 2, "displacement_px": 2, "brightness": 3}
    shown = measured.copy()
    for column, places in digits.items():
        shown[column] = [f"{value:.{places}f}" for value in measured[column]]
    return shown.astype(str)


def _refined(image: np.ndarray, peak: np.ndarray) -> np.ndarray:
    """Return the vertex (y, x) of the parabolas through a `peak` of `image` and its neighbours."""
    y, x = peak
    before, after = image[[y - 1, y], [x, x - 1]], image[[y + 1, y], [x, x + 1]]
    curvature = before - 2 * image[y, x] + after
    return peak + (before - after) / np.where(curvature < 0, 2 * curvature, np.inf)


def _within(positions: np.ndarray, section: tuple[slice, ...]) -> np.ndarray:
    starts, stops = zip(*((part.start, part.stop) for part in section), strict=True)
    return np.asarray(((positions >= starts) & (positions < stops)).all(1))


def _contrast(image: np.ndarray, at: np.ndarray, section: tuple[slice, ...]) -> float:
    """Return the contrast of the columns at pixels `at` (N, 2) of a section; NaN without any."""
    if not len(at):
        return np.nan
    background = _between(image[section])
    spread = float(background.std()) or np.nan
    return (float(image[tuple(at.T)].mean()) - float(background.mean())) / spread


def _between(image: np.ndarray) -> np.ndarray:
    """Return the darkest quarter of the pixels, which lie between the atom columns."""
    return image[image <= np.percentile(image, 25)]
