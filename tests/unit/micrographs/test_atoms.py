import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import PERFECT
from scipy.ndimage import gaussian_filter
from skimage.feature import peak_local_max

from temdenoise import seeds
from temdenoise.micrographs import atom_calibration, atoms, vacancies
from temdenoise.scenes import building, imaging, lattices
from temdenoise.scenes.scene import Scene, atoms_at

SITES = {"constant": -4.0, "significance": 2.0, "relative": 2.0, "contrast": 0.5, "position": 1.0}
SHAPE = (90, 110)


def sheet(bond=9.3, angle=0.3, name="graphene"):
    points, _ = lattices.sheet(name).points(9.5)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    yx = points @ turn.T * bond + (45.2, 55.4)
    return yx[((yx > 2) & (yx < np.array(SHAPE) - 3)).all(axis=1)]


def drawn(yx, brightness=1.0, sigma=2.2):
    return imaging.adf(yx, np.full(len(yx), brightness), SHAPE, sigma)


def nearest(found, yx):
    off = np.linalg.norm(found[["y_px", "x_px"]].to_numpy()[:, None] - yx, axis=-1)
    return off.min(axis=0)


@pytest.mark.parametrize("levels", [1e6, 5])
@pytest.mark.parametrize("distance", [2, 5])
def test_peaks_are_those_of_scikit_image(levels, distance):
    image = np.round(levels * np.random.default_rng(1).random(SHAPE))  # 5 levels: ties
    wanted = peak_local_max(image, min_distance=distance, exclude_border=1)
    np.testing.assert_array_equal(atoms._peaks(image, distance), wanted)


@pytest.mark.parametrize("shape", [(1, 1), (2, 9), (9, 9)])
def test_a_flat_image_has_no_peaks(shape):
    assert atoms._peaks(np.ones(shape), 2).shape == (0, 2)


def test_atoms_are_found_where_they_are():
    yx = sheet()
    found = atoms.find(drawn(yx), np.full(SHAPE, 0.01), 0.1)
    inner = ((yx > 8) & (yx < np.array(SHAPE) - 9)).all(axis=1)
    assert nearest(found, yx[inner]).max() < 0.1
    assert abs(len(found) - len(yx)) < 12
    assert found["brightness"].median() == pytest.approx(1, abs=0.15)


@given(st.floats(0.01, 100), st.floats(-50, 50))
def test_gain_and_offset_change_no_probability(gain, offset):
    image, noise = drawn(sheet()), np.full(SHAPE, 0.02)
    one = atoms.find(image, noise, 0.1)
    other = atoms.find(gain * image + offset, gain * noise, gain * 0.1)
    np.testing.assert_allclose(
        atoms.probabilities(one, SITES), atoms.probabilities(other, SITES), atol=1e-3
    )
    np.testing.assert_allclose(other["y_px"], one["y_px"], atol=1e-3)


def test_a_clearer_peak_is_likelier_an_atom():
    yx = np.array([[20.0, 20], [20, 60], [60, 20], [60, 60]])
    image = imaging.adf(yx, np.array([0.2, 0.5, 1, 2]), SHAPE, 2.0)
    found = atoms.find(image, np.full(SHAPE, 0.1), 1.0).nlargest(4, "brightness")
    likely = atoms.probabilities(found, SITES)
    assert (np.diff(likely) < 0).all()
    assert ((likely >= 0) & (likely <= 1)).all()


def test_the_same_peak_in_stronger_noise_is_less_likely_an_atom():
    image, deviation = drawn(sheet()), np.full(SHAPE, 0.02)
    weak, strong = (atoms.probabilities(atoms.find(image, deviation, n), SITES) for n in (0.1, 10))
    assert (strong < weak).all()


def test_peaks_without_an_atom_are_learned_to_be_none():
    rng = np.random.default_rng(3)
    result = 0.02 * gaussian_filter(rng.standard_normal((3, 60, 70)), (0, 2, 2))
    result[1:] += np.array([-0.01, 0.01])[:, None, None]
    recorded = rng.standard_normal((60, 70))
    interval = [{"noise": 0.5, "factor": 1.0}]
    (false,) = atom_calibration.false_peaks([(recorded, recorded, result, rng)], interval)
    assert len(false)
    assert not false["is_atom"].any()
    real = atom_calibration.matched(
        atoms.find(drawn(sheet()), np.full(SHAPE, 0.02), 0.2), of_atoms(sheet())
    )
    sites = atom_calibration.sites([real, false])
    assert atoms.probabilities(false, sites).max() < 0.1
    assert atoms.probabilities(real, sites).min() > 0.9


def of_atoms(yx):
    """Return a scene of nothing but atoms at `yx`."""
    areas, none = np.zeros(SHAPE, np.uint8), np.zeros(2)
    places = atoms_at(yx, np.ones(len(yx)), 0)
    return Scene("adf", "", 9.3, places, areas, np.zeros((2, 2)), none, np.zeros((4, 4)))


def test_a_flat_image_has_no_atoms():
    assert atoms.table(np.ones(SHAPE), np.full(SHAPE, 0.1), 1.0, SITES, None).empty


@pytest.mark.parametrize("name", ["graphene", "MoS2"])
def test_a_missing_atom_is_a_candidate_vacancy_and_a_perfect_sheet_has_none(name):
    yx = sheet(name=name)
    assert not len(vacancies.missing_sites(yx, SHAPE)[0])
    gone = np.argmin(np.linalg.norm(yx - (45, 55), axis=1))
    places, support = vacancies.missing_sites(np.delete(yx, gone, axis=0), SHAPE)
    np.testing.assert_allclose(places, yx[[gone]], atol=0.5)
    assert support == pytest.approx(1, abs=0.2)


def test_without_a_lattice_no_vacancy_is_named():
    yx = np.random.default_rng(1).uniform(3, 80, (150, 2))
    assert not len(vacancies.missing_sites(yx, SHAPE)[0])
    assert not len(vacancies.missing_sites(yx[:3], SHAPE)[0])


def test_the_table_has_both_kinds_and_nanometres():
    yx = sheet()
    gone = np.argmin(np.linalg.norm(yx - (45, 55), axis=1))
    image = drawn(np.delete(yx, gone, axis=0))
    found = atoms.of_frames(image, np.full(SHAPE, 0.01), [image + 0.1], SITES, (0.01, 0.02))
    assert list(found.columns) == ["frame", *atoms.COLUMNS]
    assert atoms.counts(found)["vacancies"] == 1
    assert set(found["kind"]) == {atoms.ATOM, atoms.VACANCY}
    np.testing.assert_allclose(found["x_nm"], 0.02 * found["x_px"])
    assert atoms.to_csv(found).count("\n") == len(found) + 1


def test_probabilities_are_as_often_right_as_they_say():
    peaks, noise = [], 0.5
    for number in range(12):
        rng = seeds.generator(1, "scene", number)
        scene = building.build({**PERFECT, "bond_px": [8, 9]}, None, rng)
        clean = imaging.image(scene, PERFECT, [], rng)
        blurred = clean + noise * 0.3 * rng.standard_normal(clean.shape)
        found = atoms.find(blurred, np.full(clean.shape, noise * 0.3), noise)
        peaks.append(atom_calibration.matched(found, scene))
    sites = atom_calibration.sites(peaks)
    whole = pd.concat(peaks)
    likely = atoms.probabilities(whole, sites)
    assert likely.mean() == pytest.approx(whole["is_atom"].mean(), abs=0.05)
    high, low = likely > 0.7, likely < 0.3
    assert whole["is_atom"][high].mean() > 0.7
    assert whole["is_atom"][low].mean() < 0.3
