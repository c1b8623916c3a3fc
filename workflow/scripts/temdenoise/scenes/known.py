"""What is known of an image that was made to measure trust? Its scene, and what it is made for."""

from dataclasses import dataclass

import numpy as np

from temdenoise.scenes.scene import Scene

VACANCIES, DOPED, REGIONS, DFT = "vacancies", "dopants", "regions", "DFT vacancies"


@dataclass(frozen=True)
class Known:
    """A `scene` of a `design` and its clean image (Y, X); the usual atom's height is about 1."""

    design: str
    scene: Scene
    clean: np.ndarray


def positions(atoms: np.ndarray) -> np.ndarray:
    """Return the y, x of `atoms` [pixels], (N, 2)."""
    return np.stack([atoms["y"], atoms["x"]], axis=1).astype(float)
