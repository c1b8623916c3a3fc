"""Where are the atoms of a denoised image, and is each of them real? Positions and brightness."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.ndimage import maximum_filter, minimum_filter
from scipy.spatial import cKDTree
from scipy.special import expit
from skimage.feature import peak_local_max

from temdenoise.micrographs.vacancies import missing_sites
from temdenoise.networks.conformal import TO_INTERVAL

COLUMNS = [
    *("kind", "y_px", "x_px", "y_nm", "x_nm", "position_error_px"),
    *("brightness", "brightness_error", "probability"),
]
ATOM, VACANCY = "atom", "candidate vacancy"
LIKELY = 0.95  # probability from which a peak counts as an atom

_CLOSEST, _USUAL = 2, 8.0  # pixels between peaks at first, and where there are too few to measure
_CLEAR = 3.0  # standard deviations: peaks that tell the distance of atoms
_FEW = 10
_GROUND = 0.8  # of the distance of atoms: the ground of a peak is the minimum within
_SITE = 0.4  # of the distance of atoms: a peak within is at the site
_CANDIDATE = 0.5  # probability from which a site is listed
_LEAST = 1e-9


def find(value: np.ndarray, deviation: np.ndarray, noise: float) -> pd.DataFrame:
    """Return the peaks of the denoised image `value` (Y, X), whose standard deviation is known.

    `noise` is the standard deviation of what was removed. Columns: y_px, x_px, position_error_px
    and brightness, brightness_error (90 %: ±), and the features significance, relative and
    contrast. Brightness is the height above the ground, which is the minimum around the peak.
    Relative is that over the usual height of clear peaks, contrast that over the noise.
    """
    spacing = _spacing(value, deviation)
    peaks = _peaks(value, max(_CLOSEST, round(spacing / 2)))
    height = _height(value, peaks, spacing)
    at = tuple(peaks.T)
    error = deviation[at] + _LEAST
    clear = height[height > _CLEAR * error]
    yx, width = _refined(value, peaks, height)
    return pd.DataFrame(
        {
            **{"y_px": yx[:, 0], "x_px": yx[:, 1]},
            "position_error_px": TO_INTERVAL * width * error / (height + _LEAST),
            **{"brightness": height, "brightness_error": TO_INTERVAL * error},
            "significance": height / error,
            "relative": height / (np.median(clear) if len(clear) else np.inf),
            "contrast": height / (noise + _LEAST),
        }
    )


def probabilities(found: pd.DataFrame, sites: Mapping[str, float]) -> np.ndarray:
    """Return the probability of each peak of `find` to be an atom, by the card's `sites`."""
    return np.asarray(expit(features(found) @ [sites[name] for name in WEIGHTS]))


WEIGHTS = ("constant", "significance", "relative", "contrast")


def features(found: pd.DataFrame) -> np.ndarray:
    """Return what tells atoms from noise, (N, 4): 1 and the logarithms of the other WEIGHTS."""
    logs = [np.log(found[name].to_numpy().clip(1e-3, 1e3)) for name in WEIGHTS[1:]]
    return np.column_stack([np.ones(len(found)), *logs])


def table(
    value: np.ndarray,
    deviation: np.ndarray,
    noise: float,
    sites: Mapping[str, float] | None,
    pixel_size: tuple[float, float] | None,
) -> pd.DataFrame:
    """Return the atoms and candidate vacancies of `value` (Y, X); see COLUMNS and `find`.

    Without `sites` no probability is known, and clear peaks count as likely. A vacancy is a site of
    the lattice of the likely atoms without an atom. Its probability is the share of the neighbours
    that have it as a neighbour, times that of no atom there.
    """
    found = find(value, deviation, noise).assign(kind=ATOM, probability=np.nan)
    is_likely = found["significance"] > _CLEAR
    if sites:
        found["probability"] = probabilities(found, sites)
        found["position_error_px"] *= sites["position"]
        is_likely = found["probability"] > LIKELY
    likely = found.loc[is_likely, ["y_px", "x_px"]].to_numpy()
    absent = _vacancies(found, likely, value.shape)
    whole = pd.concat([found, absent], ignore_index=True) if len(absent) else found
    for number, axis in enumerate("yx"):
        edge = pixel_size[number] if pixel_size else np.nan
        whole[f"{axis}_nm"] = whole[f"{axis}_px"] * edge
    return whole[COLUMNS]


def _vacancies(found: pd.DataFrame, likely: np.ndarray, shape: tuple[int, ...]) -> pd.DataFrame:
    """Return the sites of the lattice of `likely` atoms at which no peak of `found` may be one."""
    places, support = missing_sites(likely, shape)
    chance = support * (1 - _at(places, found, likely))
    rows = {"kind": VACANCY, "y_px": places[:, 0], "x_px": places[:, 1], "probability": chance}
    return pd.DataFrame(rows)[chance > _CANDIDATE]


