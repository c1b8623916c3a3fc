import keras
import numpy as np
import pytest

from temdenoise.networks import general

pytestmark = pytest.mark.usefixtures("one_thread")

IMAGE = np.random.default_rng(3).random((37, 52))


@pytest.fixture(scope="module", params=["bias-free", "unshuffle"])
def network(request):
    keras.utils.set_random_seed(1)
    return general.network([4, 6, 8], request.param)


@pytest.mark.parametrize("gain", [0.01, 0.3, 100.0])
@pytest.mark.parametrize("offset", [0.0, -5.0, 30.0])
def test_gain_and_offset_go_through(network, gain, offset):
    denoise = general.denoiser(network)
    wanted = gain * denoise(IMAGE) + offset
    off = np.abs(denoise(gain * IMAGE + offset) - wanted).max()
    assert off < 1e-3 * gain * np.ptp(IMAGE) + 1e-6 * abs(offset)


def test_the_network_itself_is_homogeneous(network):
    patch = np.random.default_rng(1).standard_normal((2, 16, 24, 1)).astype(np.float32)
    one, other = (network.predict_on_batch(gain * patch) for gain in (1, 7))
    np.testing.assert_allclose(other, 7 * one, rtol=1e-4, atol=1e-5)


def test_the_value_lies_in_its_interval_in_an_image_of_any_shape(network):
    for shape in ((37, 52), (16, 16), (5, 90)):
        value, lower, upper = general.denoiser(network)(IMAGE[: shape[0], : shape[1]])
        assert value.shape == IMAGE[: shape[0], : shape[1]].shape
        assert (lower <= value + 1e-6).all()
        assert (value <= upper + 1e-6).all()


def test_a_flat_image_stays_flat(network):
    np.testing.assert_allclose(general.denoiser(network)(np.full((20, 20), 7.0)), 7.0)


def test_it_loads_without_this_package(network, tmp_path):
    network.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    np.testing.assert_array_equal(general.denoiser(loaded)(IMAGE), general.denoiser(network)(IMAGE))


def test_the_loss_is_least_for_the_truth_and_punishes_a_truth_outside_more():
    truth = np.random.default_rng(2).standard_normal((3, 8, 8, 1)).astype(np.float32)
    right, shifted = (np.concatenate([truth + d] * 3, axis=-1) for d in (0, 0.5))
    wide = np.concatenate([truth, truth - 1, truth + 1], axis=-1)
    outside = np.concatenate([truth, truth + 1, truth + 3], axis=-1)
    perfect, off, broad, missed = (
        general.loss(truth, one).numpy() for one in (right, shifted, wide, outside)
    )
    assert perfect.shape == (3,)
    assert (perfect < 1e-3).all()
    assert (perfect < broad).all()
    assert (broad < missed).all()
    assert (perfect < off).all()


def test_edges_are_multiples_of_what_the_network_halves():
    assert general.multiple_of([4, 6, 8], "bias-free") == 4
    assert general.multiple_of([4, 6, 8], "unshuffle") == 8
