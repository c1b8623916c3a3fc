"""How is a micrograph denoised? Broken pixels replaced, scaled, denoised, and scaled back."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from temdenoise.micrographs import (
    calibration,
    intensity,
    mending,
    orientations,
    tiling,
    warnings,
)
from temdenoise.micrographs.calibration import Scale
from temdenoise.micrographs.reading import Micrograph, is_flat
from temdenoise.micrographs.tiling import Predict
from temdenoise.networks.card import SMOOTHING, Card

_log = logging.getLogger("temdenoise")

_NO_CONTRAST = "No contrast (all values equal): copied unchanged. Leave this frame out of averages."


@dataclass(frozen=True)
class Tiles:
    """How an image goes through the network; see `tiling.denoise`."""

    tile: int
    overlap: int
    batch: int


@dataclass(frozen=True)
class Denoised:
    """Images ([N,] Y, X) denoised, in the units and on the grid of the input, float32.

    `uncertainty` is the standard deviation over four orientations, `facts` are the numbers for
    the summary, and `warnings` are those of `warnings.warnings`.
    """

    image: np.ndarray
    uncertainty: np.ndarray
    facts: dict[str, Any]
    warnings: list[str]


def denoise(
    frame: np.ndarray, *, predict: Predict, found: Scale, card: Card, tiles: Tiles
) -> Denoised:
    """Denoise `frame` (Y, X), of the scale `found`, with the model of the `card`.

    `predict` is the network. Its input and output have units in which the training images are in
    [0, 1]. The result is the mean over four orientations. Without an overlap, the paper's way, it
    is the upright orientation alone. The mended image is centred on 0, and then all is float32.
    """
    mended = mending.mend(frame)
    noise, offset = intensity.noise(mended.image), float(np.median(mended.image))
    normal, levels = _normal((mended.image - offset).astype(np.float32), found, card)
    counts = mended.counts
    del mended
    unit = levels.high - levels.low
    noise *= calibration.noise_gain(found.factors) / unit
    quantiles = _quantiles(normal, _bond_px(found, card))
    facts = warnings.Facts(noise, quantiles, _vacuum(normal), *counts)
    np.clip(normal, 0, None, out=normal)
    upright, mean, deviation = orientations.over_all(_with_progress(predict, tiles), normal)
    levels = intensity.Levels(levels.low + offset, levels.high + offset)
    said = {
        **asdict(levels),
        **{key: value for key, value in asdict(facts).items() if key != "quantiles"},
        "border_step": tiling.border_step(upright, normal, tiles.tile - tiles.overlap),
        "uncertainty": float(np.median(deviation)),
    }
    del normal
    image = calibration.to_shape(mean if tiles.overlap else upright, frame.shape)
    del upright, mean
    return Denoised(
        levels.invert(image.astype(np.float64)).astype(np.float32),
        (calibration.to_shape(deviation, frame.shape).clip(min=0) * unit).astype(np.float32),
        said,
        [*warnings.warnings(facts, found, card), *filter(None, [intensity.coarse(levels)])],
    )


def of_dark_atoms(one: Callable[[np.ndarray], Denoised]) -> Callable[[np.ndarray], Denoised]:
    """Return `one`, which denoises images (Y, X) of bright atoms, for images of dark atoms."""

    def run(frame: np.ndarray) -> Denoised:
        done = one(-frame.astype(np.float64))
        facts = {**done.facts, "hot": done.facts["dead"], "dead": done.facts["hot"]}
        facts |= {key: -facts[key] for key in ("low", "high") if key in facts}
        return replace(done, image=-done.image, facts=facts)

    return run


def denoise_all(
    source: Micrograph, one: Callable[[np.ndarray], Denoised], scratch: Path
) -> Denoised:
    """Denoise all frames of `source` by `one`, one at a time; the results are in `scratch`.

    Facts are medians over the frames; of broken pixels and rows they are sums. A frame of a stack
    without contrast is copied unchanged, with a warning.
    """
    shape = source.frames.shape
    images, uncertainties = (_on_disk(shape, scratch) for _ in range(2))
    facts: list[dict[str, Any]] = []
    said: list[str] = []
    for number in range(len(source.frames)):
        _log.info("frame %d of %d", number + 1, len(source.frames))
        frame = source.frame(number)
        done = _unchanged(frame) if is_flat(frame) else one(frame)
        images[number], uncertainties[number] = done.image, done.uncertainty
        facts += [done.facts] if done.facts else []
        prefix = f"frame {number + 1}: " if source.is_stack else ""
        said += [prefix + words for words in (*done.warnings, *_of_missing(source.missing(number)))]
    if not source.is_stack:
        images, uncertainties = images[0], uncertainties[0]
    return Denoised(images, uncertainties, _together(facts), said)


def _of_missing(number: int) -> list[str]:
    """Return the warning on values that were filled in."""
    if not number:
        return []
    return [
        f"{number} values were NaN or infinite: the nearest were put there. Look at no atom there."
    ]


def _unchanged(frame: np.ndarray) -> Denoised:
    """Return a `frame` (Y, X) without contrast unchanged: nothing defines its grey scale."""
    image = frame.astype(np.float32)
    return Denoised(image, np.zeros_like(image), {}, [_NO_CONTRAST])


def _on_disk(shape: tuple[int, ...], folder: Path) -> np.ndarray:
    with TemporaryFile(dir=folder) as file:  # it lives as long as it is mapped
        return np.memmap(file, dtype=np.float32, shape=shape)


def _together(facts: list[dict[str, Any]]) -> dict[str, Any]:
    columns = {key: [one[key] for one in facts] for key in facts[0]}
    return {
        key: sum(values) if key in ("hot", "dead", "hot_rows") else float(np.median(values))
        for key, values in columns.items()
    }


def _normal(image: np.ndarray, found: Scale, card: Card) -> tuple[np.ndarray, intensity.Levels]:
    """Return `image` (Y, X) on the model's grid and in its units, and the map between the units."""
    small = calibration.resample(image, found.factors)
    ends = card.quantile(0.01), card.quantile(0.99)
    levels = intensity.cut_off(image) or intensity.levels(small, _bond_px(found, card), *ends)
    small -= levels.low
    small /= levels.high - levels.low
    return small, levels


def _bond_px(found: Scale, card: Card) -> float:
    """Return the bond length [pixels] on the model's grid."""
    return card.wanted_bond_px(found.bond_px) if found.bond_px else card.bond_length_px


def _quantiles(normal: np.ndarray, bond_px: float) -> tuple[float, ...]:
    smooth = gaussian_filter(normal, SMOOTHING * bond_px)
    return tuple(map(float, np.quantile(smooth, warnings.QUANTILES, overwrite_input=True)))


def _vacuum(normal: np.ndarray) -> float:
    return float(warnings.vacuum(normal).mean())


def _with_progress(predict: Predict, tiles: Tiles) -> Callable[[np.ndarray], np.ndarray]:
    numbers = iter(range(1, orientations.COUNT + 1))

    def run(image: np.ndarray) -> np.ndarray:
        _log.info("orientation %d of %d", next(numbers), orientations.COUNT)
        return tiling.denoise(predict, image, **asdict(tiles))

    return run
