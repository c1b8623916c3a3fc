"""How are experimental images denoised?"""

from typing import Literal

from temdenoise.config.keys import Section, key, text

_MODEL = "[A-Za-z][A-Za-z0-9_-]*"


class Batch(Section):
    """Experimental images to denoise with trained models."""

    samples: str | None = key(min_length=1)
    """Table of micrographs, tab-separated: path, name, model, pixel_size_nm, bond_length_nm, crop
    (top:bottom,left:right), dataset (which image of several in a file, by name or number), atoms
    (bright or dark). null means no table.
    Why: You fill in your own images; the shipped file has no row."""
    default_model: str = text(
        f"{_MODEL}(, *{_MODEL})*", because="names separated by commas", examples=["G", "G,BBG"]
    )
    """Models for micrographs whose row names none.
    Why: `general` is made for real images; the paper's models know perfect sheets."""
    bond_length: float | None = key("nm", gt=0, le=10)
    """Distance of neighbouring atom columns, for rows that give none. With null it comes from
    the lattice peaks, or else from the model's material.
    Why: Lattice peaks need no calibration."""
    tile: int = key("pixels", ge=32, le=4096, multiple_of=4)
    """Edge of the tiles that an image is cut into for the network, with `window: hann`.
    Why: paper is silent: four times the training's patches, for speed; the network is
    convolutional."""
    overlap: int = key("pixels", ge=0, multiple_of=2)
    """Width of the strip in which neighbouring tiles fade into one another; at most half of a tile.
    Why: paper is silent: wider than the network's receptive field around a pixel."""
    window: Literal["hann", "none"]
    """How tiles are joined: `hann` fades one into the next; `none` lays patches of the model's size
    side by side, without `tile` and `overlap`.
    Why: Section III.B lays them side by side, which shows seams."""
    on_failure: Literal["skip", "stop"]
    """What to do if a micrograph cannot be denoised: `skip` continues with the others, and the
    table names it; `stop` ends the run.
    Why: One bad file must not stop a batch."""


class Micrographs(Section):
    """Experimental images."""

    micrographs: Batch
