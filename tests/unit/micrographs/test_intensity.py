import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from micrographs import honeycomb
from scipy.ndimage import median_filter, rank_filter

from temdenoise.micrographs import intensity

ENDS = st.floats(-1e7, 1e7)
ENDS32 = st.floats(-1e6, 1e6, width=32)


@given(ENDS, st.floats(1e-3, 1e6), st.integers(0, 99))
def test_normalising_is_undone(low, width, seed):
    levels = intensity.Levels(low, low + width)
    image = np.random.default_rng(seed).normal(low, width, (5, 7))
    np.testing.assert_allclose(
        levels.invert(levels.normalise(image)), image, rtol=1e-9, atol=1e-9 * width
    )


@given(st.floats(1e-3, 1e6), ENDS)
def test_gain_and_offset_of_the_detector_do_not_matter(gain, offset):
    image = honeycomb((40, 50), 8)
    one = intensity.levels(image, 8, 0.001, 0.7).normalise(image)
    other = gain * image + offset
    two = intensity.levels(other, 8, 0.001, 0.7).normalise(other)
    np.testing.assert_allclose(one, two, atol=1e-6 + 1e-8 * abs(offset) / gain)


def test_percentiles_1_and_99_come_to_those_of_the_training_images():
    image = 3e6 + 1e5 * honeycomb((80, 90), 30)
    normal = intensity.levels(image, 1.0, 0.05, 0.7).normalise(image)
    assert np.percentile(normal, (1, 99)) == pytest.approx((0.05, 0.7), abs=0.01)


@given(st.floats(1e-3, 1e6), ENDS, st.sampled_from([0.2, 0.4]))
def test_an_image_cut_off_at_both_ends_is_mapped_by_them(gain, offset, sigma):
    noise = np.random.default_rng(2).normal(0, sigma, (60, 70))
    noisy = honeycomb((60, 70), 8) + noise
    found = intensity.cut_off(gain * noisy.clip(0, 1) + offset)
    assert (found.low, found.high) == pytest.approx((offset, offset + gain))
    assert intensity.cut_off(gain * noisy.clip(0, None) + offset) is None
    assert intensity.cut_off(gain * noisy + offset) is None


@pytest.mark.parametrize("value", [1e9, -1e9])
def test_a_broken_pixel_moves_nothing(value):
    image = honeycomb((40, 50), 8) + np.random.default_rng(1).normal(0, 0.1, (40, 50))
    broken = image.copy()
    broken[7, 11] = broken[30, 2] = value
    mended, hot, dead = intensity.mend(broken)
    assert (hot, dead) == ((2, 0) if value > 0 else (0, 2))
    untouched = np.ones(image.shape, dtype=bool)
    untouched[7, 11] = untouched[30, 2] = False
    np.testing.assert_array_equal(mended[untouched], image[untouched])
    assert np.abs(mended - image).max() < 2
    before, after = (intensity.levels(one, 8, 0, 1) for one in (image, mended))
    assert (after.low, after.high) == pytest.approx((before.low, before.high), abs=0.02)


@given(arrays.arrays(np.float32, st.tuples(st.integers(1, 70), st.integers(1, 9)), elements=ENDS32))
def test_broken_pixels_are_those_of_rank_filters(image):
    options = {"footprint": [[1, 1, 1], [1, 0, 1], [1, 1, 1]], "mode": "reflect"}
    around, hot, dead = intensity._broken(image)
    np.testing.assert_array_equal(around, median_filter(image, **options))
    limit = intensity._BROKEN * intensity._spread(np.abs(image - around))
    np.testing.assert_array_equal(hot, image > rank_filter(image, -2, **options) + limit)
    np.testing.assert_array_equal(dead, image < rank_filter(image, 1, **options) - limit)


