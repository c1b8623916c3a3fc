import io

import ase.io.cube
import numpy as np
import pytest
from ase import Atoms
from ase.units import Bohr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from temdenoise.density import cube
from temdenoise.errors import InputError, StorageError

ATOMS = Atoms("C2", positions=[[0, 0, 1], [1, 2, 1]], cell=[3.0, 4.0, 5.0], pbc=True)
SHAPE = (2, 3, 8)
VALUES = np.random.default_rng(1).normal(size=SHAPE) * 10.0 ** np.arange(-24, 24).reshape(SHAPE)
ORIGIN = np.array([-0.680884, -1.079382, 0.088581])


def openmx_text():
    lines = [" SYS1", " SYS1", "{:5d}{:12.6f}{:12.6f}{:12.6f}".format(len(ATOMS), *ORIGIN)]
    for count, vector in zip(SHAPE, ATOMS.cell, strict=True):
        lines.append("{:5d}{:12.6f}{:12.6f}{:12.6f}".format(count, *vector / count / Bohr))
    for position in ATOMS.positions / Bohr:
        lines.append("{:5d}{:12.6f}{:12.6f}{:12.6f}{:12.6f}".format(6, *position, 14.17))
    for row in VALUES.reshape(-1, SHAPE[2]):
        lines += ["".join(f"{value:13.3E}" for value in part) for part in (row[:6], row[6:])]
    return "\n".join(lines) + "\n"


