"""Which network denoises any image? A U-Net without levels, with an interval in the same pass.

No convolution has a bias, and every other operation is positively homogeneous: f(a·x) = a·f(x).
The image enters minus its mean, so f(a·x + b) = a·f(x) + b. Mohan et al. 2020, arXiv:1906.05478.
"""

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import layers, ops

from temdenoise.networks.standard import LEVEL, standardised

_FLAT = 0.05  # deviation of a truth below which its error weighs no more
Denoise3 = Callable[[np.ndarray], np.ndarray]
ARCHITECTURES = {"bias-free": 1, "unshuffle": 2}  # their first stride


def network(filters: Sequence[int], architecture: str, precision: str = "float32") -> keras.Model:
    """Return the untrained network: (N, Y, X, 1) of mean 0 → (N, Y, X, 3).

    The three are the value and the lower and upper end of its interval. `filters` are those of the
    blocks from the outermost to the bottleneck. Y and X are multiples of `multiple_of`. With the
    architecture "unshuffle" the blocks work on squares of 2 × 2 pixels: a convolution of stride 2
    is pixel-unshuffle and a convolution.
    """
    stride, (first, *_) = ARCHITECTURES[architecture], filters
    image = layers.Input((None, None, 1))
    edge = 3 * stride if stride > 1 else 5
    features = _convolution(image, first, edge, precision, strides=stride)
    features = _u_shape(features, filters, precision)
    return keras.Model(image, _heads(features, stride, precision))


def multiple_of(filters: Sequence[int], architecture: str) -> int:
    """Return the number of pixels whose multiples an edge of the image must be."""
    return int(ARCHITECTURES[architecture] * 2 ** (len(filters) - 1))


def loss(truth: keras.KerasTensor, predicted: keras.KerasTensor) -> keras.KerasTensor:
    """Return the root mean square error of each patch's value plus the pinball loss of its ends.

    Both over the root of the truth's deviation: that and the root of the square weigh patches of
    much and of little noise alike. `truth` is (N, Y, X, 1), `predicted` (N, Y, X, 3); the result
    is (N,).
    """
    value, ends = predicted[..., :1], predicted[..., 1:]
    tail = np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2], dtype=np.float32)
    error = truth - ends
    pinball = ops.maximum(tail * error, (tail - 1) * error)
    square = ops.mean(ops.square(truth - value), axis=(1, 2, 3))
    contrast = ops.maximum(ops.std(truth, axis=(1, 2, 3)), _FLAT)
    return (ops.sqrt(square + 1e-8) + ops.mean(pinball, axis=(1, 2, 3))) / ops.sqrt(contrast)


def _u_shape(
    features: keras.KerasTensor, filters: Sequence[int], precision: str
) -> keras.KerasTensor:
    *down, bottleneck = filters
    skips = []
    for number, count in enumerate(down):
        convolutions = 1 if number == 0 else 2  # the first has been made
        skips.append(_block(features, count, precision, convolutions))
        features = layers.AveragePooling2D(2, dtype=precision)(skips[-1])
    features = _block(features, bottleneck, precision)
    for count, skip in zip(reversed(down), reversed(skips), strict=True):
        upper = layers.UpSampling2D(2, dtype=precision)(features)
        joined = layers.Concatenate(dtype=precision)([upper, skip])
        features = _block(joined, count, precision)
    return features


def _heads(features: keras.KerasTensor, stride: int, precision: str) -> keras.KerasTensor:
    """Return value, value − |a| and value + |b|: the ends never cross, and nothing has a level."""
    if stride == 1:
        out = layers.Conv2D(3, 1, use_bias=False, dtype="float32")(features)
    else:
        out = layers.Conv2DTranspose(
            3, 3 * stride, stride, padding="same", use_bias=False, dtype="float32"
        )(features)
    value, below, above = (out[..., k : k + 1] for k in range(3))
    below, above = ops.abs(below), ops.abs(above)
    return layers.Concatenate(dtype="float32")([value, value - below, value + above])


def _block(
    features: keras.KerasTensor, count: int, precision: str, convolutions: int = 2
) -> keras.KerasTensor:
    for _ in range(convolutions):
        features = _convolution(features, count, 3, precision)
    return features


def _convolution(
    features: keras.KerasTensor, count: int, edge: int, precision: str, strides: int = 1
) -> keras.KerasTensor:
    return layers.Conv2D(
        count,
        edge,
        strides,
        padding="same",
        activation="relu",
        use_bias=False,
        kernel_initializer="he_normal",
        dtype=precision,
    )(features)


def denoiser(network: keras.Model, multiple: int = 16) -> Denoise3:
    """Return the `network` as a function of an image: (Y, X) → (3, Y, X) float32.

    The three are value, lower and upper end, in the units of the image. Its lower and right edge
    are reflected to a `multiple` of pixels. It gets no margin: the training has seen borders.
    """

    def run(image: np.ndarray) -> np.ndarray:
        normal, mean, deviation = standardised(image)
        pads = [(0, -edge % multiple) for edge in image.shape]
        padded = np.pad(normal, pads, mode="symmetric")[None, ..., None]
        y, x = image.shape
        predicted = np.asarray(network.predict_on_batch(padded))[0, :y, :x]
        return np.moveaxis(predicted * deviation + mean, -1, 0).astype(np.float32)

    return run


def valued(network: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """Return the `network` as a function of an image (Y, X) to the same, without the interval."""
    run = denoiser(network)
    return lambda image: np.asarray(run(image)[0])
