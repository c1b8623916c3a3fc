"""What does a trained network make of an image? Noisy images in, denoised images out."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from temdenoise.errors import InputError
from temdenoise.images.ground_truth import split_patches, stitch_patches
from temdenoise.run import checksums

_BATCH = 32
_LARGEST_BATCH = 16  # more gains no speed on tiles of 256 pixels
_WORKSPACE = 8  # feature maps of the widest layer, at full size, that live at once
_COMPANY, _LARGE = 4, 512  # patches of fewer pixels an edge come at least so many at a time


def load(path: str | os.PathLike[str]) -> keras.Model:
    """Load a trained network.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    checksums.verify(path)
    try:
        Path(path).open("rb").close()  # Keras reports a file without permission as missing
        return keras.saving.load_model(path, compile=False)
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path}: not a whole .keras model ({error}); train or get it again, or update Keras"
        ) from error


def denoise(network: keras.Model, image: np.ndarray, patch_size: int) -> np.ndarray:
    """Return `image` (Y, X) denoised patch by patch, side by side as in the paper, float32."""
    patches = split_patches(np.asarray(image, dtype=np.float32)[None], patch_size)
    predicted = network.predict(patches[..., None], batch_size=_BATCH, verbose=0)[..., 0]
    return stitch_patches(predicted, image.shape)[0]


def patchwise(network: keras.Model, patch_size: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the `network` as a function of an image (Y, X), patch by patch as in the paper."""
    return lambda image: denoise(network, image, patch_size)


def predictor(network: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """Return the `network` as a function of patches (B, Y, X), float32, to the same."""
    return lambda patches: np.asarray(network.predict_on_batch(patches[..., None]))[..., 0]


def general_predictor(network: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """Return the general `network` as a function of patches (B, Y, X) to (B, Y, X, 3), float32.

    A few small patches get company: alone, their last bits would depend on the number of threads.
    """

    def predict(patches: np.ndarray) -> np.ndarray:
        count, edge = len(patches), patches.shape[1]
        alone = edge < _LARGE and count < _COMPANY
        seen = np.resize(patches, (_COMPANY, *patches.shape[1:])) if alone else patches
        return np.asarray(network.predict_on_batch(seen[..., None]))[:count]

    return predict


def batch_size(network: keras.Model, tile: int, room: float) -> int:
    """Return how many tiles of `tile` × `tile` pixels fit into `room` [MB], at least 1."""
    widest = max(layer.output.shape[-1] for layer in network.layers)
    per_tile = 4 * tile**2 * widest * _WORKSPACE / 1e6
    return int(np.clip(room / per_tile, 1, _LARGEST_BATCH))
