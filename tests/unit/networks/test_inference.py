import keras
import numpy as np
import pytest

from temdenoise.errors import DamagedError, InputError
from temdenoise.networks import inference, training
from temdenoise.networks.unet import unet

pytestmark = pytest.mark.usefixtures("one_thread")

IMAGE = np.arange(8 * 12).reshape(8, 12) / 96


def model_of(function):
    image = keras.Input((None, None, 1))
    return keras.Model(image, function(image))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    keras.utils.set_random_seed(1)
    network = unet([2, 3, 4])
    path = tmp_path_factory.mktemp("model") / "model.keras"
    training.save(path, network)
    return path, network


@pytest.mark.parametrize("patch_size", [2, 4])
@pytest.mark.parametrize("image", [IMAGE, IMAGE.T], ids=["wide", "high"])
def test_identity_gives_the_image_back(image, patch_size):
    found = inference.denoise(model_of(keras.layers.Identity()), image, patch_size)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, image.astype(np.float32))


def test_network_sees_one_patch_at_a_time():
    found = inference.denoise(
        model_of(lambda image: image - keras.ops.mean(image, axis=(1, 2), keepdims=True)), IMAGE, 4
    )
    means = IMAGE.reshape(2, 4, 3, 4).mean((1, 3))
    np.testing.assert_allclose(found, IMAGE - np.kron(means, np.ones((4, 4))), atol=1e-6)


def test_more_patches_than_a_batch_stay_in_their_places():
    image = np.random.default_rng(1).random((18, 14))
    found = inference.denoise(model_of(lambda patch: 2 * patch), image, 2)
    np.testing.assert_allclose(found, 2 * image, rtol=1e-6)


def test_loaded_network_predicts_as_the_saved_one(saved):
    path, network = saved
    loaded = inference.load(path)
    expected = inference.denoise(network, IMAGE, 4)
    np.testing.assert_array_equal(inference.denoise(loaded, IMAGE, 4), expected)
    assert expected.any()


def damages(whole):
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    config = bytearray(whole)
    config[whole.index(b"config.json") + 40] ^= 0xFF
    return [b"", b"some text", whole[: len(whole) // 2], whole[:-1], bytes(flipped), bytes(config)]


def test_missing_and_damaged_models_are_refused(saved, tmp_path):
    for content in [None, *damages(saved[0].read_bytes())]:
        if content is not None:
            (tmp_path / "G.keras").write_bytes(content)
        with pytest.raises(InputError, match=r"(?s)G\.keras: not a whole \.keras.*get it again"):
            inference.load(tmp_path / "G.keras")


@pytest.mark.parametrize("part", [0, 0.25, 0.5, 0.75, 1])
def test_a_network_with_a_flipped_bit_is_refused(saved, tmp_path, part):
    path = tmp_path / "model.keras"
    training.save(path, saved[1])
    content = bytearray(path.read_bytes())
    content[int(part * (len(content) - 1))] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedError, match=r"model\.keras: damaged: expected SHA-256"):
        inference.load(path)


def test_a_few_small_patches_get_company_that_changes_nothing():
    seen = []

    class Network:
        def predict_on_batch(self, batch):
            seen.append(len(batch))
            return np.concatenate([batch, batch - 1, batch + 1], axis=-1)

    predict = inference.general_predictor(Network())
    for count, edge in ((1, 8), (3, 8), (5, 8), (1, 512)):
        patches = np.random.default_rng(count).random((count, edge, edge), dtype=np.float32)
        found = predict(patches)
        assert found.shape == (count, edge, edge, 3)
        np.testing.assert_array_equal(found[..., 0], patches)
    assert seen == [4, 4, 5, 1]
