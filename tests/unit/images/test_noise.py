import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from temdenoise.images import noise
from temdenoise.images.noise import Settings

NAMES = list(noise.NOISES)
ROWS, COLUMNS = 100, 150
MANY = Settings(patch_size=2, w2=0.0, smoothness=0.0)
KINDS = {
    "dark": {"dark_fraction": 1.0, "bright_fraction": 0.0},
    "bright": {"dark_fraction": 0.0, "bright_fraction": 1.0},
    "between": {"dark_fraction": 0.0, "bright_fraction": 0.0},
}
IMAGES = hnp.arrays(np.float32, (4, 6), elements=st.floats(0, 1, width=32))


def rng(seed=1):
    return np.random.default_rng(seed)


def black_patches(**changes):
    settings = Settings(**({"patch_size": 2, "w2": 0.0} | changes))
    noisy = noise.background(np.zeros((2 * ROWS, 2 * COLUMNS)), 0.0, rng(), settings)
    return noisy.reshape(ROWS, 2, COLUMNS, 2).swapaxes(1, 2).reshape(-1, 4)


def ramp(**changes):
    levels = np.linspace(0, 1, 64 * 64)
    settings = Settings(**({"w2": 0.0} | changes))
    noisy = noise.background(levels.reshape(64, 64), 0.0, rng(), settings)
    return levels, noisy.ravel(), noisy.min()


def clean_stack(count=3):
    return rng().random((count, 4, 6), dtype=np.float32)


def image_table(*names):
    rows = [(name, shift) for name in names for shift in (0, 8)]
    return pd.DataFrame(rows, columns=["image", "shift"])


def corrupted(clean, images, factors, name="BBG", seed=7):
    table = noise.plan(images, factors)
    settings = Settings(patch_size=2)
    found = list(noise.corrupted(clean, images, table, name, seed, settings))
    keys = [(*images.loc[i, ["image", "shift"]], f) for i, f in table.itertuples(index=False)]
    return dict(zip(keys, found, strict=True))


@given(IMAGES, st.floats(0, 1), st.sampled_from(NAMES), st.integers(0, 99))
def test_noisy_image_stays_within_black_and_white(image, factor, name, seed):
    noisy = noise.NOISES[name](image, factor, rng(seed), Settings(patch_size=2))
    assert noisy.shape == image.shape
    assert noisy.min() >= 0
    assert noisy.max() <= 1


@given(IMAGES, st.sampled_from(NAMES))
def test_noise_leaves_its_input_alone_and_draws_from_rng_only(image, name):
    before = image.copy()
    first, second = (
        noise.NOISES[name](image, 0.3, rng(5), Settings(patch_size=2)) for _ in range(2)
    )
    np.testing.assert_array_equal(image, before)
    np.testing.assert_array_equal(first, second)


def test_gaussian_noise_has_mean_0_and_the_factor_as_deviation():
    added = noise.gaussian(np.full((400, 600), 0.5), 0.05, rng(), Settings()) - 0.5
    assert abs(added.mean()) < 4 * 0.05 / np.sqrt(added.size)
    assert added.std() == pytest.approx(0.05, rel=0.01)
    assert abs(np.corrcoef(added[:, 1:].ravel(), added[:, :-1].ravel())[0, 1]) < 0.01


def test_gaussian_noise_is_truncated():
    noisy = noise.gaussian(np.zeros((40, 60)), 1.0, rng(), Settings())
    assert np.mean(noisy == 0) == pytest.approx(0.5, abs=0.05)
    assert np.mean(noisy == 1) == pytest.approx(0.16, abs=0.05)


@pytest.mark.parametrize("ratio", [1.0, 0.5])
@pytest.mark.parametrize("factor", [0.1, 0.36])
def test_salt_and_pepper_alters_its_share_of_pixels(factor, ratio):
    image = rng(2).random((300, 400))
    noisy = noise.salt_and_pepper(image, factor, rng(), Settings(salt_pepper_ratio=ratio))
    share = factor * ratio
    error = np.sqrt(share * (1 - share) / image.size)
    assert abs(np.mean(noisy != image) - share) < 4 * error


@given(IMAGES, st.floats(0, 1), st.integers(0, 99))
def test_salt_falls_on_dark_and_pepper_on_bright_pixels(image, factor, seed):
    noisy = noise.salt_and_pepper(image, factor, rng(seed), Settings())
    altered = noisy != image
    np.testing.assert_array_equal(noisy[altered], image[altered] < 0.5)


def test_salt_and_pepper_everywhere_flips_an_image_and_half_grey_is_bright():
    image = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, np.nextafter(0.5, 0)]])
    found = noise.salt_and_pepper(image, 1.0, rng(), Settings())
    np.testing.assert_array_equal(found, [[1, 0, 0], [0, 1, 1]])


@pytest.mark.parametrize(
    ("name", "first", "second"), [("GSP", "G", "SP"), ("BBG", "BB", "G")], ids=["GSP", "BBG"]
)
def test_double_noise_is_one_after_the_other_on_one_stream(name, first, second):
    image, settings, stream = rng(2).random((4, 6)), Settings(patch_size=2), rng()
    once = noise.NOISES[first](image, 0.3, stream, settings)
    twice = noise.NOISES[second](once, 0.3, stream, settings)
    assert not np.array_equal(once, twice)
    np.testing.assert_array_equal(noise.NOISES[name](image, 0.3, rng(), settings), twice)


