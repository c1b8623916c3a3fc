import numpy as np
import pandas as pd
import pytest
from scenes import double_of_maps
from scipy.ndimage import gaussian_filter

from temdenoise.micrographs import at_atoms, atoms_goals, atoms_tables, trust_in_atoms
from temdenoise.micrographs.at_atoms import Result
from temdenoise.scenes import designed, imaging, known, levels
from temdenoise.scenes.scene import VACANCY

pytestmark = pytest.mark.usefixtures("one_thread")  # a filter may be a network

# Of two scales, one of which the paper's models know.
CELLS, MAPS = double_of_maps()
MADE = [*designed.sheets(1), *designed.of_density(CELLS, [np.array([[9.0, 16]])], MAPS, 1)]
IMAGES = [one for one in MADE if one.scene.bond < 16]
FEW = [levels.Level(levels.GAUSSIAN, 0.2), levels.Level(levels.COUNTS, 10)]
FEW += [levels.Level("SP", 0.2)]


def of(design):
    return next(one for one in IMAGES if one.design == design)


def measured(design, denoise, **more):
    one = of(design)
    result = Result(denoise(one), **more)
    found = at_atoms.MEASURES[design](one.scene, one.clean, result)
    return {(each.name, each.of): each.value for each in found}


def filled(one):
    """Return an image whose denoiser puts an atom on each vacancy."""
    gone = known.positions(one.scene.atoms[one.scene.atoms["kind"] == VACANCY])
    shape, sigma = one.clean.shape, 0.28 * one.scene.bond
    return one.clean + imaging.adf(gone, np.ones(len(gone)), shape, sigma)


def peppered(one):
    """Return an image whose denoiser puts four atoms into the vacuum."""
    yx = np.array([[40, 150], [80, 160], [120, 170], [150, 150.0]])
    return one.clean + imaging.adf(yx, np.ones(4), one.clean.shape, 0.28 * one.scene.bond)


def test_the_truth_keeps_everything():
    found = measured(known.VACANCIES, lambda one: one.clean, half=np.ones((192, 192)))
    assert found[at_atoms.KEPT, "sheet"] == found[at_atoms.FOUND, "sheet"] == 1
    assert found[at_atoms.FALSE, "sheet"] == found[at_atoms.FALSE, "vacuum"] == 0
    assert found[at_atoms.POSITION, "sheet"] < 1
    assert found[at_atoms.COVERAGE, "atoms"] == 1
    doped = measured(known.DOPED, lambda one: one.clean)
    for brightness in designed.DOPANTS:
        assert doped[at_atoms.AUC, f"×{brightness:g}"] > 0.99
        assert doped[at_atoms.RATIO, f"×{brightness:g}"] == pytest.approx(1)
    regions = measured(known.REGIONS, lambda one: one.clean)
    assert list(regions.values()) == pytest.approx([0] * 4)


def test_gain_and_offset_change_no_atom():
    one = measured(known.VACANCIES, lambda one: one.clean)
    other = measured(known.VACANCIES, lambda one: 7 - 3 + 0.01 * one.clean)
    assert other == pytest.approx(one, abs=1e-6)


def test_a_denoiser_that_fills_vacancies_is_caught():
    found = measured(known.VACANCIES, filled)
    assert found[at_atoms.KEPT, "sheet"] == 0
    assert found[at_atoms.FALSE, "sheet"] > 1
    assert found[at_atoms.FALSE, "vacuum"] == 0


def test_a_denoiser_that_paints_atoms_into_vacuum_is_caught():
    one = of(known.VACANCIES)
    found = list(at_atoms.of_vacancies(one.scene, one.clean, Result(peppered(one))))
    (false,) = (m for m in found if (m.name, m.of) == (at_atoms.FALSE, "vacuum"))
    assert false.value * false.count == pytest.approx(4)


def test_a_constant_image_keeps_no_vacancy_and_finds_no_atom():
    found = measured(known.VACANCIES, lambda one: np.ones(one.clean.shape))
    assert found[at_atoms.KEPT, "sheet"] == found[at_atoms.FOUND, "sheet"] == 0
    doped = measured(known.DOPED, lambda one: np.ones(one.clean.shape))
    assert doped[at_atoms.AUC, "×8"] == 0.5


