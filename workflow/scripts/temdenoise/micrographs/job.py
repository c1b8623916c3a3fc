"""How does a micrograph go through a model, from file to file? The rule and the command."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, astuple, dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import temdenoise
from temdenoise.errors import InputError
from temdenoise.micrographs import (
    atoms,
    calibration,
    denoising,
    general,
    reading,
    room,
    summary,
    tiling,
    verdict,
    writing,
)
from temdenoise.networks import card as cards
from temdenoise.networks.card import Card
from temdenoise.networks.general_card import GeneralCard
from temdenoise.run import checksums, files

if TYPE_CHECKING:
    import pandas as pd

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

        A general model has no patches to lay side by side, and takes tiles that fit the image.
        """
        if isinstance(card, GeneralCard):
            return tiling.fitting(max(grid), self.overlap), self.overlap
        return (self.tile, self.overlap) if self.window == "hann" else (card.patch_size, 0)


def targets(folder: Path, model: str) -> dict[str, Path]:
    """Return where the results of a `model` lie in the `folder` of an image."""
    ends = {"tif": "tif", "hspy": "hspy", "uncertainty": "uncertainty.tif"}
    ends |= {"atoms": "atoms.csv", "summary": "json"}
    return {kind: folder / f"{model}.{end}" for kind, end in ends.items()}


def run(
    entry: Mapping[str, Any],
    model: Path,
    settings: Settings,
    target: Mapping[str, str | Path],
    *,
    threads: int,
    memory: float,
) -> None:
    """Denoise the micrograph of an `entry` of `samples` with the network `model` and its card.

    Write the tif, hspy, uncertainty, atoms and summary of `target`, all or none: a failure does not
    change an earlier result. `memory` [MB] is what the job may use.

    Raises
    ------
    InputError
        The micrograph or the model cannot be used.
    """
    source = reading.of_entry(entry)
    card = _card(model)
    found, network = _prepared(entry, source, model, card, threads, memory)
    cut = settings.cut(card, found.grid(source.frames.shape[1:]))
    folder = Path(target["tif"]).parent
    folder.mkdir(parents=True, exist_ok=True)
    one = _denoise(network, card, found, cut)
    done = denoising.denoise_all(source, one, folder)
    for words in done.warnings:
        _log.warning("%s", words)
    facts: dict[str, Any] = dict(zip(("tile", "overlap"), cut, strict=True))
    facts["window"] = settings.window
    if settings.score:
        facts["score"] = asdict(_verdict(source, done, network, card, found, settings))
    sites = card.sites if isinstance(card, GeneralCard) else None
    originals = map(source.frame, range(len(source.frames)))
    listed = atoms.of_frames(done.image, done.uncertainty, originals, sites, found.pixel_size)
    facts |= {**_source(entry, source), **atoms.counts(listed)}
    record = summary.provenance(done, found, card, facts)
    _write(target, done, listed, source, found.pixel_size, record)


def _verdict(
    source: reading.Micrograph,
    done: denoising.Denoised,
    network: Any,
    card: Card | GeneralCard,
    found: calibration.Scale,
    settings: Settings,
) -> verdict.Verdict:
    """Return the verdict on the first frame with contrast."""
    halved = verdict.half(found, card)

    def quarter(image: np.ndarray) -> np.ndarray:
        cut = settings.cut(card, halved.grid(image.shape))
        return _denoise(network, card, halved, cut)(image).image.astype(np.float64)

    frames = enumerate(map(source.frame, range(len(source.frames))))
    number, frame = next(one for one in frames if not reading.is_flat(one[1]))
    result = done.image[number] if source.is_stack else done.image
    said = verdict.of(frame, result, found.bond_px, quarter)
    _log.info("%s", said.said)
    return said


def _prepared(
    entry: Mapping[str, Any],
    source: reading.Micrograph,
    model: Path,
    card: Card | GeneralCard,
    threads: int,
    memory: float,
) -> tuple[calibration.Scale, Any]:
    """Return the scale of `source` and the network `model`.

    TensorFlow takes seconds to load. Meanwhile another thread looks for the lattice.
    """
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
        return found, loading.result()


def _write(
    target: Mapping[str, str | Path],
    done: denoising.Denoised,
    listed: "pd.DataFrame",
    source: reading.Micrograph,
    pixel_size: writing.Pair | None,
    record: Mapping[str, Any],
) -> None:
    """Write all files of a result beside their final names, then move them, the summary last."""
    kinds = ("summary", "atoms", "uncertainty", "hspy", "tif")
    with files.atomic_together({kind: target[kind] for kind in kinds}) as to:
        writing.write_tiff(to["tif"], done.image, source, pixel_size, record)
        writing.write_hspy(to["hspy"], done.image, source, pixel_size, record)
        writing.write_tiff(to["uncertainty"], done.uncertainty, source, pixel_size, record)
        to["atoms"].write_text(atoms.to_csv(listed), encoding="utf-8")
        to["summary"].write_text(summary.to_json(record), encoding="utf-8")


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


def _denoise(
    network: Any, card: Card | GeneralCard, found: calibration.Scale, cut: tuple[int, int]
) -> Callable[[np.ndarray], denoising.Denoised]:
    """Return the `network` as a function of images (Y, X) of the scale `found`."""
    from temdenoise.networks import inference  # slow TensorFlow

    tiles = denoising.Tiles(*cut, inference.batch_size(network, cut[0], room.TILES))
    _log.info("tiles of %d pixels, overlap %d, %d tiles at a time", *astuple(tiles))
    one: Callable[..., denoising.Denoised] = denoising.denoise
    predict = inference.predictor(network)
    if isinstance(card, GeneralCard):
        one, predict = general.denoise, inference.general_predictor(network)
    return partial(one, predict=predict, found=found, card=card, tiles=tiles)


def denoiser(model: Path, settings: Settings, threads: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the network `model`, with its card, as a function of images (Y, X) to the same.

    Nothing is known of an image but its pixels.
    """
    card = _card(model)

    def run(image: np.ndarray) -> np.ndarray:
        found = calibration.find(image, None, pixel_size=None, bond_length=None, card=card)
        network, cut = (
            _load(model, card.sha256, threads),
            settings.cut(card, found.grid(image.shape)),
        )
        return np.asarray(_denoise(network, card, found, cut)(image).image)

    return run


@cache
def _load(model: Path, _: str, threads: int) -> Any:
    """Return the network `model`, loaded once for all images; another checksum is another model."""
    from temdenoise.networks import folding, inference, training

    training.use_threads(threads)
    return folding.folded(inference.load(model))


def _source(entry: Mapping[str, Any], source: reading.Micrograph) -> dict[str, Any]:
    return {
        "source": os.fspath(entry["path"]),
        "source_sha256": checksums.of(entry["path"]),
        "crop": entry["crop"],
        "dataset": source.dataset,
        "frames": len(source.frames),
        "temdenoise": temdenoise.__version__,
    }
