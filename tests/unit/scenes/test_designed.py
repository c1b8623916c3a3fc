import numpy as np
import pytest
from scenes import double_of_maps
from scipy.spatial import cKDTree

from temdenoise.scenes import designed, levels
from temdenoise.scenes.scene import DOPANT, VACANCY, VACUUM

SHEETS = list(designed.sheets(1))
CELLS, MAPS = double_of_maps()
DFT = list(designed.of_density(CELLS, [np.array([[9.0, 16]])], MAPS, 1))


def of(design, bond=10.0):
    return [one for one in SHEETS if (one.design, one.scene.bond) == (design, bond)]


def at(image, atoms):
    y, x = designed.positions(atoms).round().astype(int).T
    inside = (y >= 0) & (x >= 0) & (y < designed.SIZE) & (x < designed.SIZE)
    return image[y[inside], x[inside]]


def test_atoms_are_bright_and_vacancies_and_vacuum_dark():
    for one in of(designed.VACANCIES):
        gone = one.scene.atoms["kind"] == VACANCY
        assert at(one.clean, one.scene.atoms[~gone]).min() > 0.9
        assert at(one.clean, one.scene.atoms[gone]).max() < 0.05
        assert one.clean[one.scene.areas & VACUUM > 0][5:].mean() < 0.02


def test_defects_are_no_neighbours_and_all_brightnesses_are_there():
    gone = of(designed.VACANCIES)[0].scene.atoms
    yx = designed.positions(gone[gone["kind"] == VACANCY])
    assert len(yx) > 5
    assert cKDTree(yx).query(yx, k=2)[0][:, 1].min() > 19
    doped = of(designed.DOPED, 6.0)[0].scene.atoms
    found = np.unique(doped["brightness"][doped["kind"] == DOPANT].round(3))
    np.testing.assert_allclose(found, designed.DOPANTS, rtol=1e-6)


def test_regions_are_ever_brighter():
    (one,) = of(designed.REGIONS, 6.0)
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


@pytest.mark.parametrize("level", levels.LEVELS, ids=lambda level: level.name)
def test_a_record_is_its_truth_on_average(level):
    flat = np.full((64, 64), 0.5)
    flat[:, 32:] = 1
    rng = np.random.default_rng(1)
    recorded, truth = levels.record(flat, level, rng)
    assert recorded.shape == truth.shape
    off = np.abs((recorded - truth)[:, :32].mean())
    assert off < (0.4 if "SP" in level.kind else 0.12)
    if level.kind not in levels.PAPER:
        np.testing.assert_array_equal(truth, flat)
    if level.kind == levels.GAUSSIAN:
        assert (recorded - truth).std() == pytest.approx(level.amount, rel=0.05)