def _at(places: np.ndarray, found: pd.DataFrame, likely: np.ndarray) -> np.ndarray:
    """Return the probability of the peak at each of `places` (N, 2), 0 without one, (N,)."""
    if not len(places):
        return np.zeros(0)
    spacing = np.median(cKDTree(likely).query(likely, k=2)[0][:, 1])
    off, nearest = cKDTree(found[["y_px", "x_px"]].to_numpy()).query(places)
    chance = found["probability"].fillna(1.0).to_numpy()[nearest]
    return np.where(off < _SITE * spacing, chance, 0.0)


def of_frames(
    values: np.ndarray,
    deviations: np.ndarray,
    originals: Iterable[np.ndarray],
    sites: Mapping[str, float] | None,
    pixel_size: tuple[float, float] | None,
    *,
    sign: int = 1,
) -> pd.DataFrame:
    """Return the `table` of each frame of `values` ([N,] Y, X), with its number from 1 in front.

    `originals` are the frames (Y, X) before denoising. With a `sign` of -1 atoms are dark.
    """
    shape = values.shape[-2:]
    images = values.reshape(-1, *shape)
    noises = (float(np.std(one - image)) for one, image in zip(originals, images, strict=True))
    turned = (sign * image for image in images)
    frames = zip(turned, deviations.reshape(-1, *shape), noises, strict=True)
    tables = [table(*frame, sites, pixel_size) for frame in frames]
    whole = [one.assign(frame=number) for number, one in enumerate(tables, 1)]
    return pd.concat(whole, ignore_index=True)[["frame", *COLUMNS]]


def counts(found: pd.DataFrame) -> dict[str, int]:
    """Return how many likely atoms and candidate vacancies there are in `of_frames`."""
    atoms = found[found["kind"] == ATOM]
    return {
        "atoms": int((atoms["probability"].fillna(1.0) >= LIKELY).sum()),
        "vacancies": int((found["kind"] == VACANCY).sum()),
    }


def to_csv(atoms: pd.DataFrame) -> str:
    """Return the table as CSV of five digits, strongest first."""
    ordered = atoms.sort_values(
        ["frame", "kind", "brightness"], ascending=[True, True, False], kind="stable"
    )
    options: dict[str, Any] = {"index": False, "float_format": "%.5g"}
    return str(ordered.to_csv(**options))


def _peaks(value: np.ndarray, distance: int) -> np.ndarray:
    """Return the maxima of `value` (Y, X) within `distance` [pixels], strongest first, (N, 2).

    They are those of `peak_local_max`, which takes longer to find that none are too close. Only
    neighbours of equal height are.
    """
    highest = maximum_filter(value, 2 * distance + 1, mode="nearest")
    top = (value == highest) & (value > value.min())
    top[[0, -1]] = top[:, [0, -1]] = False
    peaks = np.argwhere(top)[np.argsort(-value[top], kind="stable")]
    if cKDTree(peaks).query_pairs(distance - 1, p=np.inf):
        return np.asarray(peak_local_max(value, min_distance=distance, exclude_border=1))
    return peaks


def _spacing(value: np.ndarray, deviation: np.ndarray) -> float:
    """Return the median distance of neighbouring clear peaks [pixels]."""
    peaks = _peaks(value, _CLOSEST)
    clear = _height(value, peaks, _USUAL) > _CLEAR * deviation[tuple(peaks.T)]
    if clear.sum() < _FEW:
        return _USUAL
    yx = peaks[clear]
    return float(np.median(cKDTree(yx).query(yx, k=2)[0][:, 1]))


def _height(value: np.ndarray, peaks: np.ndarray, spacing: float) -> np.ndarray:
    ground = minimum_filter(value, 2 * round(_GROUND * spacing) + 1, mode="nearest")
    at = tuple(peaks.T)
    return np.asarray(value[at] - ground[at], dtype=float)


def _refined(
    value: np.ndarray, peaks: np.ndarray, height: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the vertices of the parabolas along y and x, (N, 2), and the peaks' widths (N,)."""
    y, x = peaks.T
    before = np.stack([value[y - 1, x], value[y, x - 1]], axis=1).astype(float)
    after = np.stack([value[y + 1, x], value[y, x + 1]], axis=1).astype(float)
    curvature = (2 * value[y, x].astype(float)[:, None] - before - after).clip(_LEAST)
    shift = ((after - before) / (2 * curvature)).clip(-0.5, 0.5)
    return peaks + shift, np.sqrt(height / curvature.mean(axis=1)).clip(0, _USUAL)
