"""Real SCFs of a real sheet, the smallest that can be disordered."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from temdenoise import seeds
from temdenoise.density import cube
from temdenoise.density.maps import brightness_at
from temdenoise.density.slices import slice_above
from temdenoise.errors import DamagedError, NotConverged
from temdenoise.run import files
from temdenoise.structures import sheets

SETTINGS = {
    **{"grid_spacing": 0.2, "basis": "dzp", "basis_radius": 6.0, "energy_shift": 0.01},
    **{"smearing": 0.1, "max_scf_steps": 200},
}
VALENCE = {"C": 4, "B": 3, "N": 5, "Mo": 14, "S": 6}

pytestmark = [
    pytest.mark.slow,
    # GPAW's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def engine():
    return importlib.import_module("temdenoise.density.gpaw")


@pytest.fixture(scope="module")
def basis(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("basis")
    engine.confine_basis(folder / engine.basis_file("C", SETTINGS), "C", SETTINGS)
    return folder


@pytest.fixture(scope="module")
def atoms():
    ordered = sheets.ordered_sheet("graphene", (1, 2), 2.4644, 9.6)
    return sheets.disorder(ordered, 0.284, seeds.generator(7, "slow"))


@pytest.fixture(scope="module")
def result(engine, basis, atoms, tmp_path_factory):
    text = tmp_path_factory.mktemp("gpaw") / "gpaw.txt"
    return engine.run(atoms, basis, SETTINGS, [1, 1, 1], text)


def test_the_basis_folder_holds_the_basis_only(basis, engine):
    name = engine.basis_file("C", SETTINGS)
    assert {path.name for path in basis.iterdir()} == {name, f".{name}.checksum"}


def test_a_damaged_basis_is_refused(engine, atoms, tmp_path):
    path = tmp_path / engine.basis_file("C", SETTINGS)
    files.write_text(path, "whole")
    path.write_text("other")
    with pytest.raises(DamagedError, match="damaged: expected SHA-256"):
        engine.run(atoms, tmp_path, SETTINGS, [1, 1, 1], tmp_path / "gpaw.txt")


def test_a_basis_cut_short_is_not_under_its_name(engine, tmp_path, monkeypatch):
    def cut_short(_):
        Path(engine.basis_file("C", SETTINGS)).write_text("half")
        raise RuntimeError("killed")

    monkeypatch.setattr(engine.gpaw_basis, "main", cut_short)
    with pytest.raises(RuntimeError, match="killed"):
        engine.confine_basis(tmp_path / engine.basis_file("C", SETTINGS), "C", SETTINGS)
    assert list(tmp_path.iterdir()) == []


def test_the_density_integrates_to_the_valence_electrons(atoms, result):
    density, _ = result
    electrons = cube.electrons(density.values, atoms)
    assert electrons == pytest.approx(4 * len(atoms), rel=0.005)
    cube.check_charge(electrons, atoms, VALENCE, 0.005)


@pytest.mark.parametrize(
    ("material", "a", "thickness", "cells"),
    [("hBN", 2.504, 0, (1, 2)), ("MoS2", 3.16, 3.13, (1, 1))],
)
def test_every_material_has_its_valence_electrons(engine, tmp_path, material, a, thickness, cells):
    sheet = sheets.ordered_sheet(material, cells, a, 9.6 + thickness, thickness)
    for symbol in set(sheet.symbols):
        engine.confine_basis(tmp_path / engine.basis_file(symbol, SETTINGS), symbol, SETTINGS)
    density, summary = engine.run(sheet, tmp_path, SETTINGS, [1, 1, 1], tmp_path / "gpaw.txt")
    cube.check_charge(cube.electrons(density.values, sheet), sheet, VALENCE, 1e-6)
    assert summary["attempts"][0]["residuals"][-1] < 1e-3
    upper = sheet[sheet.positions[:, 2] > sheet.positions[:, 2].max() - 0.1]
    assert brightness_at(slice_above(density, sheet, 3.0), upper).min() > 1e-9


def test_the_residual_of_each_step_is_recorded(result):
    _, summary = result
    (attempt,) = summary["attempts"]
    residuals = attempt["residuals"]
    assert attempt["ending"] == "converged"
    assert attempt["scf_steps"] == summary["scf_steps"] == len(residuals) + 1
    assert 0 < residuals[-1] < 1e-4 < 1e-2 < residuals[0]


def test_the_map_ends_where_the_orbitals_end(atoms, result):
    density, _ = result
    assert brightness_at(slice_above(density, atoms, 3.0), atoms).min() > 1e-9
    assert slice_above(density, atoms, 3.4).values.max() == 0


def test_the_same_structure_gives_the_same_bits(engine, basis, atoms, result, tmp_path):
    again, summary = engine.run(atoms, basis, SETTINGS, [1, 1, 1], tmp_path / "gpaw.txt")
    assert np.array_equal(again.values, result[0].values)
    assert summary["energy_eV"] == result[1]["energy_eV"]


def test_an_unconverged_scf_is_an_error_that_names_the_key(engine, basis, atoms, tmp_path):
    settings = {**SETTINGS, "max_scf_steps": 3}
    with pytest.raises(NotConverged, match=r"not converge in 3 steps.*dft\.gpaw\.max_scf_steps"):
        engine.run(atoms, basis, settings, [1, 1, 1], tmp_path / "gpaw.txt")
