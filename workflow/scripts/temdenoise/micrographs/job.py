"""One micrograph and one model, from file to file."""

import hashlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import temdenoise
from temdenoise.errors import InputError
from temdenoise.micrographs import cards, denoising, reading, scale, summary, writing
from temdenoise.micrographs.cards import Card

_log = logging.getLogger("temdenoise")

_SHARE = 0.25  # of the memory, for the network's feature maps


@dataclass(frozen=True)
class Settings:
    """How the image is cut: into tiles of `tile` pixels that share `overlap`, by `window` "hann".

    With "none" it is the paper's way, patches of the model's size side by side.
    """

    tile: int
    overlap: int
    window: str


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
    first = source.frame(0)
    card = _card(model)
    found = scale.find(
        first,
        source.pixel_size,
        pixel_size=pixel_size,
        bond_length=entry["bond_length"],
        card=card,
    )
    _log.info("scale: %s", found)
    done = denoising.denoise_all(
        source,
        _network(model, card, found, settings, threads, memory),
        Path(target["tif"]).parent,
    )
    said = _source(entry, settings, source)
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
    if card.sha256 != _sha256(model):
        raise InputError(f"{model}: not the model of its card.json, by its checksum")
    return card


def _network(
    model: Path, card: Card, found: scale.Scale, settings: Settings, threads: int, memory: float
) -> Any:
    from temdenoise import inference, metrics, training  # TensorFlow, after what can be refused

    training.use_threads(threads)
    network = inference.load(model)
    hann = settings.window == "hann"
    tile, overlap = (settings.tile, settings.overlap) if hann else (card.patch_size, 0)
    room = _SHARE * min(inference.free_memory(), memory)
    batch = inference.batch_size(network, tile, room)
    _log.info("tiles of %d pixels, %d shared, %d at a time", tile, overlap, batch)
    return partial(
        denoising.denoise,
        predict=inference.predictor(network),
        found=found,
        card=card,
        tiles=denoising.Tiles(tile, overlap, batch),
        seam_ratio=lambda image, step: metrics.seam_ratio(
            image, np.zeros_like(image), patch_size=step
        ),
    )


def _source(
    entry: Mapping[str, Any], settings: Settings, source: reading.Micrograph
) -> dict[str, Any]:
    return {
        "source": os.fspath(entry["path"]),
        "source_sha256": _sha256(Path(entry["path"])),
        "crop": entry["crop"],
        "frames": len(source.frames),
        **{"tile": settings.tile, "overlap": settings.overlap, "window": settings.window},
        "temdenoise": temdenoise.__version__,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
