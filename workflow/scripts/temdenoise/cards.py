"""Model cards: what a model was trained on, what it reached, and where it should not be used."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from temdenoise.tables import to_markdown

QUANTILES = (0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1)
_ROWS_PER_CELL, _DIGITS = math.sqrt(3), 4


def bond_length_px(
    settings: Mapping[str, Any], grid: Sequence[int], size: int
) -> tuple[float, float]:
    """Return the bond length [pixels] along y and x in an image of `grid` (rows, columns) maps.

    `settings` are the config's structures: the bond is a/√3, in the plane, of a cell of
    `cells` (x, y) rectangles of √3·a by a; the image has `size` × `size` pixels.
    """
    bond = 1 / _ROWS_PER_CELL  # in units of a, as are the edges of the cell
    x, y = settings["cells"][0] * _ROWS_PER_CELL, settings["cells"][1]
    rows, columns = grid
    return size * bond / (rows * y), size * bond / (columns * x)


def scale(
    settings: Mapping[str, Any], tiles: Mapping[str, Sequence[Mapping[str, Any]]], size: int
) -> dict[str, Any]:
    """Return the bond length [pixels] of the test images, and the range of the training images."""
    tested = [length for t in tiles["test"] for length in bond_length_px(settings, t["grid"], size)]
    trained = [
        length for t in tiles["train"] for length in bond_length_px(settings, t["grid"], size)
    ]
    return {
        "bond_length_px": round(float(np.mean(tested)), 2),
        "bond_length_px_range": [round(min(trained), 2), round(max(trained), 2)],
    }


def intensities(images: np.ndarray) -> list[float]:
    """Return the QUANTILES of the clean training `images` (N, Y, X)."""
    sample = images[:: max(1, len(images) // 11)]
    found = np.quantile(sample, QUANTILES)
    return [round(float(value), _DIGITS) for value in found]


def results(scores: pd.DataFrame, model: str, noise: str) -> list[dict[Any, Any]]:
    """Return C_noise, MS-SSIM and that of the noisy input of `model` on its own `noise`."""
    mine = scores[(scores["model"] == model) & (scores["test_noise"] == noise)]
    means = mine.groupby("c_noise", as_index=False)[["ms_ssim", "ms_ssim_noisy"]].mean()
    return [dict(row) for row in means.round(_DIGITS).to_dict("records")]


def to_readme(card: Mapping[str, Any]) -> str:
    """Return the card for people, Markdown."""
    low, high = card["bond_length_px_range"]
    weakest, strongest = card["c_noise"]
    recipe = card["recipe"]
    table = pd.DataFrame(card["scores"]).rename(
        columns={"c_noise": "C_noise", "ms_ssim": "MS-SSIM", "ms_ssim_noisy": "noisy input"}
    )
    return f"""# {card["model"]}

U-Net of {"-".join(map(str, recipe["filters"]))} filters, trained by this workflow on noise
{card["noise"]}: image in [0, 1] in, clean image out. Written by the rule `store_model`; the same
in figures for programs: `card.json`.

- **Data**: density maps of disordered {card["material"]} ({card["engine"]}), tiled to
  {card["image_size"]} × {card["image_size"]} pixels; {card["patches"][0]} patches of
  {card["patch_size"]} × {card["patch_size"]} trained, {card["patches"][1]} validated.
- **Noise**: C_noise from {weakest:g} to {strongest:g}.
- **Scale**: {card["bond_length_px"]} pixels per bond in the test image; {low} to {high} in
  training.
- **Training**: {recipe["epochs"]} epochs, Adam, learning rate {recipe["learning_rate"]:g} (decay:
  {recipe["decay"]}), batches of {recipe["batch_size"]}, {recipe["precision"]}; last validation loss
  {card["validation_loss"]:.5f}. The losses: `history.csv`.
- **Licence**: that of this repository.

On the test image, a structure that training never saw:

{to_markdown(table)}
**Limits.** It has seen round spots on a honeycomb and nothing else: no edges, vacuum, defects,
stacks or second phases, and may draw spots where there are none. Outside the ranges above it
guesses. One image was tested for each C_noise.
"""
