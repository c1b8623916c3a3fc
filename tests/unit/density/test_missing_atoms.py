import pytest
from clones import ROOT
from scipy.ndimage import map_coordinates

from temdenoise.density import missing_atoms
from temdenoise.errors import InputError

NAMES = ("vacancy", "divacancy")
STORE = ROOT / "resources/maps/vacancies"
MAPS = [STORE / f"{name}.tif" for name in NAMES]
STRUCTURES = [STORE / f"{name}.extxyz" for name in NAMES]


def test_the_shipped_maps_are_dark_where_atoms_are_missing_and_bright_at_atoms():
    cells, missing, values = missing_atoms.read(MAPS, STRUCTURES)
    assert [len(gone) for gone in missing] == [1, 2]
    assert [len(atoms) for atoms in cells.atoms] == [59, 58]
    for atoms, gone, image in zip(cells.atoms, missing, values, strict=True):
        bright, dark = (map_coordinates(image, yx.T, mode="grid-wrap") for yx in (atoms, gone))
        assert dark.max() < 0.1 < 0.4 < bright.min()


def test_a_structure_that_does_not_say_what_is_missing_is_refused():
    whole = ROOT / "resources/maps/gpaw"
    with pytest.raises(InputError, match="which atoms are missing"):
        missing_atoms.read([whole / "test-1.tif"], [whole / "test-1.extxyz"])
