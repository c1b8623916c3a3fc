"""What is the network? The U-Net of section II.G."""

from collections.abc import Sequence

import keras
import tensorflow as tf
from keras import layers


class FusedBatchNormalization(layers.BatchNormalization):
    """Keras's batch normalisation as one operation instead of a dozen: same maths and variables.

    The moving variance takes the unbiased variance of a batch, n/(n-1) times Keras's.
    """

    def call(
        self, inputs: tf.Tensor, training: bool | None = None, mask: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Normalise `inputs` (N, Y, X, C) with the batch's own moments or with the moving ones."""
        learns = bool(training) and self.trainable
        moving = {} if learns else {"mean": self.moving_mean, "variance": self.moving_variance}
        given = {name: tf.convert_to_tensor(variable) for name, variable in moving.items()}
        normalised, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs,
            tf.convert_to_tensor(self.gamma),
            tf.convert_to_tensor(self.beta),
            epsilon=self.epsilon,
            is_training=learns,
            **given,
        )
        if learns:
            self._move(self.moving_mean, mean)
            self._move(self.moving_variance, variance)
        return normalised

    def _move(self, variable: keras.Variable, value: tf.Tensor) -> None:
        variable.assign(self.momentum * variable + (1 - self.momentum) * value)


def unet(filters: Sequence[int]) -> keras.Model:
    """Return the untrained U-Net: (N, Y, X, 1) in [0, 1] → (N, Y, X, 1) ≥ 0.

    `filters` are those of the two down blocks and the bottleneck; the two up blocks mirror the
    down blocks. Y and X may be any multiple of 4.
    """
    return _unet(filters, "float32", layers.BatchNormalization)


def fast_unet(filters: Sequence[int], precision: str) -> keras.Model:
    """Return the U-Net to train: the weights of `unet`, in faster operations.

    `precision` is that of the features, "float32" or "mixed_bfloat16"; weights are float32.
    """
    return _unet(filters, precision, FusedBatchNormalization)


def _unet(
    filters: Sequence[int], precision: str, normalisation: type[layers.BatchNormalization]
) -> keras.Model:
    def block(features: keras.KerasTensor, count: int) -> keras.KerasTensor:
        for _ in range(2):
            convolution = layers.Conv2D(
                count, 3, padding="same", activation="relu", dtype=precision
            )
            features = normalisation(dtype=precision)(convolution(features))
        return features

    *down, bottleneck = filters
    image = features = layers.Input((None, None, 1))
    skips = []
    for count in down:
        skips.append(block(features, count))
        features = layers.MaxPooling2D(dtype=precision)(skips[-1])
    features = block(features, bottleneck)
    for count, skip in zip(reversed(down), reversed(skips), strict=True):
        upper = layers.UpSampling2D(dtype=precision)(features)
        features = block(layers.Concatenate(dtype=precision)([upper, skip]), count)
    clean = layers.Conv2D(1, 1, activation="relu", dtype="float32")(features)
    return keras.Model(image, clean)
