"""What is wrong with a crystal? Missing and foreign atoms, strain, disorder."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from temdenoise.scenes import fields
from temdenoise.scenes.scene import DOPANT, VACANCY
from temdenoise.structures.sheets import displacement_coefficients

Settings = Mapping[str, Any]


def with_defects(atoms: np.ndarray, settings: Settings, rng: np.random.Generator) -> np.ndarray:
    """Make some atoms vacancies and some dopants of another brightness."""
    atoms = atoms.copy()
    draw, (low, high) = rng.random(len(atoms)), settings["dopant_brightness"]
    missing = rng.uniform(0, settings["vacancies"]) * (rng.random() < 0.6)
    foreign = rng.uniform(0, settings["dopants"]) * (rng.random() < 0.6)
    dopants = (draw >= missing) & (draw < missing + foreign)
    atoms["kind"][dopants] = DOPANT
    factors = fields.log_uniform(rng, low, high, int(dopants.sum()))
    atoms["brightness"][dopants] *= factors
    atoms["kind"][draw < missing] = VACANCY
    return atoms


def bent(
    atoms: np.ndarray, bond: float, strain: float, size: int, rng: np.random.Generator
) -> np.ndarray:
    """Displace `atoms` by slow waves, whose strain is at most `strain`."""
    atoms, (y, x) = atoms.copy(), (atoms["y"], atoms["x"])
    for axis in ("y", "x"):
        wave = rng.normal(0, 2 * np.pi / size, 2)
        amplitude = rng.uniform(0, strain) / max(float(np.hypot(*wave)), 1e-3)
        shift = amplitude * np.sin(wave[0] * y + wave[1] * x + rng.uniform(0, 2 * np.pi))
        atoms[axis] += np.clip(shift, -bond, bond)
    return atoms


def disordered(atoms: np.ndarray, reach: float, rng: np.random.Generator) -> np.ndarray:
    """Displace each atom by up to `reach` [pixels] along each axis (Eq. 1, 2)."""
    atoms = atoms.copy()
    shifts = reach * displacement_coefficients(rng.standard_normal((len(atoms), 2)))
    atoms["y"] += shifts[:, 0]
    atoms["x"] += shifts[:, 1]
    return atoms
