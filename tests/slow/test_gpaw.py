"""Real SCFs of a real sheet, the smallest that can be disordered."""

import importlib

import numpy as np
import pytest

from temdenoise import cube, seeds, structures
from temdenoise.density import brightness_at, slice_above
from temdenoise.errors import EngineError

SETTINGS = {
    **{"grid_spacing": 0.2, "basis": "dzp", "basis_radius": 6.0, "energy_shift": 0.01},
    **{"smearing": 0.1, "max_scf_steps": 200},
}
VALENCE = {"C": 4}

pytestmark = [
    pytest.mark.slow,
    # GPAW's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def engine():
    return importlib.import_module("temdenoise.gpaw_engine")


@pytest.fixture(scope="module")
def basis(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("basis")
    engine.confine_basis(folder / engine.basis_file("C", SETTINGS), "C", SETTINGS)
    return folder


@pytest.fixture(scope="module")
def atoms():
    ordered = structures.graphene((1, 2), 2.4644, 9.6)
    return structures.disorder(ordered, 0.284, seeds.generator(7, "slow"))


@pytest.fixture(scope="module")
def result(engine, basis, atoms):
    return engine.run(atoms, basis, SETTINGS, [1, 1, 1])


def test_the_basis_folder_holds_the_basis_only(basis, engine):
    assert [path.name for path in basis.iterdir()] == [engine.basis_file("C", SETTINGS)]


def test_the_density_integrates_to_the_valence_electrons(atoms, result):
    density, _ = result
    electrons = cube.electrons(density, atoms)
    assert electrons == pytest.approx(4 * len(atoms), rel=0.005)
    cube.check_charge(electrons, atoms, VALENCE, 0.005)


def test_the_map_ends_where_the_orbitals_end(atoms, result):
    density, _ = result
    whole = cube.Cube(density, np.zeros(3))
    assert brightness_at(slice_above(whole, atoms, 3.0), atoms).min() > 1e-9
    assert slice_above(whole, atoms, 3.4).values.max() == 0


def test_the_same_structure_gives_the_same_bits(engine, basis, atoms, result):
    again, summary = engine.run(atoms, basis, SETTINGS, [1, 1, 1])
    assert np.array_equal(again, result[0])
    assert summary["energy_eV"] == result[1]["energy_eV"]


def test_an_unconverged_scf_is_an_error_that_names_the_key(engine, basis, atoms):
    with pytest.raises(EngineError, match=r"did not converge in 3 steps.*dft\.gpaw\.max_scf_steps"):
        engine.run(atoms, basis, {**SETTINGS, "max_scf_steps": 3}, [1, 1, 1])
