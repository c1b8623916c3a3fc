"""How does a micrograph go through a model, from file to file? The rule and the command."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
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
    summary,
    tiling,
    writing,
)
from temdenoise.networks import card as cards
from temdenoise.networks.card import Card
from temdenoise.networks.general_card import GeneralCard
from temdenoise.run import checksums, files

if TYPE_CHECKING:
    import pandas as pd

_log = logging.getLogger("temdenoise")

# MB for the feature maps. The last bits of a result depend on how many tiles are predicted at once,
# so that number must not depend on the free memory.
_ROOM = 1000.0
_NETWORK = 700  # MB: TensorFlow and a model
_PER_PIXEL = 32  # bytes, measured; per pixel of the image or of its resampled copy, if larger


@dataclass(frozen=True)
class Settings:
    """How an image is cut.

    The `window` "hann" makes tiles of `tile` pixels that share `overlap` pixels. The `window`
    "none" is the paper's way: patches of the model's size, side by side.
    """

    tile: int = 256
    overlap: int = 64
    window: str = "hann"

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
    shape = source.frames.shape[1:]
    tile, overlap = settings.cut(card, _grid(shape, found))
    check_room(shape, found, memory)
    folder = Path(target["tif"]).parent
    folder.mkdir(parents=True, exist_ok=True)
    network = _network(model, card, found, (tile, overlap), threads)
    done = denoising.denoise_all(source, network, folder)
    for words in done.warnings:
        _log.warning("%s", words)
    cut = {"tile": tile, "overlap": overlap, "window": settings.window}
    sites = card.sites if isinstance(card, GeneralCard) else None
    originals = map(source.frame, range(len(source.frames)))
    listed = atoms.of_frames(done.image, done.uncertainty, originals, sites, found.pixel_size)
    facts = {**_source(entry, source), **cut, **atoms.counts(listed)}
    record = summary.provenance(done, found, card, facts)
    _write(target, done, listed, source, found.pixel_size, record)


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


def check_room(shape: Sequence[int], found: calibration.Scale, memory: float) -> None:
    """Refuse an image of `shape` (Y, X) whose copy at the model's scale exceeds `memory` [MB]."""
    grid = _grid(shape, found)
    pixels = max(np.prod(grid), np.prod(shape))
    least = _NETWORK + _ROOM
    needed = least + _PER_PIXEL * pixels / 1e6
    if needed > memory:
        more = 1000 * int(np.ceil(needed / 1000))
        crop = "crop the image, or " if memory > least else ""
        raise InputError(
            f"the image of {shape[0]} × {shape[1]} pixels has {grid[0]} × {grid[1]} at the model's "
            f"scale and needs {needed:.0f} MB of memory; {memory:.0f} are allowed: {crop}"
            f"allow more by --memory {more}, in the workflow by --set-resources "
            f"denoise_micrograph:mem_mb={more}"
        )


def _grid(shape: Sequence[int], found: calibration.Scale) -> list[int]:
    """Return the shape of an image of `shape` (Y, X) at the model's scale."""
    return [round(edge * factor) for edge, factor in zip(shape, found.factors, strict=True)]


def free_memory() -> float:
    """Return the memory that can be taken without swapping [MB]."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            fields = dict(line.split(":") for line in file)
        return int(fields["MemAvailable"].split()[0]) / 1e3
    except (OSError, KeyError):  # macOS
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2e6


def _network(
    model: Path,
    card: Card | GeneralCard,
    found: calibration.Scale,
    cut: tuple[int, int],
    threads: int,
) -> Any:
    from temdenoise.networks import inference, training  # slow TensorFlow, after all checks

    training.use_threads(threads)
    network = _load(model, card.sha256)
    tiles = denoising.Tiles(*cut, inference.batch_size(network, cut[0], _ROOM))
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
        one = _network(model, card, found, settings.cut(card, _grid(image.shape, found)), threads)
        return np.asarray(one(image).image)

    return run


@cache
def _load(model: Path, _: str) -> Any:
    """Return the network `model`, loaded once for all images; another checksum is another model."""
    from temdenoise.networks import inference

    return inference.load(model)


def _source(entry: Mapping[str, Any], source: reading.Micrograph) -> dict[str, Any]:
    return {
        "source": os.fspath(entry["path"]),
        "source_sha256": checksums.of(entry["path"]),
        "crop": entry["crop"],
        "frames": len(source.frames),
        "temdenoise": temdenoise.__version__,
    }
