import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.scenes import fields, imaging


def test_the_image_is_the_sum_of_its_atoms():
    rng = np.random.default_rng(1)
    yx, brightness = rng.uniform(5, 15, (6, 2)), rng.uniform(0.5, 2, 6)
    whole = imaging.adf(yx, brightness, (21, 23), 1.3)
    parts = sum(imaging.adf(yx[k : k + 1], brightness[k : k + 1], (21, 23), 1.3) for k in range(6))
    np.testing.assert_allclose(whole, parts, atol=1e-12)


def test_an_atom_is_a_gaussian_at_its_place():
    image = imaging.adf(np.array([[10.25, 12.5]]), np.array([3.0]), (40, 41), 2.0)
    y, x = np.indices(image.shape)
    np.testing.assert_allclose(image.sum(), 3 * 2 * np.pi * 4, rtol=1e-6)
    np.testing.assert_allclose((image * y).sum() / image.sum(), 10.25, atol=1e-3)
    np.testing.assert_allclose((image * x).sum() / image.sum(), 12.5, atol=1e-3)


@given(st.integers(0, 1000), st.floats(3, 90))
def test_smooth_fields_vary_no_faster_than_they_are_asked_to(number, wavelength):
    field = fields.smooth(48, wavelength, np.random.default_rng(number))
    assert field.shape == (48, 48)
    assert np.abs(np.diff(field, axis=0)).max() < 20 / wavelength


def test_smooth_fields_have_mean_0_and_deviation_about_1():
    some = [fields.smooth(64, 16, np.random.default_rng(n)) for n in range(60)]
    assert np.mean(some) == pytest.approx(0, abs=0.05)
    assert np.std(some) == pytest.approx(0.75, abs=0.3)


@given(st.integers(0, 1000))
def test_an_area_is_neither_nothing_nor_everything(number):
    part = fields.area(64, np.random.default_rng(number))
    assert 0 < part.mean() < 1


@given(st.integers(0, 1000))
def test_texture_is_positive_with_mean_near_1(number):
    texture = fields.texture(64, np.random.default_rng(number))
    assert texture.min() >= 0
    assert 0.5 < texture.mean() < 1.5
