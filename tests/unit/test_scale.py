import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from micrographs import CARD, honeycomb

from temdenoise.micrographs import lattice, scale

FACTORS = st.floats(0.4, 3.0)


def smooth(height, width):
    y, x = np.mgrid[:height, :width]
    return 2e6 + 1e5 * (np.cos(2 * np.pi * y / 40) + np.sin(2 * np.pi * x / 55))


@given(st.integers(60, 90), st.integers(60, 90), FACTORS, FACTORS)
def test_resampling_is_undone_on_a_smooth_image(height, width, fy, fx):
    original = smooth(height, width)
    there = scale.resample(original, (fy, fx))
    assert there.shape == (round(height * fy), round(width * fx))
    back = scale.to_shape(there, original.shape)
    inside = (slice(8, -8), slice(8, -8))
    assert np.abs(back - original)[inside].max() < 0.06 * np.ptp(original)


def test_a_factor_of_1_changes_nothing():
    assert scale.resample(smooth(7, 9), (1.0, 1.0)) is not None
    np.testing.assert_array_equal(scale.resample(smooth(7, 9), (1.0, 1.0)), smooth(7, 9))


@pytest.mark.parametrize("shape", [(1, 9), (1, 1), (9, 1)])
def test_one_row_or_column_is_an_image(shape):
    assert scale.resample(np.ones(shape), (1.0, 1.0)).shape == shape


@pytest.mark.parametrize("factors", [(0.8, 0.8), (0.5, 0.7), (1, 1), (1.5, 2.2)])
def test_the_gain_of_noise_is_that_of_resampled_noise(factors):
    noise = np.random.default_rng(1).normal(size=(300, 300))
    assert scale.noise_gain(factors) == pytest.approx(
        scale.resample(noise, factors).std(), rel=0.02
    )


@pytest.mark.parametrize("angle", [0, 13, 25])
@pytest.mark.parametrize("bond", [5, 11.2, 17])
def test_the_lattice_peaks_give_the_bond_length(bond, angle):
    image = honeycomb((256, 260), bond, angle)
    noise = np.random.default_rng(1).normal(size=image.shape)
    assert lattice.bond_length(image) == pytest.approx(bond, rel=0.003)
    assert lattice.bond_length(5e6 + 30 * image + 10 * noise) == pytest.approx(bond, rel=0.01)


def test_the_strongest_peaks_need_not_be_those_of_the_bond():
    second = honeycomb((256, 200), 11.2 / np.sqrt(3), 30)
    image = honeycomb((256, 200), 11.2) + 3 * second
    assert lattice.bond_length(image) == pytest.approx(11.2, rel=0.01)


@pytest.mark.parametrize(
    "image",
    [
        np.random.default_rng(1).normal(size=(128, 130)),
        np.add.outer(np.arange(64.0), np.arange(70.0)),
        np.sin(np.arange(128) / 2)[:, None] * np.ones(128),
        honeycomb((8, 9), 3),
        np.ones((1, 50)),
    ],
    ids=["noise", "ramp", "stripes", "tiny", "line"],
)
def test_no_lattice_is_found_where_there_is_none(image):
    assert lattice.bond_length(image) is None


def found(image, header=None, pixel_size=None, bond_length=None):
    return scale.find(image, header, pixel_size=pixel_size, bond_length=bond_length, card=CARD)


LATTICE = honeycomb((256, 256), 14)
NOTHING = np.random.default_rng(1).normal(size=(64, 64))


def test_the_pixel_size_of_the_sheet_comes_before_that_of_the_header():
    one = found(LATTICE, (0.02, 0.02), pixel_size=0.01)
    assert (one.pixel_size, one.pixel_size_from, one.bond_px_from) == (
        *((0.01, 0.01), "sheet", "pixel size"),
    )
    assert one.bond_px == pytest.approx(14.23)
    assert one.factors == pytest.approx((11.2 / 14.23,) * 2)


def test_a_header_with_a_known_bond_length_comes_before_the_lattice():
    one = found(LATTICE, (0.02, 0.02), bond_length=0.2)
    assert (one.pixel_size_from, one.bond_px_from) == ("header", "pixel size")
    assert one.bond_px == pytest.approx(10)


def test_a_lattice_comes_before_a_guess_at_the_material():
    one = found(LATTICE, (0.02, 0.02))
    assert (one.pixel_size_from, one.bond_px_from) == ("header", "lattice")
    assert one.bond_px == pytest.approx(14, rel=0.005)
    without = found(NOTHING, (0.02, 0.02))
    assert without.bond_px == pytest.approx(0.1423 / 0.02)


def test_the_lattice_calibrates_an_image_without_a_pixel_size():
    one = found(LATTICE, bond_length=0.1824)
    assert one.pixel_size_from == "lattice"
    assert one.pixel_size == pytest.approx((0.1824 / 14,) * 2, rel=0.005)


def test_nothing_known_leaves_the_image_as_it_is():
    one = found(NOTHING)
    assert (one.pixel_size, one.bond_px, one.factors) == (None, None, (1, 1))


def test_pixels_that_are_not_square_become_so():
    one = found(NOTHING, (0.01, 0.02), bond_length=0.14)
    assert one.factors[1] / one.factors[0] == pytest.approx(2)


def test_a_wrong_unit_does_not_blow_the_image_up():
    assert max(found(NOTHING, (1.0, 1.0)).factors) <= 4
