"""How does a micrograph go through a model, from file to file? The rule and the command."""

import logging
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import temdenoise
from temdenoise.micrographs import atoms, denoising, reading, summary, verdict, writing
from temdenoise.micrographs.applying import Applied, Settings, prepared
from temdenoise.micrographs.calibration import Scale
from temdenoise.networks.general_card import GeneralCard
from temdenoise.run import checksums, files

_log = logging.getLogger("temdenoise")


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
    applied = prepared(entry, source, model, settings, threads=threads, memory=memory)
    card, shape = applied.card, source.frames.shape[1:]
    done = denoising.denoise_all(source, applied.to(shape), _folder(target))
    for words in done.warnings:
        _log.warning("%s", words)
    facts: dict[str, Any] = dict(zip(("tile", "overlap"), applied.cut(shape), strict=True))
    facts["window"] = settings.window
    if settings.score:
        facts["score"] = asdict(_verdict(source, done, applied))
    sites = card.sites if isinstance(card, GeneralCard) else None
    known = (card.model, card.sha256)
    write(target, entry, source, done, applied.found, known, facts=facts, sites=sites)


def _folder(target: Mapping[str, str | Path]) -> Path:
    folder = Path(target["tif"]).parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _verdict(
    source: reading.Micrograph, done: denoising.Denoised, applied: Applied
) -> verdict.Verdict:
    """Return the verdict on the first frame with contrast."""
    number = source.first_with_contrast()
    result = done.image[number] if source.is_stack else done.image
    halved = applied.halved()
    said = verdict.of(source.frame(number), result, applied.found.bond_px, halved.image)
    _log.info("%s", said.said)
    return said


def write(
    target: Mapping[str, str | Path],
    entry: Mapping[str, Any],
    source: reading.Micrograph,
    done: denoising.Denoised,
    found: Scale,
    model: tuple[str, str | None],
    *,
    facts: Mapping[str, Any],
    sites: Mapping[str, float] | None,
) -> None:
    """Write what was `done` to the micrograph `source` of `entry` into the files of `target`.

    All are written beside their final names, then moved, the summary last. `model` is its name and
    sha256, `facts` are more for the summary, and `sites` make probabilities of atoms, if known.
    """
    originals = map(source.frame, range(len(source.frames)))
    listed = atoms.of_frames(
        done.image,
        done.uncertainty,
        originals,
        sites,
        found.pixel_size,
        sign=-1 if entry["dark_atoms"] else 1,
    )
    facts = {**facts, **_source(entry, source), **atoms.counts(listed)}
    record = summary.provenance(done, found, model, facts)
    kinds = ("summary", "atoms", "uncertainty", "hspy", "tif")
    with files.atomic_together({kind: target[kind] for kind in kinds}) as to:
        writing.write_tiff(to["tif"], done.image, source, found.pixel_size, record)
        writing.write_hspy(to["hspy"], done.image, source, found.pixel_size, record)
        writing.write_tiff(to["uncertainty"], done.uncertainty, source, found.pixel_size, record)
        to["atoms"].write_text(atoms.to_csv(listed), encoding="utf-8")
        to["summary"].write_text(summary.to_json(record), encoding="utf-8")


def _source(entry: Mapping[str, Any], source: reading.Micrograph) -> dict[str, Any]:
    return {
        "source": os.fspath(entry["path"]),
        "source_sha256": checksums.of(entry["path"]),
        "crop": entry["crop"],
        "dark_atoms": entry["dark_atoms"],
        "dataset": source.dataset,
        "frames": len(source.frames),
        "temdenoise": temdenoise.__version__,
    }
