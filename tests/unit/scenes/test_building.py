import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import PERFECT, SIZE, double_of_maps, with_chances
from scipy.spatial import cKDTree

from temdenoise import seeds
from temdenoise.errors import InputError
from temdenoise.scenes import building, imaging, lattices, scene
from temdenoise.scenes.scene import DOPANT, GRAIN, LAYER, SITE, VACANCY, VACUUM

numbers = st.integers(0, 10**6)


def built(number, settings=PERFECT, cells=None):
    return building.build(settings, cells, seeds.generator(1, "scene", number))


def imaged(one, settings=PERFECT, maps=()):
    return imaging.image(one, settings, maps, seeds.generator(1, "image"))


def positions(one):
    return np.stack([one.atoms["y"], one.atoms["x"]], axis=1)


def at(image, atoms):
    inside = [(atoms[axis] > 2) & (atoms[axis] < image.shape[0] - 3) for axis in ("y", "x")]
    kept = atoms[inside[0] & inside[1]]
    return kept, image[kept["y"].round().astype(int), kept["x"].round().astype(int)]


@given(numbers)
def test_a_scene_depends_on_its_generator_only(number):
    first, second = built(number), built(number)
    np.testing.assert_array_equal(first.atoms, second.atoms)
    np.testing.assert_array_equal(imaged(first), imaged(second))


@given(numbers)
def test_neighbours_in_a_perfect_crystal_are_a_bond_apart(number):
    one = built(number)
    distances = cKDTree(positions(one)).query(positions(one), k=2)[0][:, 1] / one.bond
    if one.lattice in (*lattices.SHEETS, "honeycomb"):
        np.testing.assert_allclose(np.median(distances), 1, rtol=1e-3)
    assert distances.min() > 0.25


@given(numbers)
def test_grains_meet_without_atoms_on_top_of_each_other(number):
    one = built(number, with_chances(PERFECT, grains=1.0))
    other = (one.areas & GRAIN) > 0
    assert other.any()
    if one.lattice != "phosphorene":
        distances = cKDTree(positions(one)).query(positions(one), k=2)[0][:, 1]
        assert distances.min() >= 0.69 * one.bond


@given(numbers)
def test_atoms_lie_in_the_image_or_near_it_and_fill_it(number):
    one = built(number)
    off = 2.6 * one.bond
    assert ((positions(one) > -off) & (positions(one) < SIZE + off)).all()
    assert len(one.atoms) > (SIZE / one.bond) ** 2 / 8


@given(numbers)
def test_a_vacancy_is_dark_and_a_dopant_is_of_its_own_brightness(number):
    one = built(number, {**PERFECT, "vacancies": 0.3, "dopants": 0.3, "bond_px": [12, 12.001]})
    kept, values = at(imaged(one, {**PERFECT, "spot": [0.16, 0.16]}), one.atoms)
    kinds = kept["kind"]
    assert set(kinds) <= {SITE, DOPANT, VACANCY}
    if (kinds == VACANCY).any() and (kinds == SITE).any() and one.lattice == "graphene":
        assert values[kinds == VACANCY].max() < 0.5 * values[kinds == SITE].min()
    bright = kept["brightness"] > 2
    if bright.any() and one.lattice == "graphene":
        assert values[bright].min() > values[kinds == SITE].max()


@given(numbers)
def test_no_atom_of_the_crystal_lies_in_vacuum(number):
    one = built(number, with_chances(PERFECT, edge=1.0))
    empty = (one.areas & VACUUM) > 0
    assert 0 < empty.mean() < 1
    _, there = at(empty.astype(float), one.atoms)
    assert not there.any()


@given(numbers)
def test_a_second_layer_lies_where_it_is_said(number):
    one = built(number, with_chances(PERFECT, second_layer=1.0))
    layer = one.atoms[one.atoms["kind"] == LAYER]
    _, there = at(one.areas.astype(float), layer)
    assert there.all()


def test_an_empty_scene_has_no_atoms_and_a_flat_image():
    one = built(1, with_chances(PERFECT, empty=1.0))
    assert not len(one.atoms)
    assert not imaged(one).any()


@given(numbers)
def test_atoms_of_density_scenes_are_where_their_image_is_bright(number):
    cells, maps = double_of_maps()
    settings = {**PERFECT, "density": 1.0, "strain": 0.02, "bond_px": [6, 12]}
    one = built(number, settings, cells)
    image = imaging.density(one, maps)
    _, values = at(image, one.atoms)
    assert len(values) > 3
    assert values.mean() > 3 * image.mean()


@given(numbers)
def test_density_scenes_are_dark_in_vacuum(number):
    cells, maps = double_of_maps()
    settings = with_chances({**PERFECT, "density": 1.0, "bond_px": [4, 6]}, edge=1.0)
    one = built(number, settings, cells)
    image, empty = imaging.density(one, maps), (one.areas & VACUUM) > 0
    assert image[empty].mean() < 0.5 * image[~empty].mean()


def test_heavier_columns_are_brighter():
    assert lattices.sheet("hBN").brightness[1] == 1 > lattices.sheet("hBN").brightness[0]
    assert lattices.sheet("MoS2").brightness[0] == 1 > lattices.sheet("MoS2").brightness[1]
    assert lattices.sheet("MoSe2").brightness[1] == 1


@given(numbers)
def test_a_lattice_repeats_by_its_vectors_and_its_atoms_lie_apart(number):
    lattice = lattices.draw(np.random.default_rng(number))
    points, kinds = lattice.points(5 + np.hypot(*lattice.vectors.T).max())
    inner = np.hypot(*points.T) < 4
    for vector in lattice.vectors:
        off, nearest = cKDTree(points).query(points[inner] + vector)
        assert off.max() < 1e-9
        np.testing.assert_array_equal(kinds[nearest], kinds[inner])
    if lattice.name != "phosphorene":
        assert cKDTree(points).query(points, k=2)[0][:, 1].min() == pytest.approx(1, abs=1e-6)
    assert lattice.brightness.max() == 1


def test_scenes_come_back_from_their_archive(tmp_path):
    cells, _ = double_of_maps()
    some = [built(n, {**PERFECT, "density": 0.5}, cells) for n in range(4)]
    some.append(built(9, with_chances(PERFECT, empty=1.0)))
    scene.write(tmp_path / "scenes.npz", some)
    for one, again in zip(some, scene.read(tmp_path / "scenes.npz"), strict=True):
        assert (one.imaging, one.lattice, one.bond) == (again.imaging, again.lattice, again.bond)
        for name in ("atoms", "areas", "matrix", "origin", "maps"):
            np.testing.assert_array_equal(getattr(one, name), getattr(again, name))


def test_another_archive_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", counts=np.zeros(2))
    with pytest.raises(InputError, match="no archive of scenes"):
        scene.read(tmp_path / "other.npz")