def test_salt_and_pepper_is_noise_and_no_broken_pixels():
    rng = np.random.default_rng(1)
    image = honeycomb((60, 50), 8) + rng.normal(0, 0.05, (60, 50))
    image[rng.random(image.shape) < 0.1] = 9
    mended, hot, dead = intensity.mend(image)
    assert (hot, dead) == (0, 0)
    np.testing.assert_array_equal(mended, image)


@pytest.mark.parametrize("bond", [5, 12])
def test_atoms_are_no_broken_pixels(bond):
    image = honeycomb((60, 50), bond) + np.random.default_rng(1).normal(0, 1e-3, (60, 50))
    assert intensity.mend(image)[1:] == (0, 0)


@pytest.mark.parametrize("dtype", ["u1", "u4", "i2", "f4"])
def test_integers_do_not_run_over(dtype):
    image = np.zeros((9, 9), dtype) + np.arange(9).astype(dtype)
    mended = intensity.mend(image)[0]
    np.testing.assert_array_equal(mended, image)
    assert intensity.noise(mended) < 1e-12


@pytest.mark.parametrize("sigma", [0.05, 0.2])
def test_noise_is_measured_beside_a_lattice(sigma):
    image = honeycomb((120, 130), 11.2) / 20
    noisy = image + np.random.default_rng(1).normal(0, sigma, image.shape)
    assert intensity.noise(noisy) == pytest.approx(sigma, rel=0.05)


@pytest.mark.parametrize("mean", [0.005, 0.02, 0.3, 2.0])
@pytest.mark.parametrize("bond", [5, 12])
def test_one_hot_pixel_of_a_counting_detector_moves_nothing(mean, bond):
    counts = np.random.default_rng(1).poisson(mean, (90, 100)).astype("u2")
    broken = counts.copy()
    broken[40, 50] = 65535
    mended, hot, dead = intensity.mend(broken)
    assert (hot, dead) == (1, 0)
    assert intensity.mend(counts)[1:] == (0, 0)
    mended[40, 50] = counts[40, 50]
    np.testing.assert_array_equal(mended, counts)
    expected = intensity.levels(counts.astype(float), bond, 0, 1)
    for one in (mended, broken.astype(float)):
        found = intensity.levels(one, bond, 0, 1)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.01)


@pytest.mark.parametrize("part", [0.004, 0.01])
@pytest.mark.parametrize("value", [65535, -65535])
def test_hot_pixels_that_are_too_many_to_be_mended_do_not_move_the_levels(part, value):
    rng = np.random.default_rng(1)
    image = honeycomb((90, 100), 11.2) + rng.normal(0, 0.1, (90, 100))
    expected = intensity.levels(image, 11.2, 0, 1)
    image[rng.random(image.shape) < part] = value
    assert intensity.mend(image)[1:] == (0, 0)
    found = intensity.levels(image, 11.2, 0, 1)
    close = 0.02 * (expected.high - expected.low)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=close)


def test_the_only_pixel_that_differs_is_not_broken():
    image = np.zeros((9, 12))
    image[4, 5] = 3
    mended, hot, dead = intensity.mend(image)
    assert (hot, dead) == (0, 0)
    np.testing.assert_array_equal(mended, image)


@given(ENDS, st.floats(1e-3, 1e6))
def test_a_result_is_called_coarse_where_float32_has_fewer_than_200_steps(low, width):
    found = intensity.Levels(low, low + width)
    step = np.spacing(np.float32(max(abs(low), abs(low + width))))
    assert (intensity.coarse(found) is None) == (float(step) <= (found.high - found.low) / 200)


def test_the_warning_of_a_large_offset_has_its_numbers():
    said = intensity.coarse(intensity.Levels(4.2e9, 4.2e9 + 50))
    assert said is not None
    assert len(said.splitlines()) == 1
    assert all(part in said for part in ("50", "4.2e+09", "256", "Subtract the offset"))


@pytest.mark.parametrize("low", [0.0, -300.0, 1e5])
def test_usual_images_are_not_coarse(low):
    assert intensity.coarse(intensity.Levels(low, low + 200)) is None
