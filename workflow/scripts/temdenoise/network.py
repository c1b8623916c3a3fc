"""The U-Net of section II.G."""

from collections.abc import Sequence

import keras
from keras import layers


def unet(filters: Sequence[int]) -> keras.Model:
    """Return the untrained U-Net: (N, Y, X, 1) in [0, 1] → (N, Y, X, 1) ≥ 0.

    `filters` are those of the two down blocks and the bottleneck; the two up blocks mirror the
    down blocks. Y and X may be any multiple of 4.
    """
    *down, bottleneck = filters
    image = features = layers.Input((None, None, 1))
    skips = []
    for count in down:
        skips.append(_block(features, count))
        features = layers.MaxPooling2D()(skips[-1])
    features = _block(features, bottleneck)
    for count, skip in zip(reversed(down), reversed(skips), strict=True):
        features = layers.Concatenate()([layers.UpSampling2D()(features), skip])
        features = _block(features, count)
    clean = layers.Conv2D(1, 1, activation="relu")(features)
    return keras.Model(image, clean)


def _block(features: keras.KerasTensor, count: int) -> keras.KerasTensor:
    for _ in range(2):
        features = layers.Conv2D(count, 3, padding="same", activation="relu")(features)
        features = layers.BatchNormalization()(features)
    return features
