import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from ase import Atoms

from temdenoise.density import maps
from temdenoise.density.maps import DensityMap
from temdenoise.errors import InputError, StorageError
from temdenoise.structures import sheets

DATA = Path(__file__).parents[2] / "data"
VALUES = np.random.default_rng(1).random((3, 5)).astype("f4")


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a map, or the given text, and returns its path."""

    def written(name, text=None, values=VALUES):
        path = tmp_path / f"{name}.tif"
        if text is None:
            maps.write_map(path, maps.DensityMap(values, (0.1, 0.2), (0, 0), {}))
        else:
            path.write_text(text)
        return path

    return written


def test_maps_of_structures_that_never_converged_are_left_out(write):
    paths = [write("train-1"), str(write("train-2", "")), write("test-1")]
    assert list(maps.converged(paths)) == ["train-1", "test-1"]
    found = maps.read_all(paths)
    assert list(found) == ["train-1", "test-1"]
    np.testing.assert_array_equal(found["train-1"].values, VALUES)


@pytest.mark.parametrize(
    ("count", "said"),
    [(2, "structures x-0, x-1 converged"), (9, "structures x-0, .*, x-5, … converged")],
)
def test_no_map_at_all_is_refused_with_some_names(write, count, said):
    paths = [write(f"x-{number}", "") for number in range(count)]
    with pytest.raises(InputError, match=rf"none of the {said}: .*dft\.csv"):
        maps.converged(paths)


def test_damaged_map_is_no_map_that_never_converged(write):
    with pytest.raises(InputError, match=r"b\.tif: not a whole density map"):
        maps.read_all([write("a"), write("b", "cut")])


def test_values_are_those_of_the_maps_and_read_no_sooner_than_needed(write):
    values = maps.Values({"a": write("a"), "b": write("b", "cut")})
    assert list(values) == ["a", "b"]
    assert len(values) == 2
    assert values["a"].dtype == float
    np.testing.assert_array_equal(values["a"], VALUES)
    with pytest.raises(InputError, match=r"b\.tif"):
        values["b"]


def a_map(**changes):
    fields = {
        "values": VALUES,
        "pixel_size": (0.0948, 0.1234567),
        "origin": (0.0123, -0.0456),
        "metadata": {"engine": "openmx", "height_angstrom": 3.0, "grid": [5, 3, 20]},
    }
    return DensityMap(**(fields | changes))


def test_brightness_is_that_of_the_pixel_under_the_atom():
    values = np.random.default_rng(1).random((5, 4)).astype(np.float32)
    found = a_map(values=values, pixel_size=(0.8, 0.75), origin=(0.0, 0.0))
    atoms = Atoms("C2", positions=[[3 * 0.75, 1 * 0.8, 5], [-0.75, 6 * 0.8, 5]])
    expected = [values[1, 3], values[1, 3]]
    np.testing.assert_allclose(maps.brightness_at(found, atoms), expected, rtol=1e-5)


def test_atoms_with_long_bonds_are_brighter_in_a_real_openmx_map():
    atoms = sheets.read(DATA / "openmx-60-atoms.extxyz")
    values = tifffile.imread(DATA / "openmx-60-atoms.tif")
    pixel_size = (12.322 / 135, 12.8054 / 135)
    found = DensityMap(values, pixel_size, (0.0, 0.0), {})
    brightness = maps.brightness_at(found, atoms)
    correlation = np.corrcoef(brightness, sheets.mean_bond_lengths(atoms))[0, 1]
    assert correlation == pytest.approx(0.90, abs=0.02)


def test_map_comes_back(tmp_path):
    maps.write_map(tmp_path / "a.tif", a_map())
    back = maps.read_map(tmp_path / "a.tif")
    np.testing.assert_array_equal(back.values, a_map().values)
    assert back.values.dtype == np.float32
    assert back.pixel_size == pytest.approx(a_map().pixel_size, rel=1e-6)
    assert back.origin == a_map().origin
    assert back.metadata == a_map().metadata


def test_written_map_is_calibrated_in_nanometres_for_imagej(tmp_path):
    maps.write_map(tmp_path / "a.tif", a_map())
    with tifffile.TiffFile(tmp_path / "a.tif") as tiff:
        assert tiff.imagej_metadata["unit"] == "nm"
        x, y = (tiff.pages.first.tags[f"{axis}Resolution"].value for axis in "XY")
    assert x[1] / x[0] == pytest.approx(0.01234567)
    assert y[1] / y[0] == pytest.approx(0.00948)


def test_full_disk_leaves_no_map(tmp_path, no_room):
    with no_room(4096), pytest.raises(StorageError, match=r"no room on the disk for .*a\.tif"):
        maps.write_map(tmp_path / "a.tif", a_map(values=np.ones((90, 80), dtype=np.float32)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_map_with_a_value_that_is_not_finite_is_refused(tmp_path, value):
    values = a_map().values.copy()
    values[1, 2] = value
    maps.write_map(tmp_path / "a.tif", a_map(values=values))
    with pytest.raises(InputError, match=r"a\.tif: the density map holds NaN.*delete it and run"):
        maps.read_map(tmp_path / "a.tif")


@pytest.mark.parametrize("value", [0.0, 1e-7])
def test_map_without_contrast_is_refused(tmp_path, value):
    values = np.full((3, 5), value, dtype=np.float32)
    maps.write_map(tmp_path / "a.tif", a_map(values=values))
    with pytest.raises(InputError, match=rf"a\.tif: .*no contrast \(all {value:.3g} .*lower map"):
        maps.read_map(tmp_path / "a.tif")


@pytest.mark.filterwarnings("ignore")
def test_truncated_map_is_refused_wherever_it_is_cut(tmp_path):
    maps.write_map(tmp_path / "a.tif", a_map())
    (tmp_path / ".a.tif.checksum").unlink()
    whole = (tmp_path / "a.tif").read_bytes()
    for size in range(0, len(whole), 5):
        (tmp_path / "a.tif").write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"a\.tif: not a whole density map .*delete it and"):
            maps.read_map(tmp_path / "a.tif")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"imagej": True},
        {"imagej": True, "metadata": {"Info": "text"}},
        {"imagej": True, "metadata": {"Info": json.dumps({"height": 3})}},
        {"imagej": True, "metadata": {"Info": json.dumps([3])}},
    ],
    ids=str,
)
def test_tiff_of_another_program_is_no_map(tmp_path, options):
    tifffile.imwrite(tmp_path / "a.tif", a_map().values, **options)
    with pytest.raises(InputError, match=r"a\.tif: not a whole density map .*delete it and run"):
        maps.read_map(tmp_path / "a.tif")


def test_missing_map_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"a\.tif: not a whole density map"):
        maps.read_map(tmp_path / "a.tif")