def test_background_is_one_value_a_patch():
    values = black_patches(w2=0.02)
    np.testing.assert_array_equal(values, values[:, :1] * np.ones(4))
    assert len(np.unique(values[:, 0])) == ROWS * COLUMNS


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("dark", 0.4, 0.6), ("bright", 0.8, 1.2), ("between", 0.6, 0.9)]
)
@pytest.mark.parametrize("w1", [0.2, 0.1])
def test_background_is_uniform_in_the_range_of_its_kind(kind, low, high, w1):
    values = black_patches(w1=w1, **KINDS[kind]) / w1
    assert low <= values.min() < low + 0.01
    assert high - 0.01 < values.max() <= high
    assert np.mean(values < (low + high) / 2) == pytest.approx(0.5, abs=0.02)


def test_kinds_of_background_have_their_shares():
    values = black_patches()[:, 0] / 0.2
    assert np.mean(values < 0.6) == pytest.approx(0.15, abs=0.012)
    assert np.mean(values > 0.9) == pytest.approx(0.15 * 3 / 4, abs=0.012)
    assert values.min() > 0.4
    assert values.max() < 1.2


def test_background_scatters_about_the_benchmark_with_w2():
    fixed, scattered = black_patches(w2=0.0)[:, 0], black_patches(w2=0.02)[:, 0]
    assert scattered.var() - fixed.var() == pytest.approx(0.02**2, rel=0.15)


@pytest.mark.parametrize("kind", KINDS)
def test_background_is_continuous_at_the_threshold(kind):
    _, noisy, _ = ramp(**KINDS[kind])
    assert np.abs(np.diff(noisy)).max() < 2 / 4095


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_at_or_below_the_background_become_it(kind):
    levels, noisy, value = ramp(**KINDS[kind])
    np.testing.assert_array_equal(noisy[levels <= value], value)
    assert (noisy[levels > value] > value).all()


@pytest.mark.parametrize("kind", KINDS)
def test_spots_are_untouched_without_smoothness(kind):
    levels, noisy, value = ramp(smoothness=0.0, **KINDS[kind])
    np.testing.assert_array_equal(noisy[levels > value], levels[levels > value])


def test_dark_patches_dim_spots_bright_ones_enhance_others_leave():
    for kind, sign in {"dark": -1, "bright": 1, "between": 0}.items():
        levels, noisy, value = ramp(**KINDS[kind])
        spots = (levels > value + 1e-3) & (levels < 0.8)
        assert (np.sign(noisy - levels)[spots] == sign).all()


def test_enhanced_spots_saturate_at_white():
    levels, noisy, _ = ramp(**KINDS["bright"])
    assert noisy.max() == 1
    assert (noisy[levels > 0.99] == 1).all()


def test_spots_change_by_eq_5():
    levels, noisy, value = ramp(smoothness=0.5, **KINDS["dark"])
    spots = levels > value
    expected = levels - 0.5 * (levels - value) / (1 - value) * value
    np.testing.assert_allclose(noisy[spots], expected[spots], atol=1e-12)


def test_patches_of_a_non_square_image_lie_where_they_belong():
    noisy = noise.background(np.zeros((4, 6)), 0.0, rng(), Settings(patch_size=2))
    blocks = noisy.reshape(2, 2, 3, 2)
    np.testing.assert_array_equal(blocks, blocks[:, :1, :, :1] * np.ones((2, 2, 3, 2)))
    assert len(np.unique(noisy)) == 6


def test_plan_has_every_image_at_every_factor():
    table = noise.plan(image_table("a", "b"), [0.1, 0.2])
    assert table.to_dict("list") == {
        "clean_index": [0, 1, 2, 3] * 2,
        "c_noise": [0.1] * 4 + [0.2] * 4,
    }


@pytest.mark.parametrize("name", NAMES)
def test_row_does_not_depend_on_the_rest_of_its_table(name):
    clean = clean_stack(6)
    few = corrupted(clean[2:4], image_table("b"), [0.2], name)
    many = corrupted(clean, image_table("a", "b", "c"), [0.1, 0.2, 0.3], name)
    assert len(many) == 18
    for key, image in few.items():
        np.testing.assert_array_equal(many[key], image)


def test_image_shift_factor_and_seed_each_change_the_noise():
    clean = np.full((4, 4, 6), 0.5, dtype=np.float32)
    found = corrupted(clean, image_table("a", "b"), [0.1, 0.2], "SP")
    found |= {("seed",): corrupted(clean, image_table("a"), [0.1], "SP", seed=8)[("a", 0, 0.1)]}
    found = {key: image.tobytes() for key, image in found.items()}
    assert len(set(found.values())) == len(found)


def test_corrupted_images_are_float32_of_their_clean_image():
    clean = clean_stack(4)
    for (name, shift, _), image in corrupted(clean, image_table("a", "b"), [0.0], "G").items():
        assert image.dtype == np.float32
        np.testing.assert_array_equal(image, clean[2 * (name == "b") + (shift == 8)])


def test_background_alone_is_the_background_of_background_and_gaussian():
    clean, images = clean_stack(2), image_table("a")
    backgrounds = corrupted(clean, images, [0.1], "BB")
    small = Settings(patch_size=2)
    for (key, both), index in zip(corrupted(clean, images, [0.1]).items(), (0, 1), strict=True):
        added = both - backgrounds[key]
        assert np.abs(added).max() < 0.6
        assert added.any()
        table = pd.DataFrame({"clean_index": [index], "c_noise": [0.1]})
        (again,) = noise.corrupted(clean, images, table, "BB", 7, small)
        np.testing.assert_array_equal(again, backgrounds[key])
