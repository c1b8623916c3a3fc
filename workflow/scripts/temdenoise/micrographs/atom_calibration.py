"""When is a peak an atom? A logistic function, fitted to scenes whose atoms are known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.spatial import cKDTree

from temdenoise.micrographs import atoms
from temdenoise.networks import conformal
from temdenoise.networks.standard import LEVEL
from temdenoise.scenes.scene import VACANCY, Scene

_NEAR = 0.35  # bonds: a peak within is the atom
_BORDER = 4  # pixels: peaks nearer to the border are not counted
_RIDGE = 1e-3  # keeps the weights finite if all peaks are atoms


def peaks(
    results: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray, np.random.Generator]],
    scenes: Iterable[Scene],
    interval: Sequence[Mapping[str, float]],
) -> Iterator[pd.DataFrame]:
    """Yield the `matched` peaks of the `results` on `scenes`; see `calibrating.results`.

    `interval` are the factors of the interval. A scene with dark atoms is left out.
    """
    for (recorded, truth, result, _), scene in zip(results, scenes, strict=False):
        if not _is_inverted(truth, scene):
            yield matched(_found(recorded, result, interval), scene)


def false_peaks(
    results: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray, np.random.Generator]],
    interval: Sequence[Mapping[str, float]],
) -> Iterator[pd.DataFrame]:
    """Yield the peaks of the `results` on images without any atom."""
    for recorded, _, result, _ in results:
        yield _found(recorded, result, interval).assign(is_atom=False, off_px=np.inf)


def matched(found: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    """Return the peaks `found` in an image of `scene`, with is_atom and off_px from its atom."""
    inside = [found[f"{a}_px"].between(_BORDER, len(scene.areas) - 1 - _BORDER) for a in "yx"]
    kept = found[inside[0] & inside[1]].copy()
    places = _places(scene)
    off = np.full(len(kept), np.inf)
    if len(places) and len(kept):
        off = cKDTree(places).query(kept[["y_px", "x_px"]].to_numpy())[0]
    return kept.assign(is_atom=off < _NEAR * scene.bond, off_px=off)


def sites(peaks: Iterable[pd.DataFrame]) -> dict[str, float]:
    """Return the weights of `atoms.probabilities` and the scale of the position's error.

    The weights maximise the likelihood of the `matched` peaks. With the scale, 90 % of the atoms
    lie within their position's error.
    """
    whole = pd.concat(list(peaks), ignore_index=True)
    matrix, signs = atoms.features(whole), np.where(whole["is_atom"], 1.0, -1.0)

    def loss(weights: np.ndarray) -> float:
        surprise = np.logaddexp(0, -signs * (matrix @ weights)).mean()
        return float(surprise + _RIDGE * (weights @ weights))

    weights = minimize(loss, np.zeros(matrix.shape[1])).x
    real = whole[whole["is_atom"]]
    ratios = (real["off_px"] / real["position_error_px"]).to_numpy()
    scale = float(np.quantile(ratios, LEVEL)) if len(real) else 1.0
    known = zip(atoms.WEIGHTS, weights, strict=True)
    return {**{name: round(float(w), 4) for name, w in known}, "position": round(scale, 4)}


def _found(
    recorded: np.ndarray, result: np.ndarray, interval: Sequence[Mapping[str, float]]
) -> pd.DataFrame:
    """Return the peaks of the network's `result` (3, Y, X) on `recorded` (Y, X)."""
    sigma = conformal.deviation(result, conformal.noise_level(recorded, result[0]), interval)
    return atoms.find(result[0], sigma, float(np.std(recorded - result[0])))


def _places(scene: Scene) -> np.ndarray:
    real = scene.atoms[scene.atoms["kind"] != VACANCY]
    return np.stack([real["y"], real["x"]], axis=1)


def _is_inverted(truth: np.ndarray, scene: Scene) -> bool:
    """Tell whether the atoms of `scene` are dark in its image `truth` (Y, X)."""
    y, x = _places(scene).round().astype(int).T
    inside = (y >= 0) & (x >= 0) & (y < len(truth)) & (x < truth.shape[1])
    return bool(inside.any()) and float(truth[y[inside], x[inside]].mean()) < float(truth.mean())
