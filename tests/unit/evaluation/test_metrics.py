import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import convolve2d

from temdenoise.config.schema import schema
from temdenoise.evaluation import metrics

pytestmark = pytest.mark.usefixtures("one_thread")

WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
SHAPE = (176, 192)


def picture(shape=SHAPE):
    y, x = np.indices(shape)
    return 0.5 + 0.3 * np.sin(x / 7) * np.cos(y / 11) + 0.1 * np.sin(x * y / 900)


def noisy(deviation, shape=SHAPE, seed=1):
    return picture(shape) + deviation * np.random.default_rng(seed).standard_normal(shape)


def gaussian_window():
    window = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    return np.outer(window, window) / window.sum() ** 2


def halved(image):
    return image.reshape(image.shape[0] // 2, 2, image.shape[1] // 2, 2).mean((1, 3))


def similarity(one, other, data_range):
    """Return means of luminance x contrast-structure and of contrast-structure alone."""
    mean_1, mean_2, square_1, square_2, product = (
        convolve2d(image, gaussian_window(), mode="valid")
        for image in (one, other, one**2, other**2, one * other)
    )
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    variances = square_1 - mean_1**2 + square_2 - mean_2**2
    structure = (2 * (product - mean_1 * mean_2) + c2) / (variances + c2)
    luminance = (2 * mean_1 * mean_2 + c1) / (mean_1**2 + mean_2**2 + c1)
    return (luminance * structure).mean(), structure.mean()


def ms_ssim_in_numpy(one, other, data_range=1.0):
    score = 1.0
    for scale, weight in enumerate(WEIGHTS):
        whole, structure = similarity(one, other, data_range)
        score *= max(whole if scale == 4 else structure, 0) ** weight
        if scale < 4:
            one, other = halved(one), halved(other)
    return score


@pytest.mark.parametrize("deviation", [0.01, 0.1, 0.3])
def test_ms_ssim_is_that_of_the_paper_in_plain_numpy(deviation):
    expected = ms_ssim_in_numpy(noisy(deviation), picture())
    found = metrics.ms_ssim(noisy(deviation), picture(), data_range=1.0)
    assert found == pytest.approx(expected, abs=1e-4)


def test_ms_ssim_is_tensorflows():
    pair = [image.astype(np.float32)[None, ..., None] for image in (noisy(0.2), picture())]
    expected = float(tf.image.ssim_multiscale(*pair, 1.0)[0])
    assert metrics.ms_ssim(noisy(0.2), picture(), data_range=1.0) == pytest.approx(
        expected, abs=1e-6
    )


def test_ms_ssim_of_equal_images_is_1():
    assert metrics.ms_ssim(picture(), picture(), data_range=1.0) == pytest.approx(1, abs=1e-6)


def test_ms_ssim_is_symmetric():
    there = metrics.ms_ssim(noisy(0.2), picture(), data_range=1.0)
    back = metrics.ms_ssim(picture(), noisy(0.2), data_range=1.0)
    assert there == pytest.approx(back, abs=1e-6)


def test_ms_ssim_falls_with_noise():
    deviations = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
    scores = [metrics.ms_ssim(noisy(d), picture(), data_range=1.0) for d in deviations]
    assert (np.diff(scores) < 0).all()


def test_ms_ssim_goes_by_the_data_range():
    score = metrics.ms_ssim(noisy(0.1), picture(), data_range=1.0)
    in_255 = metrics.ms_ssim(255 * noisy(0.1), 255 * picture(), data_range=255.0)
    assert in_255 == pytest.approx(score, abs=1e-4)
    assert metrics.ms_ssim(noisy(0.1), picture(), data_range=255.0) > score + 0.05


def test_smallest_image_is_the_smallest():
    edge = schema()["properties"]["images"]["properties"]["size"]["minimum"]
    assert np.isfinite(metrics.ms_ssim(np.eye(edge), np.eye(edge), data_range=1.0))
    with pytest.raises(tf.errors.InvalidArgumentError):
        metrics.ms_ssim(np.eye(edge - 1), np.eye(edge - 1), data_range=1.0)


@given(st.floats(1e-3, 1), st.floats(0.1, 1e3))
def test_psnr_is_the_range_over_the_error_in_decibels(error, data_range):
    truth = np.random.default_rng(1).random((3, 5)) * data_range
    image = truth + error * data_range * np.where(np.indices((3, 5)).sum(0) % 2, 1, -1)
    found = metrics.psnr(image, truth, data_range=data_range)
    assert found == pytest.approx(-20 * np.log10(error), rel=1e-6, abs=1e-6)


def seams(rows, columns, height=1.0):
    y, x = np.indices(SHAPE) // 16
    blocks = rows * (y % 2) + columns * (x % 2)
    return noisy(0.1) + height * blocks


@pytest.mark.parametrize("patch", [8, 16])
def test_white_noise_has_no_seams(patch):
    assert metrics.seam_ratio(noisy(0.1), picture(), patch_size=patch) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(("rows", "columns"), [(1, 0), (0, 1), (1, 1)])
def test_offsets_of_patches_are_seams_along_both_axes(rows, columns):
    assert metrics.seam_ratio(seams(rows, columns), picture(), patch_size=16) > 3


def test_jumps_within_patches_are_no_seams():
    image, truth = (np.roll(part, (5, 5), (0, 1)) for part in (seams(1, 1), picture()))
    assert metrics.seam_ratio(image, truth, patch_size=16) < 0.9


def test_seam_ratio_rises_with_the_offset_and_not_with_the_picture():
    ratios = [metrics.seam_ratio(seams(1, 1, height=h), picture(), patch_size=16) for h in (0, 1)]
    flat = metrics.seam_ratio(seams(1, 1) - picture(), np.zeros(SHAPE), patch_size=16)
    assert ratios[0] < ratios[1]
    assert flat == pytest.approx(ratios[1])


def test_seam_ratio_is_the_quotient_of_mean_jumps():
    error = np.array([[0.0, 1, 4, 6], [0, 1, 4, 6]])
    assert metrics.seam_ratio(error, np.zeros((2, 4)), patch_size=2) == pytest.approx(
        3 / ((2 * (1 + 2) + 4 * 0) / 8)
    )


def test_same_error_everywhere_has_no_seam_ratio_and_pure_seams_an_infinite_one():
    zero = np.zeros((4, 6))
    blocks = np.kron([[0, 1, 0], [1, 0, 1]], np.ones((2, 2)))
    assert np.isnan(metrics.seam_ratio(zero + 0.3, zero, patch_size=2))
    assert metrics.seam_ratio(blocks, zero, patch_size=2) == np.inf