def test_what_is_called_an_atom_fills_a_vacancy_too():
    one = of(known.VACANCIES)
    gone = known.positions(one.scene.atoms[one.scene.atoms["kind"] == VACANCY])
    found = measured(known.VACANCIES, lambda one: one.clean, likely=gone)
    assert found[at_atoms.KEPT, "sheet"] == 0
    assert found[at_atoms.CALLED, "sheet"] == 1


def test_a_shifted_image_has_that_position_error():
    def shifted(one):
        return np.roll(one.clean, 1, axis=0)

    bond = of(known.VACANCIES).scene.bond
    found = measured(known.VACANCIES, shifted)
    assert found[at_atoms.POSITION, "sheet"] == pytest.approx(142 / bond, rel=0.02)


def test_a_paler_image_and_a_grey_vacuum_are_caught():
    found = measured(known.DOPED, lambda one: np.minimum(one.clean, 1.2))
    assert found[at_atoms.RATIO, "×8"] < 0.2
    grey = measured(known.REGIONS, lambda one: np.maximum(one.clean, 0.3))
    assert grey[at_atoms.REGION, "vacuum"] > 0.5


def test_peaks_of_pure_noise_are_counted_by_the_area_of_sites():
    value = np.zeros((60, 60))
    value[20, 20] = value[40, 40] = 1
    found = {m.name: m for m in at_atoms.of_noise(6.0, Result(value, likely=np.empty((0, 2))))}
    sites = 100 * 4 / 3**1.5
    assert found[at_atoms.PER_SITES].value == pytest.approx(2e4 / sites)
    assert found[at_atoms.LIKELY_PER_SITES].value == 0


def denoise(image):
    smooth = gaussian_filter(image, 1.5)
    return Result(smooth, np.full(image.shape, 0.2), np.empty((0, 2)))


@pytest.fixture(scope="module")
def table():
    papers = {name: denoise for name in ("G", "SP")}
    rows = trust_in_atoms.rows(
        IMAGES, {"general": denoise}, papers, {"G": "G", "SP": "SP"}, seed=1, wanted=FEW
    )
    return atoms_tables.pooled(pd.DataFrame(rows, columns=atoms_tables.COLUMNS))


def test_each_model_sees_what_it_is_for(table):
    seen = set(zip(table["method"], table["noise"], table["bond_px"], strict=True))
    assert ("general", "SP", 6.0) in seen
    assert ("SP", "SP", 10.0) in seen
    assert ("SP", "counts", 10.0) not in seen
    assert ("G", "counts", 6.0) not in seen
    assert not set(table.loc[table["noise"] == "SP", "design"]) & {known.DOPED, known.REGIONS}


def test_the_noise_free_image_is_the_best_of_all(table):
    kept = table[(table["measure"] == at_atoms.KEPT) & (table["method"] == atoms_tables.CLEAN)]
    assert (kept["value"] == 1).all()
    errors = table[table["measure"] == at_atoms.POSITION].pivot_table(
        index=["noise", "bond_px"], columns="method", values="value"
    )
    assert (errors.min(axis=1) == errors[atoms_tables.CLEAN]).all()


def test_pooling_weighs_by_the_count_and_takes_roots_of_squares():
    row = dict.fromkeys(atoms_tables.KEYS, "x")
    some = pd.DataFrame(
        [{**row, "value": 3.0, "count": 1}, {**row, "value": 6.0, "count": 2}],
        columns=atoms_tables.COLUMNS,
    )
    assert atoms_tables.pooled(some)["value"].tolist() == [5]
    root = atoms_tables.pooled(some.assign(measure=at_atoms.POSITION))
    assert root["value"].tolist() == pytest.approx([np.sqrt((9 + 2 * 36) / 3)])


def test_people_read_a_row_for_each_method(table):
    shown = atoms_tables.readable(table)
    assert not shown.isna().any(axis=None)
    own = shown[shown["method"] == "general"]
    assert own["px per bond"].tolist() == ["6", "10 and 16"] * len(FEW)
    assert atoms_tables.CLEAN not in set(shown["method"])


def test_a_goal_is_met_by_the_worst_case(table):
    met = pd.DataFrame(atoms_goals.rows(table, "general")).set_index("goal")
    assert len(met) == len(atoms_goals.GOALS)
    assert met.loc["likely atoms per 10,000 sites of noise", "met"]
    assert not met.loc["brightness ratio", "met"]
    assert met.loc["brightness ratio", "where"].startswith("Gaussian 0.2, ×")
    assert set(atoms_goals.readable(met.reset_index())["met"]) <= {"yes", "**no**"}
