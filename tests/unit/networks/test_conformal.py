import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.networks import conformal

TRUTH = np.random.default_rng(1).random((60, 70))


def result(number, half=0.1, error=0.2):
    rng = np.random.default_rng(number)
    value = TRUTH + error * rng.standard_normal(TRUTH.shape)
    return np.stack([value, value - half, value + half])


def samples(count, seed):
    rng = np.random.default_rng(seed)
    return [
        conformal.sample(
            TRUTH + rng.standard_normal(TRUTH.shape), TRUTH, result(seed + n), rng, 500
        )
        for n in range(count)
    ]


def test_nine_in_ten_new_pixels_are_inside():
    table = conformal.factors(samples(40, 0), bins=3)
    covered = [
        conformal.coverage(TRUTH, one[0], conformal.half_width(one) * factor)
        for one in (result(1000 + n) for n in range(20))
        for factor in [conformal.factor_at(table, 0.9)]
    ]
    assert np.mean(covered) == pytest.approx(0.9, abs=0.02)


@given(st.floats(0.1, 100), st.floats(-50, 50))
def test_the_noise_level_knows_no_gain_and_no_offset(gain, offset):
    rng = np.random.default_rng(1)
    image = TRUTH + rng.standard_normal(TRUTH.shape)
    found = conformal.noise_level(image, TRUTH)
    assert conformal.noise_level(gain * image + offset, gain * TRUTH + offset) == pytest.approx(
        found
    )
    assert 0 < found < 1


def test_more_noise_is_a_higher_level():
    white = np.random.default_rng(1).standard_normal(TRUTH.shape)
    levels = [conformal.noise_level(TRUTH + sigma * white, TRUTH) for sigma in (0, 0.1, 1, 10)]
    assert levels == sorted(levels)
    assert levels[0] == 0
    assert conformal.noise_level(np.zeros((3, 4)), np.zeros((3, 4))) == 0


def test_between_levels_the_factor_is_between_too():
    table = [{"noise": 0.2, "factor": 1.0}, {"noise": 0.6, "factor": 3.0}]
    assert conformal.factor_at(table, 0.0) == 1
    assert conformal.factor_at(table, 0.4) == pytest.approx(2)
    assert conformal.factor_at(table, 1.0) == 3
