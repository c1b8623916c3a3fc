"""Noisy images in, denoised images out."""

import os
import zipfile

import keras
import numpy as np

from temdenoise.errors import InputError
from temdenoise.files import REBUILD
from temdenoise.images import split_patches, stitch_patches

_BATCH = 32


def load(path: str | os.PathLike[str]) -> keras.Model:
    """Load a trained network.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    try:
        return keras.saving.load_model(path, compile=False)
    except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not a whole .keras model ({error}); {REBUILD}") from error


def denoise(network: keras.Model, image: np.ndarray, patch_size: int) -> np.ndarray:
    """Return `image` (Y, X) denoised patch by patch, side by side as in the paper, float32."""
    patches = split_patches(np.asarray(image, dtype=np.float32)[None], patch_size)
    predicted = network.predict(patches[..., None], batch_size=_BATCH, verbose=0)[..., 0]
    return stitch_patches(predicted, image.shape)[0]
