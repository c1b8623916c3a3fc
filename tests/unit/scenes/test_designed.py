import numpy as np
import pytest
from scenes import double_of_maps
from scipy.spatial import cKDTree

from temdenoise.scenes import designed, known
from temdenoise.scenes.scene import DOPANT, VACANCY, VACUUM

SHEETS = list(designed.sheets(1))
CELLS, MAPS = double_of_maps()
DFT = list(designed.of_density(CELLS, [np.array([[9.0, 16]])], MAPS, 1))


def of(design, bond=10.0):
    return [one for one in SHEETS if (one.design, one.scene.bond) == (design, bond)]


def at(image, atoms):
    y, x = known.positions(atoms).round().astype(int).T
    inside = (y >= 0) & (x >= 0) & (y < designed.SIZE) & (x < designed.SIZE)
    return image[y[inside], x[inside]]


def test_atoms_are_bright_and_vacancies_and_vacuum_dark():
    for one in of(known.VACANCIES):
        gone = one.scene.atoms["kind"] == VACANCY
        assert at(one.clean, one.scene.atoms[~gone]).min() > 0.9
        assert at(one.clean, one.scene.atoms[gone]).max() < 0.05
        assert one.clean[one.scene.areas & VACUUM > 0][5:].mean() < 0.02


def test_defects_are_no_neighbours_and_all_brightnesses_are_there():
    gone = of(known.VACANCIES)[0].scene.atoms
    yx = known.positions(gone[gone["kind"] == VACANCY])
    assert len(yx) > 5
    assert cKDTree(yx).query(yx, k=2)[0][:, 1].min() > 19
    doped = of(known.DOPED, 6.0)[0].scene.atoms
    found = np.unique(doped["brightness"][doped["kind"] == DOPANT].round(3))
    np.testing.assert_allclose(found, designed.DOPANTS, rtol=1e-6)


def test_regions_are_ever_brighter():
    (one,) = of(known.REGIONS, 6.0)
    means = [part.mean() for part in np.array_split(one.clean, 4, axis=1)]
    assert (np.diff(means) > 0).all()


def test_the_seed_decides_and_nothing_else():
    again, other = next(designed.sheets(1)), next(designed.sheets(2))
    np.testing.assert_array_equal(SHEETS[0].clean, again.clean)
    assert np.abs(SHEETS[0].clean - other.clean).max() > 0.1


def test_atoms_of_a_map_lie_at_its_spots():
    for one in DFT:
        atoms = one.scene.atoms[one.scene.atoms["kind"] != VACANCY]
        assert np.median(at(one.clean, atoms)) == pytest.approx(1)
        assert at(one.clean, atoms).min() > 0.8
    assert (DFT[0].scene.atoms["kind"] == VACANCY).sum() > 10
