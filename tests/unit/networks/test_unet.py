import keras
import numpy as np
import pytest
from keras import layers

from temdenoise.networks.unet import fast_unet, unet

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(1)
    return unet([2, 3, 4])


def of_kind(network, kind):
    return [layer for layer in network.layers if isinstance(layer, kind)]


def run(network, shape):
    image = np.random.default_rng(1).random((2, *shape, 1), dtype=np.float32)
    return keras.ops.convert_to_numpy(network(image))


def test_network_takes_grey_images_of_any_size(network):
    assert network.input_shape == network.output_shape == (None, None, None, 1)


@pytest.mark.parametrize("shape", [(4, 4), (4, 12), (20, 8), (64, 32)])
def test_output_has_the_shape_of_its_input(network, shape):
    assert run(network, shape).shape == (2, *shape, 1)


def test_output_is_never_negative():
    for bias, expected in [(-9.0, 0.0), (0.5, 0.5)]:
        network = unet([2, 3, 4])
        kernel, _ = network.layers[-1].get_weights()
        network.layers[-1].set_weights([np.zeros_like(kernel), np.array([bias])])
        np.testing.assert_array_equal(run(network, (8, 12)), expected)


def test_network_has_the_papers_layers(network):
    counts = {
        layers.Conv2D: 5 * 2 + 1,
        layers.BatchNormalization: 5 * 2,
        layers.MaxPooling2D: 2,
        layers.UpSampling2D: 2,
        layers.Concatenate: 2,
    }
    assert {kind: len(of_kind(network, kind)) for kind in counts} == counts
    assert len(network.layers) == 1 + sum(counts.values())


def test_filters_are_mirrored_about_the_bottleneck(network):
    convolutions = of_kind(network, layers.Conv2D)
    assert [layer.filters for layer in convolutions] == [2, 2, 3, 3, 4, 4, 3, 3, 2, 2, 1]
    assert {layer.kernel_size for layer in convolutions[:-1]} == {(3, 3)}


def test_every_convolution_is_followed_by_relu_then_batch_normalisation(network):
    *blocks, last = of_kind(network, layers.Conv2D)
    normalised = [layer.input for layer in of_kind(network, layers.BatchNormalization)]
    for convolution, tensor in zip(blocks, normalised, strict=True):
        assert convolution.output is tensor
        assert convolution.activation is keras.activations.relu
    assert network.output is last.output


def test_skips_join_the_normalised_block_of_the_same_resolution(network):
    normalised = [layer.output for layer in of_kind(network, layers.BatchNormalization)]
    joined = [layer.input[1] for layer in of_kind(network, layers.Concatenate)]
    assert [id(tensor) for tensor in joined] == [id(normalised[3]), id(normalised[1])]


def test_paper_network_has_its_size():
    assert unet([32, 64, 128]).count_params() == 473_537


def pair(precision="float32"):
    fast, plain = fast_unet([2, 3, 4], precision), unet([2, 3, 4])
    random = np.random.default_rng(1)
    plain.set_weights([random.uniform(0.1, 0.9, w.shape) for w in plain.get_weights()])
    fast.set_weights(plain.get_weights())
    return fast, plain


def steps(network, count):
    x = np.random.default_rng(2).random((4, 32, 24, 1), dtype=np.float32)
    network.compile(keras.optimizers.SGD(1e-3), "mean_absolute_error")
    losses = [network.train_on_batch(x, x / 2) for _ in range(count)]
    return np.array(losses), network.get_weights()


def test_fast_network_is_the_same_network():
    fast, plain = pair()
    np.testing.assert_allclose(run(fast, (8, 12)), run(plain, (8, 12)), rtol=1e-5)


def test_fast_network_learns_the_same():
    (fast, weights), (plain, expected) = (steps(network, 3) for network in pair())
    np.testing.assert_allclose(fast, plain, rtol=1e-4)
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=3e-2, atol=1e-4)


def test_frozen_layers_keep_their_moving_moments():
    fast, _ = pair()
    frozen = of_kind(fast, layers.BatchNormalization)
    for layer in frozen:
        layer.trainable = False
    before = [weights for layer in frozen for weights in layer.get_weights()]
    steps(fast, 1)
    after = [weights for layer in frozen for weights in layer.get_weights()]
    for one, other in zip(after, before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_half_precision_is_near():
    fast, plain = pair("mixed_bfloat16")
    assert {str(w.dtype) for w in fast.weights} == {"float32"}
    np.testing.assert_allclose(run(fast, (8, 12)), run(plain, (8, 12)), rtol=5e-2)
