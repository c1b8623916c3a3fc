"""What did a denoiser do to atoms? Vacancies, false atoms, positions, brightness, interval."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates, minimum_filter
from scipy.spatial import cKDTree
from skimage.feature import peak_local_max

from temdenoise.networks import conformal
from temdenoise.scenes import known
from temdenoise.scenes.scene import DIRTY, DOPANT, LAYERED, VACANCY, VACUUM, Scene

KEPT, FOUND, FALSE = "vacancies kept", "atoms found", "false atoms [1/nm²]"
CALLED = "vacancies called atoms"
LIKELY, POSITION = "likely false atoms [1/nm²]", "position error [pm]"
COVERAGE, WIDTH = "coverage at atoms", "half width at atoms"
AUC, RATIO, REGION = "dopant AUC", "brightness ratio", "region error"
PER_SITES, LIKELY_PER_SITES = "false atoms per 10,000 sites", "likely ones per 10,000 sites"
ROOT_MEAN_SQUARES = (POSITION,)
HOST = "×1"
SHEET, EMPTY = "sheet", "vacuum"

_BOND = 0.142  # [nm], of graphene
_SITES = 4 / (3 * np.sqrt(3))  # atoms of graphene per square bond
_NEAR = 0.35  # bonds: a peak within is the atom
_GROUND = 0.8  # bonds: the ground of a peak is the minimum within
_MARGIN = 1.0  # bonds from borders and edges, where nothing is counted
_REGIONS = {EMPTY: VACUUM, SHEET: 0, "second layer": LAYERED, "contamination": DIRTY}


@dataclass(frozen=True)
class Result:
    """A denoised image `value` (Y, X), and of a general model the half widths of its interval.

    `likely` (N, 2) are the y, x [pixels] of what it calls an atom.
    """

    value: np.ndarray
    half: np.ndarray | None = None
    likely: np.ndarray | None = None


@dataclass(frozen=True)
class Measure:
    """A `value` that is the mean, or root mean square, over `count` things of the kind `of`."""

    name: str
    of: str
    value: float
    count: float


def of_vacancies(scene: Scene, truth: np.ndarray, result: Result) -> Iterator[Measure]:
    """Yield how atoms, vacancies and vacuum of `scene` look in the result.

    An atom of the denoised image is a peak that rises from its ground by half of what the known
    atoms do. A vacancy is kept if the image is below that half there and has no atom near it.
    """
    atoms, gone = _inner(scene, VACANCY, is_kind=False), _inner(scene, VACANCY)
    low, high = _levels(result.value, atoms, scene.bond)
    peaks = _peaks(result.value, scene.bond, (high - low) / 2)
    off = _distance(atoms, peaks)
    is_found = off < _NEAR * scene.bond
    yield Measure(FOUND, SHEET, float(is_found.mean()), len(atoms))
    if is_found.any():
        rms = float(np.sqrt(np.mean(off[is_found] ** 2))) * 1e3 * _BOND / scene.bond
        yield Measure(POSITION, SHEET, rms, int(is_found.sum()))
    if len(gone):
        kept = _at(result.value, gone) < (low + high) / 2
        for some in (peaks, result.likely):
            kept &= _distance(gone, some) > _NEAR * scene.bond
        yield Measure(KEPT, SHEET, float(kept.mean()), len(gone))
        if result.likely is not None:
            called = _distance(gone, result.likely) < _NEAR * scene.bond
            yield Measure(CALLED, SHEET, float(called.mean()), len(gone))
    for name, some in {FALSE: peaks, LIKELY: result.likely}.items():
        if some is not None:
            yield from _false(name, scene, some)
    yield from _interval(scene, truth, result)


def of_dopants(scene: Scene, truth: np.ndarray, result: Result) -> Iterator[Measure]:
    """Yield how well the brightness tells dopants from hosts, and its ratio to the truth."""
    hosts, foreign = _inner(scene, DOPANT, is_kind=False), _inner(scene, DOPANT)
    yield Measure(RATIO, HOST, _ratio(truth, result.value, hosts), len(hosts))
    kinds = _nearest_kind(scene, foreign)
    for kind in np.unique(kinds):
        some = foreign[kinds == kind]
        area = _auc(_at(result.value, some), _at(result.value, hosts))
        yield Measure(AUC, f"×{kind:g}", area if kind > 1 else 1 - area, len(some))
        yield Measure(RATIO, f"×{kind:g}", _ratio(truth, result.value, some), len(some))


def of_regions(scene: Scene, truth: np.ndarray, result: Result) -> Iterator[Measure]:
    """Yield |mean of the image − mean of the truth| of each region over the truth of the sheet."""
    parts = {name: _region(scene, bit) for name, bit in _REGIONS.items()}
    unit = float(truth[parts[SHEET]].mean())
    for name, part in parts.items():
        error = abs(float((result.value - truth)[part].mean())) / unit
        yield Measure(REGION, name, error, float(part.sum()))


def of_noise(bond: float, result: Result) -> Iterator[Measure]:
    """Yield the atoms per 10,000 sites of graphene of `bond` [pixels] in what was pure noise."""
    sites = result.value.size / bond**2 * _SITES
    found = {PER_SITES: _peaks(result.value, bond, 0.5), LIKELY_PER_SITES: result.likely}
    for name, some in found.items():
        if some is not None:
            yield Measure(name, "pure noise", 1e4 * len(some) / sites, sites)


MEASURES: dict[str, Callable[[Scene, np.ndarray, Result], Iterator[Measure]]] = {
    known.VACANCIES: of_vacancies,
    known.DOPED: of_dopants,
    known.REGIONS: of_regions,
    known.DFT: of_vacancies,
}


def _inner(scene: Scene, kind: int, *, is_kind: bool = True) -> np.ndarray:
    """Return where atoms of a `kind`, or all others, lie off the border, (N, 2)."""
    yx = known.positions(scene.atoms[(scene.atoms["kind"] == kind) == is_kind])
    margin = _MARGIN * scene.bond
    return yx[((yx > margin) & (yx < np.array(scene.areas.shape) - 1 - margin)).all(axis=1)]


def _levels(value: np.ndarray, atoms: np.ndarray, bond: float) -> tuple[float, float]:
    """Return the usual brightness of the ground beside `atoms` and at them."""
    ground = minimum_filter(value, 2 * round(_GROUND * bond) + 1, mode="nearest")
    return float(np.median(_at(ground, atoms))), float(np.median(_at(value, atoms)))


def _at(value: np.ndarray, yx: np.ndarray) -> np.ndarray:
    return np.asarray(map_coordinates(value.astype(float), yx.T, order=1, mode="nearest"))


def _peaks(value: np.ndarray, bond: float, least: float) -> np.ndarray:
    """Return the peaks that rise by `least` from their ground, refined by parabolas, (N, 2)."""
    value = value.astype(float)
    ground = minimum_filter(value, 2 * round(_GROUND * bond) + 1, mode="nearest")
    risen = np.where(value - ground > max(least, 0), value, value.min())
    y, x = peak_local_max(risen, min_distance=max(2, round(_NEAR * bond)), exclude_border=1).T
    before = np.stack([value[y - 1, x], value[y, x - 1]], axis=1)
    after = np.stack([value[y + 1, x], value[y, x + 1]], axis=1)
    curvature = 2 * value[y, x][:, None] - before - after
    shift = (after - before) / (2 * np.where(curvature > 0, curvature, np.inf))
    return np.asarray(np.stack([y, x], axis=1) + shift.clip(-0.5, 0.5))


def _distance(places: np.ndarray, others: np.ndarray | None) -> np.ndarray:
    """Return the distance of each of `places` (N, 2) from the nearest of `others`, (N,)."""
    if others is None or not len(others) or not len(places):
        return np.full(len(places), np.inf)
    return np.asarray(cKDTree(others).query(places)[0])


def _false(name: str, scene: Scene, peaks: np.ndarray) -> Iterator[Measure]:
    """Yield how many of `peaks` are no atoms, in the vacuum and elsewhere [1/nm²]."""
    real = known.positions(scene.atoms[scene.atoms["kind"] != VACANCY])
    wrong = peaks[_distance(peaks, real) > _NEAR * scene.bond].round().astype(int)
    for of, bit in ((EMPTY, VACUUM), (SHEET, 0)):
        part = _region(scene, bit)
        area = float(part.sum()) * (_BOND / scene.bond) ** 2
        if area:
            yield Measure(name, of, float(part[tuple(wrong.T)].sum()) / area, area)


def _interval(scene: Scene, truth: np.ndarray, result: Result) -> Iterator[Measure]:
    """Yield coverage and half width of the interval, in atoms' heights, at atoms and vacancies."""
    if result.half is None:
        return
    pixels = np.indices(truth.shape).reshape(2, -1).T
    height = np.ptp(_levels(truth, _inner(scene, VACANCY, is_kind=False), scene.bond))
    for of, is_kind in (("atoms", False), ("vacancies", True)):
        near = _distance(pixels, _inner(scene, VACANCY, is_kind=is_kind)) < _NEAR * scene.bond
        at = near.reshape(truth.shape)
        if at.any():
            share = conformal.coverage(truth[at], result.value[at], result.half[at])
            yield Measure(COVERAGE, of, share, float(at.sum()))
            width = float(result.half[at].mean() / height)
            yield Measure(WIDTH, of, width, float(at.sum()))


def _region(scene: Scene, bit: int) -> np.ndarray:
    """Return the inside of the areas with a `bit`, of those with none if it is 0, (Y, X)."""
    part = (scene.areas & bit > 0) if bit else scene.areas == 0
    around = 2 * round(_MARGIN * scene.bond) + 1
    return np.asarray(minimum_filter(part, around, mode="constant", cval=False))


def _nearest_kind(scene: Scene, foreign: np.ndarray) -> np.ndarray:
    """Return which of the designed dopants each of `foreign` (N, 2) is, (N,)."""
    dopants = scene.atoms[scene.atoms["kind"] == DOPANT]
    nearest = cKDTree(known.positions(dopants)).query(foreign)[1]
    return np.asarray(dopants["brightness"][nearest].astype(float).round(3))


def _ratio(truth: np.ndarray, value: np.ndarray, places: np.ndarray) -> float:
    return float(np.mean(_at(value, places) / _at(truth, places)))


def _auc(foreign: np.ndarray, hosts: np.ndarray) -> float:
    """Return how often one of `foreign` is brighter than one of `hosts`: the area under the ROC."""
    pairs = foreign[:, None] - hosts
    return float(np.mean((pairs > 0) + 0.5 * (pairs == 0)))
