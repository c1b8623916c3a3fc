"""Micrographs and models for tests: named test doubles, nothing else."""

import hashlib
import json

import numpy as np

from temdenoise.micrographs.cards import Card

SAID = {
    **{"model": "identity", "noise": "G", "engine": "test double", "material": "graphene"},
    **{"c_noise": [0.1, 0.25], "patch_size": 64, "bond_length_px": 11.2},
    "bond_length_px_range": [8.4, 17.0],
    "intensity_quantiles": [0, 0.001, 0.003, 0.02, 0.06, 0.15, 0.45, 0.7, 1],
}
CARD = Card(
    model="identity",
    material="graphene",
    c_noise=(0.1, 0.25),
    patch_size=64,
    bond_length_px=11.2,
    bond_length_px_range=(8.4, 17.0),
    intensity_quantiles=tuple(SAID["intensity_quantiles"]),
    sha256="",
)


def honeycomb(shape, bond, angle=0.0):
    """Return a honeycomb of round atoms on black, `bond` [pixels], turned by `angle` [°]."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    image = np.zeros(shape)
    for turn in np.radians(angle + np.array([0, 60, 120])):
        image += np.cos(2 * np.pi / (1.5 * bond) * (np.cos(turn) * x + np.sin(turn) * y))
    return np.exp(-2 * (image + 1.5) / 1.0)


def write_model(folder, name, network):
    """Write `network` as the model `name`, with its card."""
    path = folder / name / "model.keras"
    path.parent.mkdir(parents=True)
    network.save(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    card = {**SAID, "model": name, "sha256": digest}
    path.with_name("card.json").write_text(json.dumps(card))
    return path
