"""How is a stored model applied to an image? Its card and network, the image's scale, the tiles."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from temdenoise.errors import InputError
from temdenoise.micrographs import calibration, denoising, general, reading, room, tiling, verdict
from temdenoise.networks import card as cards
from temdenoise.networks.card import Card
from temdenoise.networks.general_card import GeneralCard

_log = logging.getLogger("temdenoise")


@dataclass(frozen=True)
class Settings:
    """How an image is cut.

    The `window` "hann" makes tiles of `tile` pixels that share `overlap` pixels. The `window`
    "none" is the paper's way: patches of the model's size, side by side. With `score`, the result
    is compared with a blur.
    """

    tile: int = 256
    overlap: int = 64
    window: str = "hann"
    score: bool = True

    def cut(self, card: Card | GeneralCard, grid: Sequence[int]) -> tuple[int, int]:
        """Return tile and overlap [pixels] for an image of `grid` (Y, X) and the model of `card`.

        A general model has no patches to lay side by side, and takes tiles that fit the image: one
        without overlap, if it can.
        """
        if isinstance(card, GeneralCard):
            return tiling.fitting(max(grid), self.overlap)
        return (self.tile, self.overlap) if self.window == "hann" else (card.patch_size, 0)


@dataclass(frozen=True)
class Applied:
    """A `network` with its `card`, for images of the scale `found`."""

    network: Any
    card: Card | GeneralCard
    found: calibration.Scale
    settings: Settings
    dark_atoms: bool = False

    def cut(self, shape: Sequence[int]) -> tuple[int, int]:
        """Return tile and overlap [pixels] for an image of `shape` (Y, X)."""
        return self.settings.cut(self.card, self.found.grid(shape))

    def halved(self) -> "Applied":
        """Return the same for images of which every second row and column is left."""
        return replace(self, found=verdict.half(self.found, self.card))

    def to(self, shape: Sequence[int]) -> Callable[[np.ndarray], denoising.Denoised]:
        """Return the function that denoises images of `shape` (Y, X)."""
        one = self._of_bright_atoms(shape)
        return denoising.of_dark_atoms(one) if self.dark_atoms else one

    def _of_bright_atoms(self, shape: Sequence[int]) -> Callable[[np.ndarray], denoising.Denoised]:
        from temdenoise.networks import inference  # slow TensorFlow

        cut = self.cut(shape)
        batch = inference.batch_size(self.network, cut[0], room.TILES)
        tiles = denoising.Tiles(*cut, batch)
        _log.info("tiles of %d pixels, overlap %d, %d tiles at a time", *astuple(tiles))
        card, found = self.card, self.found
        if isinstance(card, GeneralCard):
            whole = inference.general_predictor(self.network)
            return lambda image: general.denoise(
                image, predict=whole, found=found, card=card, tiles=tiles
            )
        predict = inference.predictor(self.network)
        return lambda image: denoising.denoise(
            image, predict=predict, found=found, card=card, tiles=tiles
        )

    def image(self, frame: np.ndarray) -> np.ndarray:
        """Return `frame` (Y, X) denoised, float64."""
        return self.to(frame.shape)(frame).image.astype(np.float64)


def prepared(
    entry: Mapping[str, Any],
    source: reading.Micrograph,
    model: Path,
    settings: Settings,
    *,
    threads: int,
    memory: float,
) -> Applied:
    """Return the network `model` with its card, for `source`, the micrograph of `entry`.

    TensorFlow takes seconds to load. Meanwhile another thread looks for the lattice.

    Raises
    ------
    InputError
        The model or the scale of the micrograph cannot be used, or `memory` [MB] is too little.
    """
    card = _card(model)
    room.check(source.frames.shape[1:], None, card, memory)  # before a frame is read
    first = source.usable()
    with ThreadPoolExecutor(1) as beside:
        loading = beside.submit(_load, model, card.sha256, threads)
        found = calibration.find(
            first,
            source.pixel_size,
            pixel_size=entry["pixel_size"],
            bond_length=entry["bond_length"],
            card=card,
        )
        _log.info("%s", found)
        room.check(first.shape, found, card, memory)
        return Applied(loading.result(), card, found, settings, entry["dark_atoms"])


def denoiser(model: Path, settings: Settings, threads: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the network `model`, with its card, as a function of images (Y, X) to the same.

    Nothing is known of an image but its pixels.
    """
    card = _card(model)

    def run(image: np.ndarray) -> np.ndarray:
        found = calibration.find(image, None, pixel_size=None, bond_length=None, card=card)
        applied = Applied(_load(model, card.sha256, threads), card, found, settings)
        return applied.to(image.shape)(image).image

    return run


def _card(model: Path) -> Card | GeneralCard:
    for path in (model, model.with_name("card.json")):
        if not path.is_file():
            raise InputError(
                f"model {model.parent.name}: there is no {path}; check the model's name and the "
                "folder of models (stored.models, --models)"
            )
    card = cards.read(model.with_name("card.json"))
    cards.check(model, card)
    return card


@cache
def _load(model: Path, _: str, threads: int) -> Any:
    """Return the network `model`, loaded once for all images; another checksum is another model."""
    from temdenoise.networks import folding, inference, training

    training.use_threads(threads)
    return folding.folded(inference.load(model))
