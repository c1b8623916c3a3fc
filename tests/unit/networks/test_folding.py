import keras
import numpy as np
import pytest
from scipy.ndimage import correlate

from temdenoise.networks import folding, general
from temdenoise.networks.unet import unet

pytestmark = pytest.mark.usefixtures("one_thread")

RNG = np.random.default_rng(1)
IMAGES = RNG.standard_normal((2, 24, 40, 1)).astype(np.float32)


@pytest.mark.parametrize("architecture", ["bias-free", "unshuffle"])
def test_a_folded_network_gives_the_same_without_enlarged_maps(architecture):
    keras.utils.set_random_seed(1)
    network = general.network([4, 6, 8], architecture)
    folded = folding.folded(network)
    wanted = network.predict_on_batch(IMAGES)
    np.testing.assert_allclose(folded.predict_on_batch(IMAGES), wanted, rtol=1e-4, atol=1e-5)
    kinds = {type(layer) for layer in folded.layers}
    assert not kinds & {keras.layers.UpSampling2D}
    assert len(folded.layers) == len(network.layers)


def test_the_network_itself_stays_as_it_is():
    network = general.network([4, 6], "bias-free")
    before = network.predict_on_batch(IMAGES)
    folding.folded(network)
    np.testing.assert_array_equal(network.predict_on_batch(IMAGES), before)


def test_the_papers_network_is_not_folded():
    network = unet([4, 6, 8])
    folded = folding.folded(network)
    assert [type(one) for one in folded.layers] == [type(one) for one in network.layers]
    np.testing.assert_array_equal(folded.predict_on_batch(IMAGES), network.predict_on_batch(IMAGES))


def test_a_kernel_for_repeated_pixels_is_that_of_the_repeated_map():
    kernel, small = RNG.random((3, 3, 1, 1)), RNG.random((5, 7))
    wanted = correlate(small.repeat(2, 0).repeat(2, 1), kernel[..., 0, 0], mode="constant")
    found = np.zeros((12, 16))
    for y, x in np.ndindex(small.shape):
        found[2 * y : 2 * y + 4, 2 * x : 2 * x + 4] += (
            small[y, x] * folding.repeating(kernel)[..., 0, 0]
        )
    np.testing.assert_allclose(found[1:-1, 1:-1], wanted)
