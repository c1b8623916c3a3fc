"""What do the models make of an experimental image? Full size and enlarged (Fig. 3)."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from temdenoise.errors import InputError
from temdenoise.micrographs import intensity, reading, writing
from temdenoise.reports.style import LABELS, grid, mark
from temdenoise.run.files import read_json

_PANEL = (2.6, 2.8)


def read(
    original: str | os.PathLike[str],
    denoised: Sequence[str],
    summaries: Sequence[str],
    models: Sequence[str],
) -> tuple[dict[str, np.ndarray], float]:
    """Return the `original` (Y, X) and each model's result by name, and the bond length [pixels].

    Raises
    ------
    InputError
        A model could not denoise it, or a file is damaged.
    """
    said = [read_json(path) for path in summaries]
    problems = [str(one["problem"]) for one in said if one["problem"]]
    if problems:
        raise InputError(f"the experiment is not whole: {problems[0]}")
    images = {"original": intensity.mend(reading.read(original).frame(0))[0]}
    for model, path in zip(models, denoised, strict=True):
        images[model] = writing.open_tiff(path).astype(float)
    return images, float(said[0]["bond_px"])


def draw(
    images: Mapping[str, np.ndarray], regions: Mapping[str, tuple[slice, ...]], bond_px: float
) -> Figure:
    """Return a figure of a column an image (Y, X): whole, and each of its `regions` enlarged."""
    figure, panels = grid(1 + len(regions), len(images), _PANEL)
    for column, (name, image) in zip(panels.T, images.items(), strict=True):
        low, high = np.percentile(image, (0.5, 99.5))
        grey = {"cmap": "gray", "vmin": low, "vmax": high, "interpolation": "nearest"}
        column[0].imshow(image, **grey)
        column[0].set_title(LABELS.get(name, name), fontsize=9)
        for axes, (region, section) in zip(column[1:], regions.items(), strict=True):
            mark(column[0], (section[0], section[1]))
            at = (section[1].start, section[0].start - bond_px / 2)
            column[0].text(*at, region, color="#7cfc00", fontsize=7)
            axes.imshow(image[section], **grey)
            axes.set_ylabel(region if name == "original" else "", fontsize=9)
        for axes in column:
            axes.set(xticks=[], yticks=[])
    return figure
