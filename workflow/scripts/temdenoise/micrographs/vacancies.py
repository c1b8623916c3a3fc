"""Which sites of a lattice have no atom? Told by the neighbours, without a model of the crystal."""

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from skimage.feature import peak_local_max

_REACH = 2.2  # distances of neighbours: translations are sought within
_SAME = 0.3  # distances of neighbours: two places are one site
_STEP = 0.1  # distances of neighbours: the grid on which translations are counted
_BLUR = 1.5  # steps
_EMPTY = 0.5  # distances of neighbours: no atom within
_SHARED = 0.6  # of the atoms have a partner there, if it is a translation
_SURROUNDED = 0.75  # of the translations lead to a site, if it lies in the crystal
_FEWEST = 20  # atoms that make a lattice


def missing_sites(yx: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the sites without an atom, (N, 2), and the share of neighbours that say so, (N,).

    `yx` (M, 2) are the atoms of an image of `shape` (Y, X) [pixels]. A translation of the lattice
    takes most atoms to other atoms. Where most of them arrive and there is none, one is missing.
    Two grains have no common translations, so nothing is found there.
    """
    nothing = np.empty((0, 2)), np.empty(0)
    if len(yx) < _FEWEST:
        return nothing
    tree = cKDTree(yx)
    distance = float(np.median(tree.query(yx, k=2)[0][:, 1]))
    steps = translations(yx, tree, distance, shape)
    if len(steps) < 4:
        return nothing
    arrivals = (yx[:, None] + steps).reshape(-1, 2)
    arrivals = arrivals[_inside(arrivals, shape)]
    arrivals = arrivals[tree.query(arrivals)[0] > _EMPTY * distance]
    return _clusters(arrivals, _SAME * distance, len(steps)) if len(arrivals) else nothing


def translations(
    yx: np.ndarray, tree: cKDTree, distance: float, shape: tuple[int, ...]
) -> np.ndarray:
    """Return the vectors (K, 2) that take most of the atoms `yx` to other atoms."""
    pairs = tree.query_pairs(_REACH * distance, output_type="ndarray")
    vectors = yx[pairs[:, 1]] - yx[pairs[:, 0]]
    vectors = np.concatenate([vectors, -vectors])
    found = [
        vectors[np.linalg.norm(vectors - one, axis=1) < _SAME * distance].mean(0)
        for one in _crowded(vectors, distance, len(yx))
    ]
    kept = [one for one in found if _is_translation(one, yx, tree, distance, shape)]
    return np.array(kept).reshape(-1, 2)


def _crowded(vectors: np.ndarray, distance: float, atoms: int) -> np.ndarray:
    """Return the places (K, 2) where `vectors` (N, 2) crowd: as many as 0.4 of the `atoms`."""
    step, reach = _STEP * distance, _REACH * distance
    bins = round(2 * reach / step)
    limits = [[-reach, reach], [-reach, reach]]
    counts, *_ = np.histogram2d(vectors[:, 0], vectors[:, 1], bins=bins, range=limits)
    crowd = gaussian_filter(counts, _BLUR, mode="constant") * 2 * np.pi * _BLUR**2
    places = peak_local_max(crowd, min_distance=3, threshold_abs=0.4 * atoms, exclude_border=False)
    return np.asarray((places + 0.5) * 2 * reach / bins - reach)


def _is_translation(
    step: np.ndarray, yx: np.ndarray, tree: cKDTree, distance: float, shape: tuple[int, ...]
) -> bool:
    arrivals = (yx + step)[_inside(yx + step, shape)]
    if not len(arrivals):
        return False
    return float(np.mean(tree.query(arrivals)[0] < _SAME * distance)) > _SHARED


def _inside(yx: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return np.asarray(((yx >= 1) & (yx <= np.array(shape) - 2)).all(axis=1))


def _clusters(places: np.ndarray, radius: float, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the centres of crowded `places` (M, 2), and how crowded they are, from 0 to 1."""
    tree = cKDTree(places)
    groups = tree.query_ball_point(places, radius)
    free = np.ones(len(places), dtype=bool)
    centres, shares = [], []
    for number in np.argsort([-len(group) for group in groups], kind="stable"):
        share = min(len(groups[number]) / most, 1.0)
        if share < _SURROUNDED:
            break
        if free[number]:
            centres.append(places[groups[number]].mean(0))
            shares.append(share)
            free[tree.query_ball_point(places[number], 2 * radius)] = False
    return np.array(centres).reshape(-1, 2), np.array(shares)
