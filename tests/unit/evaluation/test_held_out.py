import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from temdenoise.evaluation import held_out, residuals

RNG = np.random.default_rng(2)
Y, X = np.indices((131, 150))
SIGNAL = np.cos(2 * np.pi * Y / 14) * np.cos(2 * np.pi * X / 17)
WHITE = RNG.standard_normal(SIGNAL.shape)


def noisy(sigma):
    return SIGNAL + sigma * WHITE


def truth(quarter):
    return SIGNAL[::2, ::2][: quarter.shape[0], : quarter.shape[1]]


def test_the_truth_explains_all_and_a_flat_image_nothing():
    assert held_out.score(noisy(1.0), truth).explained == pytest.approx(1, abs=0.05)
    flat = held_out.score(noisy(1.0), lambda quarter: np.full(quarter.shape, quarter.mean()))
    assert flat.explained == pytest.approx(0, abs=0.02)


def test_noise_that_is_left_costs():
    some = [
        held_out.score(noisy(0.7), lambda q, s=s: gaussian_filter(q, s)).explained
        for s in (0.7, 0.5, 0.2)
    ]
    assert some == sorted(some, reverse=True)
    assert held_out.score(noisy(0.7), lambda quarter: quarter).explained < some[0]


@given(st.floats(0.01, 100), st.floats(-1e3, 1e3))
def test_gain_and_offset_change_nothing(gain, offset):
    one = held_out.score(noisy(0.5), lambda q: gaussian_filter(q, 1))
    other = held_out.score(gain * noisy(0.5) + offset, lambda q: gaussian_filter(q, 1))
    assert other.explained == pytest.approx(one.explained, abs=1e-6)
    assert other.fitted == pytest.approx(one.fitted, abs=1e-6)


def test_half_the_contrast_is_mended_by_the_fit():
    half = held_out.score(noisy(0.5), lambda q: 0.5 * truth(q))
    assert half.explained == pytest.approx(0.75, abs=0.05)
    assert half.fitted == pytest.approx(1, abs=0.05)


def test_the_best_blur_is_wider_for_more_noise():
    widths = [held_out.best_blur(noisy(sigma))[0] for sigma in (0.1, 0.5, 2.0)]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_a_lattice_that_was_removed_is_found_in_the_residual():
    assert residuals.lattice_left(noisy(0.2), SIGNAL) < 0.01
    blurred = gaussian_filter(noisy(0.2), 0.5)
    assert residuals.lattice_left(noisy(0.2), blurred) < 0.01
    partly = np.where(X < 75, SIGNAL, 0)
    assert residuals.lattice_left(noisy(0.2), partly) > 0.05


def test_without_a_lattice_nothing_is_said():
    assert np.isnan(residuals.lattice_left(WHITE, gaussian_filter(WHITE, 2)))
