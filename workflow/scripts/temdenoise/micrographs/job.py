"""How does one micrograph go through one model, from file to file?"""

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import temdenoise
from temdenoise.errors import InputError
from temdenoise.micrographs import calibration, denoising, reading, summary, writing
from temdenoise.networks import card as cards
from temdenoise.networks.card import Card
from temdenoise.run import checksums

_log = logging.getLogger("temdenoise")

_SHARE = 0.25  # of the memory, for the network's feature maps
_NETWORK = 700  # MB: TensorFlow and a model
_PER_PIXEL = 32  # bytes, of the larger of the image and the same at the model's scale, as measured


@dataclass(frozen=True)
class Settings:
    """How the image is cut: into tiles of `tile` pixels that share `overlap`, by `window` "hann".

    With "none" it is the paper's way, patches of the model's size side by side.
    """

    tile: int
    overlap: int
    window: str

    def cut(self, card: Card) -> tuple[int, int]:
        """Return tile and overlap [pixels] with the model of the `card`."""
        return (self.tile, self.overlap) if self.window == "hann" else (card.patch_size, 0)


def run(
    entry: Mapping[str, Any],
    model: Path,
    settings: Settings,
    target: Mapping[str, str],
    *,
    threads: int,
    memory: float,
) -> None:
    """Denoise the micrograph of a sheet's `entry` with the network `model` and its card.

    Writes `target`'s tif, hspy, uncertainty and summary; no more than `memory` [MB] is meant to be
    used.

    Raises
    ------
    InputError
        The micrograph or the model cannot be used.
    """
    pixel_size = entry["pixel_size"]
    source = reading.read(entry["path"], crop=entry["crop"], pixel_size=pixel_size)
    card = _card(model)
    found = calibration.find(
        source.usable(),
        source.pixel_size,
        pixel_size=pixel_size,
        bond_length=entry["bond_length"],
        card=card,
    )
    _log.info("%s", found)
    tile, overlap = settings.cut(card)
    check_room(source.frames.shape[1:], found, memory)
    done = denoising.denoise_all(
        source,
        _network(model, card, found, (tile, overlap), threads, memory),
        Path(target["tif"]).parent,
    )
    cut = {"tile": tile, "overlap": overlap, "window": settings.window}
    said = {**_source(entry, source), **cut}
    record = summary.provenance(done, found, card, said)
    for words in done.warnings:
        _log.warning("%s", words)
    writing.write_tiff(target["tif"], done.image, source, found.pixel_size, record)
    writing.write_hspy(target["hspy"], done.image, source, found.pixel_size, record)
    writing.write_tiff(target["uncertainty"], done.uncertainty, source, found.pixel_size, record)
    summary.write(target["summary"], record)


def _card(model: Path) -> Card:
    for path in (model, model.with_name("card.json")):
        if not path.is_file():
            raise InputError(
                f"model {model.parent.name}: there is no {path}; look at stored.models and "
                "at the column model"
            )
    card = cards.read(model.with_name("card.json"))
    cards.check(model, card)
    return card


def check_room(shape: Sequence[int], found: calibration.Scale, memory: float) -> None:
    """Refuse an image of `shape` (Y, X) that at its scale is too large for `memory` [MB]."""
    grid = [round(edge * factor) for edge, factor in zip(shape, found.factors, strict=True)]
    pixels = max(np.prod(grid), np.prod(shape))
    needed = _NETWORK + _SHARE * memory + _PER_PIXEL * pixels / 1e6
    if needed > memory:
        raise InputError(
            f"the image of {shape[0]} × {shape[1]} pixels has {grid[0]} × {grid[1]} at the model's "
            f"scale, which need {needed:.0f} MB of memory; the job has {memory:.0f}: crop it, or "
            f"say --set-resources denoise_micrograph:mem_mb={1000 * int(np.ceil(needed / 750)):d}"
        )


def _network(
    model: Path,
    card: Card,
    found: calibration.Scale,
    cut: tuple[int, int],
    threads: int,
    memory: float,
) -> Any:
    from temdenoise.networks import inference, training  # TensorFlow, after what can be refused

    training.use_threads(threads)
    network = inference.load(model)
    room = _SHARE * min(inference.free_memory(), memory)
    tiles = denoising.Tiles(*cut, inference.batch_size(network, cut[0], room))
    _log.info("tiles of %d pixels that share %d, %d at a time", *astuple(tiles))
    return partial(
        denoising.denoise,
        predict=inference.predictor(network),
        found=found,
        card=card,
        tiles=tiles,
    )


def _source(entry: Mapping[str, Any], source: reading.Micrograph) -> dict[str, Any]:
    return {
        "source": os.fspath(entry["path"]),
        "source_sha256": checksums.of(entry["path"]),
        "crop": entry["crop"],
        "frames": len(source.frames),
        "temdenoise": temdenoise.__version__,
    }
