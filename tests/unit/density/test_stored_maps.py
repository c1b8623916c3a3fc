import numpy as np
import pytest

from temdenoise.density import maps
from temdenoise.errors import InputError
from temdenoise.structures import sheets

CELL = {
    **{"material": "graphene", "cells": [1, 2], "lattice_constant": 2.46},
    **{"thickness": 0.0, "cell_height": 10.0, "max_shift": 0.3},
}


@pytest.fixture
def a_map(tmp_path):
    """Return the paths of a map and its structure."""
    atoms = sheets.ordered_sheet_of(CELL)
    atoms.arrays["ordered_positions"] = atoms.positions.copy()
    sheets.write(tmp_path / "train-1.extxyz", atoms)
    metadata = {"structure": "train-1", "height_angstrom": 3.0}
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    maps.write_map(
        tmp_path / "train-1.tif", maps.DensityMap(values, (1.0, 2.0), (0.0, 0.0), metadata)
    )
    return tmp_path / "train-1.tif", tmp_path / "train-1.extxyz"


def asked(**other):
    return {"name": "train-1", "cell": CELL, "height": 3.0} | other


def test_the_map_that_is_asked_for_is_taken(a_map):
    maps.check_stored(*a_map, **asked())


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"name": "train-2"}, "structure: got train-1, the config says train-2"),
        ({"height": 2.5}, "height_angstrom: got 3.0, the config says 2.5"),
        ({"cell": CELL | {"cells": [2, 2]}}, "atoms: got 8, the config says 16"),
        ({"cell": CELL | {"cell_height": 9.0}}, "cell"),
    ],
)
def test_another_map_is_refused(a_map, other, words):
    with pytest.raises(InputError, match=words):
        maps.check_stored(*a_map, **asked(**other))
