import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from micrographs import CARD, honeycomb

from temdenoise.errors import InputError
from temdenoise.micrographs import calibration, lattice

FACTORS = st.floats(0.4, 3.0)


def smooth(height, width):
    y, x = np.mgrid[:height, :width]
    return 2e6 + 1e5 * (np.cos(2 * np.pi * y / 40) + np.sin(2 * np.pi * x / 55))


@given(st.integers(60, 90), st.integers(60, 90), FACTORS, FACTORS)
def test_resampling_is_undone_on_a_smooth_image(height, width, fy, fx):
    original = smooth(height, width)
    there = calibration.resample(original, (fy, fx))
    assert there.shape == (round(height * fy), round(width * fx))
    back = calibration.to_shape(there, original.shape)
    inside = (slice(8, -8), slice(8, -8))
    assert np.abs(back - original)[inside].max() < 0.01 * np.ptp(original)


def test_a_factor_of_1_changes_nothing():
    assert calibration.resample(smooth(7, 9), (1.0, 1.0)) is not None
    np.testing.assert_array_equal(calibration.resample(smooth(7, 9), (1.0, 1.0)), smooth(7, 9))


@pytest.mark.parametrize("shape", [(1, 9), (1, 1), (9, 1)])
def test_one_row_or_column_is_an_image(shape):
    assert calibration.resample(np.ones(shape), (1.0, 1.0)).shape == shape


def test_float32_stays_float32():
    assert calibration.resample(smooth(30, 40).astype(np.float32), (1.3, 0.7)).dtype == np.float32


@pytest.mark.parametrize("factors", [(0.8, 0.8), (0.5, 0.7), (1, 1), (1.5, 2.2), (0.2, 0.1)])
def test_the_gain_of_noise_is_that_of_resampled_noise(factors):
    noise = np.random.default_rng(1).normal(size=(900, 900))
    assert calibration.noise_gain(factors) == pytest.approx(
        calibration.resample(noise, factors).std(), rel=0.02
    )


def found(image, header=None, pixel_size=None, bond_length=None):
    return calibration.find(
        image, header, pixel_size=pixel_size, bond_length=bond_length, card=CARD
    )


LATTICE = honeycomb((256, 256), 14)
NOTHING = np.random.default_rng(1).normal(size=(64, 64))


def test_the_pixel_size_of_the_user_comes_before_that_of_the_header():
    one = found(LATTICE, (0.02, 0.02), pixel_size=0.01)
    assert (one.pixel_size, one.pixel_size_from, one.bond_px_from) == (
        *((0.01, 0.01), "user", "lattice"),
    )
    assert one.bond_px == pytest.approx(14, rel=0.005)


def test_with_the_pixel_size_of_the_user_the_lattice_must_make_a_known_bond():
    one = found(LATTICE, (0.01, 0.01), pixel_size=0.005)
    assert one.bond_px_from == "pixel size"
    assert one.bond_px == pytest.approx(0.1423 / 0.005)
    assert one.factors == pytest.approx((11.2 * 0.005 / 0.1423,) * 2)


def test_broken_pixels_do_not_hide_the_lattice():
    broken = LATTICE.copy()
    broken[[50, 120, 200], [60, 130, 90]] = (1e7, 1e9, -1e8)
    assert found(broken).bond_px == pytest.approx(14, rel=0.005)


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


def test_a_calibration_by_the_models_material_says_so():
    one = found(LATTICE)
    assert one.pixel_size_from == "lattice, assuming graphene"
    assert one.pixel_size == pytest.approx((0.1423 / 14,) * 2, rel=0.005)
    assert found(LATTICE, bond_length=0.1423).pixel_size_from == "lattice"


def test_nothing_known_leaves_the_image_as_it_is():
    one = found(NOTHING)
    assert (one.pixel_size, one.bond_px, one.factors) == (None, None, (1, 1))


def test_the_gain_of_noise_takes_no_room_whatever_the_factor():
    tracemalloc.start()
    assert 0 < calibration.noise_gain((0.01, 0.02)) < 0.02
    assert calibration.noise_gain((5.6, 5.6)) < 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3e7


@pytest.mark.parametrize("share", [0.0, 0.01])
def test_to_find_the_scale_leaves_the_image_as_it_is(share):
    image, rng = honeycomb((120, 130), 11.2), np.random.default_rng(1)
    image[rng.random(image.shape) < share] = 7.0  # too many to be broken pixels
    before = image.copy()
    found(image)
    np.testing.assert_array_equal(image, before)


def test_pixels_that_are_not_square_become_so():
    one = found(NOTHING, (0.01, 0.02), bond_length=0.14)
    assert one.factors[1] / one.factors[0] == pytest.approx(2)


@pytest.mark.parametrize("ratio", [1.2, 1.5])
@pytest.mark.parametrize("angle", [0, 13])
def test_the_lattice_is_found_through_pixels_that_are_not_square(ratio, angle):
    wide = honeycomb((300, 320), 12, angle)
    image = calibration.resample(
        wide, (1, 1 / ratio)
    )  # pixels that are `ratio` times as wide as high
    one = found(image, (0.01, 0.01 * ratio))
    assert one.lattice_px * 0.01 * np.sqrt(ratio) == pytest.approx(0.12, rel=0.01)
    resampled = calibration.resample(image, one.factors)
    wanted = CARD.wanted_bond_px(one.bond_px)
    assert lattice.bond_length(resampled) == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize("shape", [(64, 64), (40, 90)])
@pytest.mark.parametrize(
    ("size", "said"),
    [
        (1.0, ("1 nm", "0.14 pixels per bond", "at least 2", "pixel_size_nm")),
        (1000.0, ("1e+03 nm", "0.00014 pixels per bond")),
        (1.27e-5, ("1.27e-05 nm", "bonds wide", "at least 4", "pixel_size_nm")),
    ],
)
def test_an_absurd_pixel_size_is_refused(shape, size, said):
    image = np.random.default_rng(1).normal(size=shape)
    for options in ({"header": (size, size)}, {"pixel_size": size}):
        with pytest.raises(InputError) as error:
            found(image, **options)
        assert all(part in str(error.value) for part in said), str(error.value)
        assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("size", [12.7, 12.7e3, 1.0, 1e-5])
def test_a_lattice_is_used_whatever_the_header_says(size):
    one = found(LATTICE, (size, size))
    assert (one.bond_px_from, one.bond_px) == ("lattice", pytest.approx(14, rel=0.005))


@given(
    st.floats(8, 10),  # so that they take less than a percent of the image
    st.floats(0, 60),
    st.lists(st.tuples(st.integers(10, 150), st.integers(10, 170)), min_size=1, max_size=2),
    st.floats(4, 8),
)
@settings(max_examples=40)
def test_a_few_bright_atoms_do_not_move_the_scale(bond, angle, places, times):
    image = honeycomb((160, 180), bond, angle)
    y, x = np.indices(image.shape)
    peak = image.max()
    for at_y, at_x in places:
        image += (
            times * peak * np.exp(-((y - at_y) ** 2 + (x - at_x) ** 2) / (2 * (0.3 * bond) ** 2))
        )
    image += np.random.default_rng(1).normal(0, 0.3 * peak, image.shape)
    assert found(image).bond_px == pytest.approx(bond, rel=0.05)
