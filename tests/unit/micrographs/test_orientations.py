import numpy as np
import pytest
from scipy.ndimage import uniform_filter

from temdenoise.micrographs import orientations

IMAGE = np.random.default_rng(1).normal(size=(7, 12))


@pytest.mark.parametrize("number", range(orientations.COUNT))
def test_a_turn_is_undone(number):
    np.testing.assert_array_equal(
        orientations.turned_back(orientations.turned(IMAGE, number), number), IMAGE
    )


def test_the_orientations_differ():
    square = np.arange(9).reshape(3, 3)
    turns = {orientations.turned(square, number).tobytes() for number in range(orientations.COUNT)}
    assert len(turns) == orientations.COUNT


def test_identity_is_sure_of_itself():
    upright, mean, deviation = orientations.over_all(lambda image: image, IMAGE)
    np.testing.assert_array_equal(upright, IMAGE)
    np.testing.assert_array_equal(mean, IMAGE)
    np.testing.assert_array_equal(deviation, 0)


def test_a_filter_that_knows_no_direction_is_sure_of_itself():
    _, mean, deviation = orientations.over_all(lambda image: uniform_filter(image, 3), IMAGE)
    np.testing.assert_allclose(mean, uniform_filter(IMAGE, 3), atol=1e-12)
    assert deviation.max() < 1e-12


def test_mean_and_deviation_are_those_of_the_four():
    def leaning(image):
        return image + np.arange(image.shape[1])

    four = [
        orientations.turned_back(leaning(orientations.turned(IMAGE, number)), number)
        for number in range(orientations.COUNT)
    ]
    upright, mean, deviation = orientations.over_all(leaning, IMAGE)
    np.testing.assert_array_equal(upright, leaning(IMAGE))
    np.testing.assert_allclose(mean, np.mean(four, 0))
    np.testing.assert_allclose(deviation, np.std(four, 0))


def test_float32_stays_float32():
    results = orientations.over_all(lambda image: image, IMAGE.astype(np.float32))
    assert [one.dtype for one in results] == [np.float32] * 3
