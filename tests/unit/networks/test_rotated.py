import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from temdenoise.images import noise
from temdenoise.networks import rotated

Y, X = np.indices((168, 192))
# Three waves of whole periods: a periodic image from 0 to 1.
CLEAN = 0.5 + (np.cos(2 * np.pi * Y / 12) + np.cos(2 * np.pi * X / 16)) / 4
PAPERS = {"G": "G", "BBG": "BBG"}
SETTINGS = noise.Settings(patch_size=24)


def test_a_whole_turn_changes_nothing_and_a_half_one_mirrors_the_image():
    np.testing.assert_allclose(rotated.turned(CLEAN, 360), CLEAN, atol=1e-6)
    np.testing.assert_allclose(rotated.turned(CLEAN, 180), CLEAN[::-1, ::-1], atol=1e-6)


def test_a_turned_image_spans_grey_values_and_keeps_its_waves():
    found = rotated.turned(CLEAN, 30)
    assert (found.min(), found.max()) == (0, 1)
    power = np.abs(
        np.fft.rfft2((found - found.mean()) * np.outer(np.hanning(168), np.hanning(192)))
    )
    y, x = np.unravel_index(power.argmax(), power.shape)
    frequency = np.hypot(np.fft.fftfreq(168)[y], x / 192)
    assert min(abs(frequency - 1 / 12), abs(frequency - 1 / 16)) < 0.008


def test_every_denoiser_is_scored_where_it_belongs_and_the_truth_is_perfect():
    table = list(
        rotated.rows(
            CLEAN,
            PAPERS,
            [0.3],
            {"G": lambda image: gaussian_filter(image, 1), "general": lambda image: image},
            SETTINGS,
            seed=1,
        )
    )
    found = {(row["noise"], row["angle"], row["method"]): row["ms_ssim"] for row in table}
    assert ("G", 15, "G") in found
    assert ("BBG", 15, "G") not in found
    assert ("BBG, background kept", 30, "general") in found
    for (kind, angle, method), score in found.items():
        if method == "general":
            assert score == pytest.approx(found[kind, angle, rotated.NOISY])
    assert found["G", 0, "G"] > found["G", 0, rotated.NOISY]
