"""A micrograph through a model: mended, resampled, normalised, denoised, and all of it undone."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from temdenoise.micrographs import intensity, scale, tiling, trust
from temdenoise.micrographs.cards import Card
from temdenoise.micrographs.reading import Micrograph
from temdenoise.micrographs.scale import Scale
from temdenoise.micrographs.tiling import Predict

_log = logging.getLogger("temdenoise")


@dataclass(frozen=True)
class Tiles:
    """How an image goes through the network; see `tiling.denoise`."""

    tile: int
    overlap: int
    batch: int


@dataclass(frozen=True)
class Denoised:
    """Images ([N,] Y, X) denoised, in the units and on the grid of the input, float32.

    `uncertainty` is the standard deviation over eight orientations, `facts` what is to be
    recorded of them and `warnings` what speaks against them.
    """

    image: np.ndarray
    uncertainty: np.ndarray
    facts: dict[str, Any]
    warnings: list[str]


def denoise(
    frame: np.ndarray,
    *,
    predict: Predict,
    found: Scale,
    card: Card,
    tiles: Tiles,
    seam_ratio: Callable[[np.ndarray, int], float],
) -> Denoised:
    """Denoise `frame` (Y, X), of the scale `found`, with the model of the `card`.

    `predict` is the network, from and to units in which the training images are in [0, 1].
    `seam_ratio` scores an image (Y, X) with seams at multiples of so many pixels.
    """
    mended, hot, dead = intensity.mend(frame)
    small = scale.resample(mended, found.factors)
    bond_px = card.bond_length_px
    levels = intensity.levels(small, bond_px, card.quantile(0.01), card.quantile(0.99))
    normal = levels.normalise(small)
    facts = _measured(mended, normal, levels, found, bond_px, (hot, dead))
    mean, deviation = trust.over_orientations(_with_progress(predict, tiles), np.clip(normal, 0, 1))
    unit = levels.high - levels.low
    said = {
        **{"low": levels.low, "high": levels.high},
        **{key: value for key, value in asdict(facts).items() if key != "quantiles"},
        "seam_ratio": seam_ratio(mean, tiles.tile - tiles.overlap),
        "uncertainty": float(np.median(deviation)),
    }
    return Denoised(
        scale.to_shape(levels.invert(mean), frame.shape).astype(np.float32),
        scale.to_shape(deviation * unit, frame.shape).clip(min=0).astype(np.float32),
        said,
        trust.warnings(facts, found, card),
    )


def denoise_all(
    source: Micrograph, one: Callable[[np.ndarray], Denoised], scratch: Path
) -> Denoised:
    """Denoise all frames of `source` by `one`, one at a time, their results on disk in `scratch`.

    Numbers are the medians over the frames, hot and dead pixels their sum.
    """
    shape = source.frames.shape
    images, uncertainties = (_on_disk(shape, scratch) for _ in range(2))
    facts: list[dict[str, Any]] = []
    said: list[str] = []
    for number in range(len(source.frames)):
        _log.info("frame %d of %d", number + 1, len(source.frames))
        done = one(source.frame(number))
        images[number], uncertainties[number] = done.image, done.uncertainty
        facts.append(done.facts)
        prefix = f"frame {number + 1}: " if source.is_stack else ""
        said += [prefix + words for words in done.warnings]
    if not source.is_stack:
        images, uncertainties = images[0], uncertainties[0]
    return Denoised(images, uncertainties, _together(facts), said)


def _on_disk(shape: tuple[int, ...], folder: Path) -> np.ndarray:
    return np.memmap(TemporaryFile(dir=folder), dtype=np.float32, shape=shape)


def _together(facts: list[dict[str, Any]]) -> dict[str, Any]:
    columns = {key: [one[key] for one in facts] for key in facts[0]}
    return {
        key: sum(values) if key in ("hot", "dead") else float(np.median(values))
        for key, values in columns.items()
    }


def _with_progress(predict: Predict, tiles: Tiles) -> Callable[[np.ndarray], np.ndarray]:
    done = 0

    def run(image: np.ndarray) -> np.ndarray:
        nonlocal done
        done += 1
        tell = f"orientation {done} of {trust.ORIENTATIONS}: %.0f %% of the tiles"
        return tiling.denoise(
            predict, image, **asdict(tiles), progress=lambda part: _log.info(tell, 100 * part)
        )

    return run


def _measured(
    mended: np.ndarray,
    normal: np.ndarray,
    levels: intensity.Levels,
    found: Scale,
    bond_px: float,
    broken: tuple[int, int],
) -> trust.Facts:
    unit = levels.high - levels.low
    noise = intensity.noise(mended) * scale.noise_gain(found.factors) / unit
    smooth = gaussian_filter(normal, intensity.SMOOTHING * bond_px)
    return trust.Facts(
        noise=noise,
        quantiles=tuple(map(float, np.quantile(smooth, trust.QUANTILES))),
        vacuum=float(trust.vacuum(normal).mean()),
        hot=broken[0],
        dead=broken[1],
    )
