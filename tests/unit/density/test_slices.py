import logging

import numpy as np
import pytest
from ase import Atoms
from ase.units import Bohr
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.density import cube, maps, slices
from temdenoise.density.cube import Cube
from temdenoise.errors import InputError

SHAPE = (4, 5, 20)
LENGTHS = np.array([3.0, 4.0, 10.0])
SPACING = LENGTHS / SHAPE
VALUES = np.random.default_rng(1).lognormal(-10, 2, SHAPE)


def sheet_at(z):
    return Atoms("C2", positions=[[0.3, 0.5, z], [2.9, 3.8, z]], cell=LENGTHS, pbc=True)


def sliced(height, z=5.0, values=VALUES, origin=(0, 0, 0)):
    return slices.slice_above(Cube(values, np.array(origin, dtype=float)), sheet_at(z), height)


def uneven_sheet(z):
    atoms = sheet_at(z)
    atoms.positions[0, 2] = z - 0.4
    return atoms


def through_planes(folder, atoms, height, kept_at, origin=(0, 0, 0), within=0.5):
    """Slice at `height` what was kept around `kept_at` [Å], as the workflow does."""
    whole = Cube(VALUES, np.array(origin, dtype=float))
    z = atoms.positions[:, 2].max() + kept_at
    cube.write(folder / "a.cube", atoms, cube.planes_around(whole, atoms, z, within))
    return slices.slice_above(cube.read(folder / "a.cube"), atoms, height)


def blob(x, y):
    return np.exp(np.cos(2 * np.pi * (x / 3 - 0.2)) + np.cos(2 * np.pi * (y / 4 - 0.3)))


@pytest.mark.parametrize(("z", "plane"), [(5.0, 16), (0.0, 6), (7.0, 0), (8.5, 3), (-3.0, 0)])
def test_slice_on_a_plane_is_that_plane_with_rows_along_y(z, plane):
    found = sliced(3.0, z)
    np.testing.assert_array_equal(found.values, VALUES[:, :, plane].T.astype(np.float32))
    assert found.values.dtype == np.float32
    assert found.pixel_size == (0.8, 0.75)
    assert found.metadata["slice"] == "grid plane"


def test_plane_within_a_thousandth_of_an_angstrom_counts_as_hit():
    assert sliced(3.0009).metadata["slice"] == "grid plane"
    assert sliced(3.0011).metadata["slice"] == "log-linear interpolation"
    np.testing.assert_array_equal(sliced(2.9995).values, sliced(3.0).values)


@given(st.integers(0, 19), st.floats(0.01, 0.99))
def test_off_plane_value_lies_between_its_neighbours(plane, part):
    found = sliced((plane + part) * SPACING[2], z=0.0)
    pair = VALUES[:, :, plane].T, VALUES[:, :, (plane + 1) % SHAPE[2]].T
    assert (found.values >= np.minimum(*pair) * (1 - 1e-6)).all()
    assert (found.values <= np.maximum(*pair) * (1 + 1e-6)).all()
    assert found.metadata["slice"] == "log-linear interpolation"


@given(st.floats(0.01, 9.49), st.floats(0.1, 9))
def test_exponential_density_is_met_exactly(height, decay):
    z = np.arange(SHAPE[2]) * SPACING[2]
    values = np.exp(-decay * z) * np.ones(SHAPE)
    expected = np.exp(-decay * height)
    if sliced(height, z=0.0, values=values).metadata["slice"] == "log-linear interpolation":
        found = sliced(height, z=0.0, values=values).values
        np.testing.assert_allclose(found, expected, rtol=1e-5)


@given(st.integers(0, 999).map(lambda n: n / 100), st.integers(-2, 2))
def test_slice_is_periodic_in_z(height, turns):
    here, there = sliced(height), sliced(height, z=5.0 + turns * LENGTHS[2])
    if here.metadata["slice"] == there.metadata["slice"]:  # differs at 1e-3 Å from a plane
        np.testing.assert_allclose(here.values, there.values, rtol=1e-5)


@given(
    st.floats(0, 9.99),
    st.one_of(st.sampled_from([2.0, 3.0]), st.floats(0.2, 9.4)),
    st.floats(-0.45, 0.45),
    st.floats(-12, 12),
)
def test_kept_planes_give_the_map_of_the_whole_cube(tmp_path_factory, z, kept_at, away, origin_z):
    atoms, origin = sheet_at(z), (0.75, -1.6, origin_z)
    height = kept_at + away
    whole = slices.slice_above(Cube(VALUES, np.array(origin)), atoms, height)
    found = through_planes(tmp_path_factory.mktemp("cube"), atoms, height, kept_at, origin)
    if whole.metadata["slice"] == found.metadata["slice"]:  # differs where both are within 1e-3 Å
        np.testing.assert_allclose(found.values, whole.values, rtol=2e-4)
    np.testing.assert_allclose(found.origin, whole.origin, atol=1e-6)
    assert found.pixel_size == whole.pixel_size


