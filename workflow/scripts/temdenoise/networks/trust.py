"""Does a general model hold what it promises? Its errors and its interval on new scenes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter

from temdenoise import seeds
from temdenoise.networks import conditions, conformal
from temdenoise.networks.general import Denoise3
from temdenoise.networks.scene_batches import Scenes
from temdenoise.scenes.scene import DIRTY, VACUUM, Scene

COLUMNS = [
    *("condition", "area", "error", "error_of_blur", "coverage", "half_width"),
]
_WIDTHS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)  # pixels, of the blur
_AREAS = {"everywhere": 0, "vacuum": VACUUM, "contamination": DIRTY}


def rows(
    denoise: Denoise3,
    interval: Sequence[Mapping[str, float]],
    images: Scenes,
    scenes: Sequence[Scene],
    instrument: Mapping[str, Any],
    *,
    seed: int,
) -> Iterator[dict[str, Any]]:
    """Yield a row for each condition, scene and area; see COLUMNS.

    Errors are root mean squares over the contrast of the clean scene, so is the mean half width
    of the calibrated interval. The blur is the Gaussian that is nearest to the truth, of those
    tried; nobody who has no truth can choose it.
    """
    for name, record in conditions.recorders(instrument).items():
        for number, scene in enumerate(scenes):
            rng = seeds.generator(seed, "trust", name, number)
            recorded, truth = record(images[number], rng)
            value, half = _with_interval(denoise, interval, recorded)
            blur = min(
                (gaussian_filter(recorded, w) for w in _WIDTHS), key=lambda b: _rms(b - truth)
            )
            for area, bit in _AREAS.items():
                where = (scene.areas & bit > 0) if bit else np.ones(truth.shape, dtype=bool)
                if where.any() and truth.std() > 0:
                    yield {
                        "condition": name,
                        "area": area,
                        **_measured(truth, value, half, blur, where),
                    }


def examples(
    denoise: Denoise3,
    interval: Sequence[Mapping[str, float]],
    images: Scenes,
    instrument: Mapping[str, Any],
    *,
    seed: int,
) -> dict[str, np.ndarray]:
    """Return record, result, truth and half width (4, Y, X) of a scene for each condition."""
    shown = {}
    for number, (name, record) in enumerate(conditions.recorders(instrument).items()):
        rng = seeds.generator(seed, "trust", name, number)
        recorded, truth = record(images[number % len(images)], rng)
        value, half = _with_interval(denoise, interval, recorded)
        shown[name] = np.stack([recorded, value, truth, half]).astype(np.float32)
    return shown


def _with_interval(
    denoise: Denoise3, interval: Sequence[Mapping[str, float]], recorded: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the denoised image and half of its calibrated interval, (Y, X) each."""
    result = denoise(recorded)
    noise = conformal.noise_level(recorded, result[0])
    return result[0], conformal.half_width(result) * conformal.factor_at(interval, noise)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return the means of `rows` by condition and area."""
    return table.groupby(["condition", "area"], sort=False).mean().reset_index()


def readable(means: pd.DataFrame) -> pd.DataFrame:
    """Return `summary` for people: three digits, the coverage in percent."""
    shown = means.copy()
    shown["coverage"] = [f"{100 * value:.1f} %" for value in means["coverage"]]
    for column in ("error", "error_of_blur", "half_width"):
        shown[column] = [f"{value:.3f}" for value in means[column]]
    return shown.rename(columns={"error_of_blur": "error of the best blur"})


def _measured(
    truth: np.ndarray, value: np.ndarray, half: np.ndarray, blur: np.ndarray, where: np.ndarray
) -> dict[str, float]:
    contrast = float(truth.std())
    return {
        "error": _rms((value - truth)[where]) / contrast,
        "error_of_blur": _rms((blur - truth)[where]) / contrast,
        "coverage": conformal.coverage(truth[where], value[where], half[where]),
        "half_width": float(half[where].mean()) / contrast,
    }


def _rms(error: np.ndarray) -> float:
    return float(np.sqrt(np.mean(error**2)))
