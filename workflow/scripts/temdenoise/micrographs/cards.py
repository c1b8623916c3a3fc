"""What a model was trained on: the card beside its weights."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from temdenoise.cards import QUANTILES
from temdenoise.errors import InputError

# Distance of neighbouring atom columns seen along the normal of the sheet [nm].
_BOND_LENGTHS = {"graphene": 0.1423, "hBN": 0.1446, "MoS2": 0.1824}


@dataclass(frozen=True)
class Card:
    """A model's own words; see the shipped models/<name>/card.json.

    `c_noise` is the trained range of C_noise; `bond_length_px` the bond length [pixels] that the
    model is meant for and `bond_length_px_range` those that it was trained on;
    `intensity_quantiles` are the QUANTILES of the clean training images.
    """

    model: str
    material: str
    c_noise: tuple[float, float]
    patch_size: int
    bond_length_px: float
    bond_length_px_range: tuple[float, float]
    intensity_quantiles: tuple[float, ...]
    sha256: str

    @property
    def bond_length(self) -> float | None:
        """The bond length of the material [nm], None if it is not one of this workflow."""
        return _BOND_LENGTHS.get(self.material)

    def quantile(self, fraction: float) -> float:
        """Return the quantile of the clean training images at `fraction` in [0, 1]."""
        return float(np.interp(fraction, QUANTILES, self.intensity_quantiles))


def read(path: str | os.PathLike[str]) -> Card:
    """Read a model's card.

    Raises
    ------
    InputError
        The file is missing or is not a whole card.
    """
    try:
        said = json.loads(Path(path).read_text(encoding="utf-8"))
        card = Card(
            model=str(said["model"]),
            material=str(said["material"]),
            c_noise=_pair(said["c_noise"]),
            patch_size=int(said["patch_size"]),
            bond_length_px=float(said["bond_length_px"]),
            bond_length_px_range=_pair(said["bond_length_px_range"]),
            intensity_quantiles=tuple(map(float, said["intensity_quantiles"])),
            sha256=str(said["sha256"]),
        )
        if len(card.intensity_quantiles) != len(QUANTILES):
            raise ValueError(f"{len(card.intensity_quantiles)} intensity_quantiles")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{path}: not a whole model card ({error!r}); a model is a folder with model.keras and "
            "card.json"
        ) from error
    return card


def _pair(values: list[float]) -> tuple[float, float]:
    low, high = values
    return float(low), float(high)
