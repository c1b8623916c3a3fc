import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from micrographs import honeycomb

from temdenoise.micrographs import rows

SHAPE = (120, 90)


def lattice(bond, angle, sigma, seed=1):
    noise = np.random.default_rng(seed).normal(0, 1, SHAPE)
    return honeycomb(SHAPE, bond, angle) + sigma * noise


@pytest.mark.parametrize("broken", ["brighter", "darker", "flat"])
@given(st.floats(4, 24), st.floats(0, 1.5), st.floats(0.02, 0.5), st.integers(1, 118))
@settings(max_examples=30)
def test_a_broken_row_takes_the_mean_of_its_neighbours(broken, bond, angle, sigma, row):
    image = lattice(bond, angle, sigma)
    spoilt = image.copy()
    high = 12 * np.ptp(image)
    spoilt[row] = high if broken == "flat" else image[row] + high * (-1) ** (broken == "darker")
    mended, number = rows.mend(spoilt)
    assert number == 1
    np.testing.assert_allclose(mended[row], (image[row - 1] + image[row + 1]) / 2)
    rest = np.arange(SHAPE[0]) != row
    np.testing.assert_array_equal(mended[rest], spoilt[rest])


@given(
    st.floats(4, 24),
    st.floats(0, 1.5),
    st.floats(0, 0.5),
    st.floats(0, 0.5),
    st.sampled_from(["nothing", "edge", "strip"]),
)
@settings(max_examples=60)
def test_lattices_offsets_of_rows_and_edges_are_no_broken_rows(bond, angle, sigma, offsets, what):
    image = lattice(bond, angle, sigma)
    image += offsets * np.random.default_rng(2).normal(0, 1, (SHAPE[0], 1))
    if what == "edge":
        image[70:] = image.min()
    if what == "strip":
        image[40:80] += 20
    mended, number = rows.mend(image)
    assert number == 0
    np.testing.assert_array_equal(mended, image)


def test_many_such_rows_are_content():
    image = lattice(9, 0.1, 0.1)
    image[10:110:20] += 50
    assert rows.mend(image)[1] == 0


def test_a_few_rows_are_too_few_to_know():
    image = lattice(9, 0.1, 0.1)[:60]
    image[30] += 100
    assert rows.mend(image)[1] == 0
