"""How does a general network run in fewer operations? Its sums are made in another order."""

from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def folded(network: keras.Model) -> keras.Model:
    """Return `network` with its results, to within rounding, in fewer operations.

    A convolution of joined maps is a sum of two. That of a map whose pixels are repeated needs only
    four products instead of nine. So no enlarged and no joined map is made. That holds for 3 × 3
    pixels without bias, which the paper's networks have.
    """
    instead: dict[str, keras.Layer] = {}
    for upper, (join, convolution) in zip(
        network.layers, pairwise(network.layers[1:]), strict=False
    ):
        if _folds(upper, join, convolution):
            instead[upper.name] = layers.Identity()
            instead[join.name] = _Joined(convolution.kernel.numpy(), upper.output.shape[-1])
            instead[convolution.name] = layers.Activation(convolution.activation)
    return keras.models.clone_model(network, clone_function=lambda one: instead.get(one.name, one))


def repeating(kernel: np.ndarray) -> np.ndarray:
    """Return the `kernel` (3, 3, in, out) for a map whose pixels are repeated, (4, 4, out, in).

    It is that of a transposed convolution of the map before, of stride 2.
    """
    wide = np.zeros((4, 4, *kernel.shape[2:]), kernel.dtype)
    for y, x in np.ndindex(2, 2):
        wide[y : y + 3, x : x + 3] += kernel
    return wide[::-1, ::-1].swapaxes(2, 3)


def _folds(upper: Any, join: Any, convolution: Any) -> bool:
    """Tell whether three consecutive layers enlarge a map, join it with another and convolve."""
    return (
        isinstance(upper, layers.UpSampling2D)
        and isinstance(join, layers.Concatenate)
        and isinstance(convolution, layers.Conv2D)
        and convolution.kernel_size == (3, 3)
        and not convolution.use_bias
    )


class _Joined(layers.Layer):
    """Convolve maps (N, Y, X, `channels`), enlarged, joined with maps (N, 2·Y, 2·X, C).

    The `kernel` is (3, 3, `channels` + C, out).
    """

    def __init__(self, kernel: np.ndarray, channels: int) -> None:
        super().__init__()
        self._upper = repeating(kernel[:, :, :channels])
        self._beside = kernel[:, :, channels:]

    def call(self, maps: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        """Return the convolved maps (N, 2·Y, 2·X, out)."""
        small, beside = maps
        enlarged = keras.ops.conv_transpose(small, self._upper, strides=2, padding="same")
        return enlarged + keras.ops.conv(beside, self._beside, padding="same")
