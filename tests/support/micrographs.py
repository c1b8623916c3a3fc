"""Micrographs and models for tests: named test doubles, nothing else."""

import hashlib
from dataclasses import replace

import numpy as np
import tifffile

from temdenoise.networks.card import Card
from temdenoise.networks.general_card import GeneralCard

CARD = Card(
    model="identity",
    noise="G",
    noise_settings={},
    sha256="",
    engine="test double",
    material="graphene",
    image_size=512,
    patch_size=64,
    patches=(4, 1),
    c_noise=(0.1, 0.25),
    bond_length_px=11.2,
    bond_length_px_range=(8.4, 17.0),
    smooth_quantiles=(0, 0.001, 0.003, 0.02, 0.06, 0.15, 0.45, 0.7, 1),
    recipe={"filters": [2, 3, 4], "epochs": 5},
    validation_loss=0.1,
    scores=({"c_noise": 0.1, "ms_ssim": 0.9, "ms_ssim_noisy": 0.5},),
)

GENERAL_CARD = GeneralCard(
    model="general",
    kind="general",
    sha256="",
    engine="test double",
    material="graphene",
    bond_length_px_range=(4, 24),
    noise_range=(0.05, 6),
    recipe={
        **{"filters": [2, 4], "epochs": 1, "steps": 2, "batch_size": 3, "learning_rate": 0.001},
        **{"decay": "cosine", "precision": "float32", "network": "bias-free"},
    },
    scenes={"train": 5, "calibration": 3, "density": 0.4, "patch_size": 32},
    instrument={"counts": [2, 500], "correlation": [0.5, 2]},
    patches=6,
    interval=({"noise": 0.1, "factor": 1.0}, {"noise": 0.9, "factor": 2.0}),
    sites={
        "constant": -2.0,
        "significance": 1.5,
        "relative": 1.0,
        "contrast": 0.0,
        "position": 1.0,
    },
    conditions={"counts 5": 0.3},
)


def honeycomb(shape, bond, angle=0.0):
    """Return a honeycomb of round atoms on black, `bond` [pixels], turned by `angle` [°]."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    image = np.zeros(shape)
    for turn in np.radians(angle + np.array([0, 60, 120])):
        image += np.cos(2 * np.pi / (1.5 * bond) * (np.cos(turn) * x + np.sin(turn) * y))
    return np.exp(-2 * (image + 1.5) / 1.0)


def identity():
    """Return the network that gives back what it is given."""
    import keras

    image = keras.Input((None, None, 1))
    return keras.Model(image, keras.layers.Identity()(image))


def interval(edge=1):
    """Return the general network that gives back the mean of `edge` × `edge` pixels, ± 0.1."""
    import keras

    image = keras.Input((None, None, 1))
    value = keras.layers.AveragePooling2D(edge, 1, padding="same")(image)
    ends = keras.layers.Concatenate()([value, value - 0.1, value + 0.1])
    return keras.Model(image, ends)


def write_image(path, data, pixel_size=0.0158):
    """Write `data` as a TIFF of ImageJ's, its `pixel_size` in nm."""
    values, resolution = np.asarray(data, dtype=np.float32), (1 / pixel_size, 1 / pixel_size)
    tifffile.imwrite(path, values, imagej=True, resolution=resolution, metadata={"unit": "nm"})


def write_model(folder, name, network, card=CARD):
    """Write `network` as the model `name`, with its `card`."""
    path = folder / name / "model.keras"
    path.parent.mkdir(parents=True)
    network.save(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name("card.json").write_text(replace(card, model=name, sha256=sha256).to_json())
    return path
