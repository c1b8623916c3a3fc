"""What was a model trained on, what did it reach, and where should it not be used? Its card."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from temdenoise.errors import InputError
from temdenoise.networks import general_card
from temdenoise.networks.general_card import GeneralCard
from temdenoise.run import checksums
from temdenoise.structures.materials import MATERIALS

if TYPE_CHECKING:
    import pandas as pd

SMOOTHING = 0.15  # of a bond: far below the size of an atom
QUANTILES = (0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1)
_ROWS_PER_CELL, _DIGITS = math.sqrt(3), 4


@dataclass(frozen=True)
class Card:
    """A model's own words; see the shipped models/<name>/card.json.

    `patches` are how many trained and validated; `c_noise` is the trained range of C_noise;
    `bond_length_px` the bond length [pixels] that the model is meant for and
    `bond_length_px_range` those that it was trained on; `smooth_quantiles` are the QUANTILES of
    the clean training images after a blur of SMOOTHING; `scores` has C_noise, MS-SSIM and that of
    the noisy input.
    """

    model: str
    noise: str
    noise_settings: Mapping[str, Any]
    sha256: str
    engine: str
    material: str
    image_size: int
    patch_size: int
    patches: tuple[int, int]
    c_noise: tuple[float, float]
    bond_length_px: float
    bond_length_px_range: tuple[float, float]
    smooth_quantiles: tuple[float, ...]
    recipe: Mapping[str, Any]
    validation_loss: float
    scores: Sequence[Mapping[str, float]]

    @property
    def bond_length(self) -> float | None:
        """The bond length of the material [nm], None if it is not one of this workflow."""
        material = MATERIALS.get(self.material)
        return material.bond_length if material else None

    def wanted_bond_px(self, bond_px: float) -> float:
        """Return the bond length [pixels] to which an image of `bond_px` is resampled."""
        low, high = self.bond_length_px_range
        return bond_px if low <= bond_px <= high else self.bond_length_px

    def quantile(self, fraction: float) -> float:
        """Return the quantile of the smoothed clean training images at `fraction` in [0, 1]."""
        return float(np.interp(fraction, QUANTILES, self.smooth_quantiles))

    def to_json(self) -> str:
        """Return the card for programs."""
        return json.dumps(asdict(self), indent=2) + "\n"

    def to_line(self) -> str:
        """Return the card in a line, for the terminal."""
        filters, (low, high) = "-".join(map(str, self.recipe["filters"])), self.bond_length_px_range
        reached = [one["ms_ssim"] for one in self.scores]
        tested = f"{min(reached):.2f} to {max(reached):.2f}" if reached else "unknown"
        return (
            f"{self.model}: noise {self.noise}, C_noise {self.c_noise[0]:g} to "
            f"{self.c_noise[1]:g}; {self.bond_length_px:g} px per bond (training: {low:g} to "
            f"{high:g}); {self.material} by {self.engine}; U-Net {filters}; MS-SSIM {tested}"
        )

    def to_readme(self) -> str:
        """Return the card for people, Markdown."""
        from pandas import DataFrame  # not for who only reads a card: it takes half a second

        from temdenoise.run.pages import to_markdown

        table = DataFrame(self.scores).rename(
            columns={"c_noise": "C_noise", "ms_ssim": "MS-SSIM", "ms_ssim_noisy": "noisy input"}
        )
        return _README.format(
            filters="-".join(map(str, self.recipe["filters"])),
            trained=self.patches[0],
            validated=self.patches[1],
            weakest=self.c_noise[0],
            strongest=self.c_noise[1],
            fewest=self.bond_length_px_range[0],
            most=self.bond_length_px_range[1],
            table=to_markdown(table),
            **vars(self),
        )


def read(path: str | os.PathLike[str]) -> Card | GeneralCard:
    """Read the card.json at `path`, of one of the paper's models or of a general one.

    Raises
    ------
    InputError
        The file is missing, damaged or incomplete.
    """
    try:
        said = json.loads(Path(path).read_text(encoding="utf-8"))
        if dict(said).get("kind") == general_card.KIND:
            return general_card.from_json(said)
        card = Card(**{one.name: said[one.name] for one in fields(Card)})
        if len(card.smooth_quantiles) != len(QUANTILES):
            raise ValueError(f"{len(card.smooth_quantiles)} smooth_quantiles")
        card.to_line(), card.quantile(0.5), card.bond_length, int(card.patch_size)  # can be used
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise InputError(
            f"{path}: not a whole model card ({error!r}); a model is a folder with model.keras and "
            "card.json: get both again"
        ) from error
    return card


def check(model: str | os.PathLike[str], card: Card | GeneralCard) -> None:
    """Refuse the weights at `model` if they are not those of the `card`.

    Raises
    ------
    InputError
        Their checksum differs.
    """
    if checksums.of(model) != card.sha256:
        raise InputError(f"{model}: not the model of its card.json (checksum); get both again")


def check_wanted(
    card: Card | GeneralCard, path: str | os.PathLike[str], wanted: Mapping[str, Any]
) -> None:
    """Refuse the `card`, read from `path`, unless it says what the config asks for.

    `wanted` is what it must say: noise, material, patches, recipe, …

    Raises
    ------
    InputError
        What the model was trained on, or how, differs.
    """
    said, asked = ({**one, **one["recipe"]} for one in (vars(card), wanted))
    for key in (key for key in asked if key != "recipe"):
        if said.get(key) != asked[key]:
            raise InputError(
                f"{path}: {key}: trained with {said.get(key)}, the config says {asked[key]}; "
                "change the config, or train with training.pretrained: false"
            )


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


def intensities(images: np.ndarray, bond_px: float) -> list[float]:
    """Return the QUANTILES of the clean training `images` (N, Y, X) of `bond_px`, smoothed."""
    from scipy.ndimage import gaussian_filter  # not for who only reads a card

    sample = images[:: max(1, len(images) // 11)]
    smooth = gaussian_filter(sample, (0, SMOOTHING * bond_px, SMOOTHING * bond_px))
    found = np.quantile(smooth, QUANTILES)
    return [round(float(value), _DIGITS) for value in found]


def results(scores: "pd.DataFrame", model: str, noise: str) -> list[dict[Any, Any]]:
    """Return C_noise, MS-SSIM and that of the noisy input of `model` on its own `noise`."""
    mine = scores[(scores["model"] == model) & (scores["test_noise"] == noise)]
    means = mine.groupby("c_noise", as_index=False)[["ms_ssim", "ms_ssim_noisy"]].mean()
    return [dict(row) for row in means.round(_DIGITS).to_dict("records")]


_README = """# {model}

U-Net of {filters} filters, trained by this workflow on noise
{noise}: image in [0, 1] in, clean image out. Written by the rule `store_model`; the same
in figures for programs: `card.json`.

- **Data**: density maps of disordered {material} ({engine}), tiled to
  {image_size} × {image_size} pixels; {trained} patches of
  {patch_size} × {patch_size} trained, {validated} validated.
- **Noise**: C_noise from {weakest:g} to {strongest:g}.
- **Scale**: {bond_length_px} pixels per bond in the test image; {fewest} to {most} in
  training.
- **Training**: {recipe[epochs]} epochs, Adam, learning rate {recipe[learning_rate]:g} (decay:
  {recipe[decay]}), batches of {recipe[batch_size]}, {recipe[precision]}; last validation loss
  {validation_loss:.5f}. The losses: `history.csv`.
- **Licence**: that of this repository.

On the test image, a structure that training never saw:

{table}
**Limits.** It has seen round spots on a honeycomb and nothing else: no edges, vacuum, defects,
stacks or second phases, and may draw spots where there are none. Outside the ranges above it
guesses. One image was tested for each C_noise.
"""
