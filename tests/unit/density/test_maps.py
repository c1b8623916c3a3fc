import numpy as np
import pytest

from temdenoise.density import maps
from temdenoise.errors import InputError

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