@given(hnp.arrays(float, hnp.array_shapes(min_dims=3, max_dims=3), elements=st.floats(-1e9, 1e9)))
def test_values_come_back_with_seven_digits_in_their_places(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("cube") / "a.cube"
    cube.write(path, ATOMS, cube.Cube(values, np.zeros(3)))
    back = cube.read(path)
    np.testing.assert_allclose(back.values, values, rtol=1e-6)
    np.testing.assert_array_equal(back.origin, 0)


def test_written_cube_is_one_for_ase(tmp_path):
    cube.write(tmp_path / "a.cube", ATOMS, cube.Cube(VALUES, ORIGIN))
    with open(tmp_path / "a.cube") as file:
        whole = ase.io.cube.read_cube(file)
    np.testing.assert_allclose(whole["data"], VALUES, rtol=1e-6)
    np.testing.assert_allclose(whole["origin"], ORIGIN, atol=1e-6)
    np.testing.assert_allclose(whole["atoms"].positions, ATOMS.positions, atol=1e-6)
    np.testing.assert_allclose(whole["atoms"].cell, ATOMS.cell, atol=1e-4)


def test_cube_of_ase_is_read_as_ase_reads_it(tmp_path):
    with open(tmp_path / "a.cube", "w") as file:
        ase.io.cube.write_cube(file, ATOMS, VALUES, origin=ORIGIN)
    found = cube.read(tmp_path / "a.cube")
    np.testing.assert_array_equal(found.values, ase.io.cube.read_cube_data(tmp_path / "a.cube")[0])
    np.testing.assert_allclose(found.origin, ORIGIN, atol=1e-6)


def test_openmx_layout_is_read_as_ase_reads_it(tmp_path):
    (tmp_path / "a.cube").write_text(openmx_text())
    expected = ase.io.cube.read_cube(io.StringIO(openmx_text()))
    found = cube.read(tmp_path / "a.cube")
    np.testing.assert_array_equal(found.values, expected["data"])
    np.testing.assert_allclose(found.values, VALUES, rtol=6e-4)
    np.testing.assert_allclose(found.origin, expected["origin"])
    np.testing.assert_allclose(found.origin, ORIGIN * Bohr)
    assert found.plane_spacing == pytest.approx(5.0 / 8, abs=1e-6)


@given(
    st.floats(-20, 20),
    st.floats(0.01, 2),
    st.tuples(st.just(0.0), st.just(0.0), st.floats(-9, 9)),
)
def test_planes_around_a_height_are_those_of_the_cube_in_their_order(z, within, origin):
    whole = cube.Cube(VALUES, np.array(origin))
    planes = cube.planes_around(whole, ATOMS, z, within)
    heights = planes.origin[2] + planes.plane_spacing * np.arange(planes.values.shape[2])
    assert heights.size >= 2
    assert heights[0] <= z - within + 1e-9
    assert heights[-1] >= z + within - 1e-9
    numbers = np.rint((heights - origin[2]) / planes.plane_spacing).astype(int)
    np.testing.assert_array_equal(planes.values, VALUES[:, :, numbers % SHAPE[2]])


def test_planes_come_back_with_their_distance(tmp_path):
    planes, before = cube.planes_around(cube.Cube(VALUES, ORIGIN), ATOMS, 4.9, 0.7), ATOMS.copy()
    cube.write(tmp_path / "a.cube", ATOMS, planes)
    assert before == ATOMS
    back = cube.read(tmp_path / "a.cube")
    np.testing.assert_allclose(back.values, planes.values, rtol=1e-6)
    np.testing.assert_allclose(back.origin, planes.origin, atol=1e-6)
    assert back.plane_spacing == pytest.approx(planes.plane_spacing, abs=1e-6)


def test_compressed_cube_holds_values_and_origin(tmp_path):
    whole = cube.Cube(np.arange(48.0).reshape(SHAPE), ORIGIN)
    cube.write_compressed(tmp_path / "a.npz", whole)
    with np.load(tmp_path / "a.npz") as back:
        np.testing.assert_array_equal(back["values"], whole.values)
        assert back["values"].dtype == np.float32
        np.testing.assert_array_equal(back["origin"], ORIGIN)


def write_cube(path, density):
    cube.write(path, ATOMS, density)


@pytest.mark.parametrize(
    ("name", "write"), [("a.cube", write_cube), ("a.npz", cube.write_compressed)]
)
def test_full_disk_leaves_no_cube(tmp_path, no_room, name, write):
    noise = cube.Cube(np.random.default_rng(1).random((20, 20, 20)), ORIGIN)
    with no_room(4096), pytest.raises(StorageError, match=rf"no room on the disk for .*{name}"):
        write(tmp_path / name, noise)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lines", [1, 2, 5, 12, 100])
def test_reading_in_blocks_gives_the_same_values(tmp_path, lines):
    (tmp_path / "a.cube").write_text(openmx_text())
    expected = ase.io.cube.read_cube(io.StringIO(openmx_text()))["data"]
    np.testing.assert_array_equal(cube.read(tmp_path / "a.cube", lines=lines).values, expected)


def test_truncated_cube_is_refused_wherever_it_is_cut(tmp_path):
    path, whole = tmp_path / "a.cube", openmx_text()
    for size in range(0, len(whole.rstrip()) - len("-1.234E-18"), 3):
        path.write_text(whole[:size])
        with pytest.raises(InputError, match=r"a\.cube: .*delete it and run"):
            cube.read(path)


@pytest.mark.parametrize(
    ("text", "count"), [(openmx_text().rsplit("\n", 3)[0], 40), (openmx_text() + "1.0", 49)]
)
def test_missing_and_surplus_values_are_counted(tmp_path, text, count):
    (tmp_path / "a.cube").write_text(text)
    said = rf"a\.cube: holds {count} numbers for the 48 points of its 2 × 3"
    with pytest.raises(InputError, match=said):
        cube.read(tmp_path / "a.cube")


@pytest.mark.parametrize("word", ["nan", "inf", "*********", "1.2D-05", "SYS1"])
def test_words_that_are_no_finite_number_are_refused(tmp_path, word):
    number = openmx_text().split()[-9]
    (tmp_path / "a.cube").write_text(openmx_text().replace(number, word))
    with pytest.raises(InputError, match=r"a\.cube: .*delete it and run"):
        cube.read(tmp_path / "a.cube")


@pytest.mark.parametrize(
    "content", [None, b"", b"\n" * 9, b"some text\n" * 9, b"\xff\xfe\x00" * 99]
)
def test_folder_and_file_of_another_kind_are_no_cube(tmp_path, content):
    path = tmp_path / "a.cube"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.cube: not a readable cube file.*delete it and run"):
        cube.read(path)


@given(st.floats(1e-6, 1e3))
def test_constant_density_holds_density_times_volume(density):
    volume = 3 * 4 * 5 / Bohr**3
    found = cube.electrons(np.full(SHAPE, density), ATOMS)
    assert found == pytest.approx(density * volume, rel=1e-12)


def test_electrons_add_up():
    first, second = np.random.default_rng(1).random((2, *SHAPE))
    parts = cube.electrons(first, ATOMS) + cube.electrons(second, ATOMS)
    assert cube.electrons(first + second, ATOMS) == pytest.approx(parts)


@pytest.mark.parametrize("factor", [0.9951, 1.0, 1.0049])
def test_charge_within_the_tolerance_passes(factor):
    cube.check_charge(8 * factor, ATOMS, {"C": 4}, 0.005)


@pytest.mark.parametrize("factor", [0.9949, 1.0051, -1.0, np.nan])
def test_charge_beyond_the_tolerance_is_refused_with_both_numbers(factor):
    said = rf"integrates to {8 * factor:.4f} electrons, the atoms have 8: more than 0\.5%"
    with pytest.raises(InputError, match=said):
        cube.check_charge(8 * factor, ATOMS, {"C": 4}, 0.005)


def test_charge_counts_each_element():
    mixed = Atoms("MoS2", positions=np.eye(3), cell=[3, 3, 3])
    cube.check_charge(26.0, mixed, {"Mo": 14, "S": 6}, 1e-9)