@pytest.mark.parametrize("origin_z", [0.0, 0.5, -3.5, 17.0])
@pytest.mark.parametrize("z", [0.0, 5.0, 6.5, 7.0, 9.5])
def test_kept_plane_on_the_height_is_taken_as_it_is(tmp_path, z, origin_z):
    origin = (0, 0, origin_z)
    found = through_planes(tmp_path, sheet_at(z), 3.0, 3.0, origin)
    assert found.metadata["slice"] == "grid plane"
    np.testing.assert_allclose(found.values, sliced(3.0, z, origin=origin).values, rtol=1e-6)


@pytest.mark.parametrize("kept_at", [3.0, 3.1])
@pytest.mark.parametrize("away", [-9.0, -1.2, 1.2, 4.0])
def test_height_outside_the_kept_planes_is_refused(tmp_path, kept_at, away):
    height = kept_at + away
    said = rf"map\.height: got {height} Å, but only the planes around another.*run the DFT again"
    with pytest.raises(InputError, match=said):
        through_planes(tmp_path, sheet_at(5.0), height, kept_at)


def test_refusal_tells_how_far_the_kept_planes_are(tmp_path):
    with pytest.raises(InputError, match=r"choose one -2\.50 to -1\.50 Å away"):
        through_planes(tmp_path, sheet_at(5.0), 5.0, 3.0)


@pytest.mark.parametrize("away", [-0.5, 0.5])
def test_outermost_kept_planes_can_be_sliced(tmp_path, away):
    found = through_planes(tmp_path, sheet_at(5.0), 3.0 + away, 3.0)
    np.testing.assert_allclose(found.values, sliced(3.0 + away).values, rtol=1e-6)


def test_height_is_counted_from_the_uppermost_atom():
    values = slices.slice_above(Cube(VALUES, np.zeros(3)), uneven_sheet(5.0), 3.0).values
    np.testing.assert_array_equal(values, sliced(3.0).values)


def test_zero_and_negative_noise_are_no_obstacle_between_planes():
    values = VALUES.copy()
    values[1, 2, 16:18] = 0, -1e-17
    found = sliced(3.1, values=values).values
    assert np.isfinite(found).all()
    assert found[2, 1] == 0


def test_metadata_names_height_and_slice_method():
    method = "log-linear interpolation"
    assert sliced(3.1).metadata == {"height_angstrom": 3.1, "slice": method}


@given(st.tuples(*[st.integers(-30, 30)] * 3))
def test_grid_that_begins_elsewhere_gives_the_same_map(steps):
    moved = np.roll(VALUES, [-step for step in steps], axis=(0, 1, 2))
    found = sliced(3.0, values=moved, origin=np.array(steps) * SPACING)
    np.testing.assert_array_equal(found.values, sliced(3.0).values)
    np.testing.assert_allclose(found.origin, 0, atol=1e-9)


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_remainder_of_the_origin_keeps_brightness_at_its_atoms(x0, y0):
    shape = (24, 40, 20)
    x, y = (np.arange(n) * length / n for n, length in zip(shape[:2], LENGTHS[:2], strict=True))
    values = np.broadcast_to(blob(x[:, None] + x0, y + y0)[..., None], shape)
    found = sliced(3.0, values=values, origin=(x0, y0, 0))
    atoms = sheet_at(5.0)
    expected = blob(*atoms.positions[:, :2].T)
    np.testing.assert_allclose(maps.brightness_at(found, atoms), expected, rtol=1e-3)
    assert np.all(np.abs(found.origin) <= np.array(found.pixel_size) * 0.5001)


@pytest.mark.parametrize("height", [6.0 * Bohr, 3.5, 9.0])
def test_height_beyond_the_orbitals_is_refused(height):
    with pytest.raises(InputError, match=r"map\.height: got .* end 3\.175 Å .*6\.0 bohr.*lower"):
        slices.check_height(height, 6.0)


@pytest.mark.parametrize(("height", "count"), [(0.5, 0), (2.857, 0), (2.858, 1), (3.174, 1)])
def test_height_within_ten_percent_of_the_orbitals_is_warned_of(caplog, height, count):
    with caplog.at_level(logging.WARNING, logger="temdenoise"):
        slices.check_height(height, 6.0)
    assert len(caplog.records) == count


def test_warning_tells_the_radius_of_the_discs(caplog):
    slices.check_height(3.0, 6.0)
    assert "a disc of radius 1.04 Å around each atom" in caplog.text
