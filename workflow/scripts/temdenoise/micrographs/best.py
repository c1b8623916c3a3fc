"""Which result is the best for an image? That of a model or of a blur, by the held-out score."""

import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from temdenoise.errors import InputError
from temdenoise.evaluation import held_out
from temdenoise.micrographs import denoising, intensity, job, mending, reading, summary, verdict
from temdenoise.micrographs.applying import Settings, prepared

_log = logging.getLogger("temdenoise")

BLUR = "blur"  # the name of the blur where models have theirs


def run(
    entry: Mapping[str, Any],
    result: Mapping[str, Any],
    models: Mapping[str, Path],
    folder: Path,
    *,
    threads: int,
    memory: float,
) -> str | None:
    """Write into `folder` what explains more of the image of `entry` than a `result`: return which.

    That is one of `models` or BLUR; None if nothing does, or if the summary `result` has no score.
    """
    score = result["score"]
    if score["explained"] is None:
        return _said(None, result)
    found = {BLUR: float(score["blur"]), **dict(_explained(entry, models, threads, memory))}
    best = max(found, key=lambda name: found[name])
    if found[best] <= score["explained"] + verdict.EQUAL:
        return _said(None, result)
    target = job.targets(folder, best)
    if best == BLUR:
        _write_blur(entry, result, target)
    else:
        job.run(entry, models[best], Settings(), target, threads=threads, memory=memory)
    return _said(best, result)


def _said(best: str | None, result: Mapping[str, Any]) -> str | None:
    """Return `best`, and say which result to use."""
    _log.info("use %s", best or result["model"])
    return best


def _explained(
    entry: Mapping[str, Any], models: Mapping[str, Path], threads: int, memory: float
) -> Iterator[tuple[str, float]]:
    """Yield the signal that each of `models` explains; one that refuses the image is left out."""
    source = reading.of_entry(entry)
    image = verdict.scored(source.frame(source.first_with_contrast()))
    for name, model in models.items():
        try:
            applied = prepared(entry, source, model, Settings(), threads=threads, memory=memory)
            explained = held_out.score(image, applied.halved().image).explained
        except InputError as error:
            _log.info("%s: %s", name, error)
            continue
        _log.info("%s explains %.1f%%", name, 100 * explained)
        yield name, explained


def _write_blur(
    entry: Mapping[str, Any], result: Mapping[str, Any], target: Mapping[str, str | Path]
) -> None:
    """Write the micrograph of `entry` after the blur that the summary of a `result` compares with.

    The files are those of `job.run`. The uncertainty is that of the noise which is left; the blur
    also takes brightness from atoms, which it does not tell.
    """
    source = reading.of_entry(entry)
    score, width = result["score"], result["score"]["blur_px"]
    folder = Path(target["tif"]).parent
    done = denoising.denoise_all(source, partial(_blurred, width=width), folder)
    said = (
        f"A Gaussian blur of {width:.1f} px explains {score['blur']:.1%} of the reproducible "
        f"signal; model {result['model']} explains {score['explained']:.1%}."
    )
    facts = {"score": asdict(verdict.Verdict(said, score["blur"], score["blur"], width))}
    found = replace(summary.scale_of(result), factors=(1.0, 1.0))
    job.write(target, entry, source, done, found, (BLUR, None), facts=facts, sites=None)


def _blurred(frame: np.ndarray, width: float) -> denoising.Denoised:
    """Return `frame` (Y, X) blurred by a Gaussian of `width` [pixels]."""
    mended = mending.mend(frame)
    image = gaussian_filter(mended.image, width).astype(np.float32)
    pulse = np.zeros(8 * math.ceil(width) + 3)
    pulse[len(pulse) // 2] = 1
    gain = float((gaussian_filter1d(pulse, width) ** 2).sum())  # of white noise, over both axes
    noise = intensity.noise(mended.image)
    facts = {
        **{"hot": mended.hot, "dead": mended.dead, "hot_rows": mended.hot_rows},
        "border_step": math.nan,
        **{"noise": noise / (float(image.std()) or 1.0), "uncertainty": noise * gain},
    }
    return denoising.Denoised(image, np.full_like(image, noise * gain), facts, [])
