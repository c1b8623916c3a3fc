import math
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.units import Bohr
from hypothesis import given
from hypothesis import strategies as st

from temdenoise import seeds
from temdenoise.density.openmx.input import (
    KEYWORDS,
    Grid,
    Mixing,
    check_keywords,
    grid_for,
    input_text,
)
from temdenoise.errors import InputError
from temdenoise.structures import sheets

RUNS = Path(__file__).parents[3] / "data" / "openmx-runs"
PAPER = sheets.ordered_sheet("graphene", (5, 9), 2.4644, 15.0)
ATOMS = sheets.ordered_sheet("graphene", (2, 3), 2.4644, 15.0)
CARBON = {"C": {"valence_electrons": 4, "pao": "C6.0-s2p2d1", "vps": "C_PBE19"}}
MOS2 = {
    "Mo": {"valence_electrons": 14, "pao": "Mo7.0-s3p2d2", "vps": "Mo_PBE19"},
    "S": {"valence_electrons": 6, "pao": "S7.0-s2p2d1", "vps": "S_PBE19"},
}
HBN = {
    "B": {"valence_electrons": 3, "pao": "B7.0-s2p2d1", "vps": "B_PBE19"},
    "N": {"valence_electrons": 5, "pao": "N6.0-s2p2d1", "vps": "N_PBE19"},
}
A_SHEET_OF_MOS2 = Atoms("SMoS", positions=[[0, 0, 4], [1, 1, 5.53], [0, 0, 7]], cell=[4, 4, 15])
SETTINGS = {"energy_cutoff": 300.0, "criterion": 1e-8, "max_scf_steps": 100, "density_only": True}
MIXING = Mixing(0.1, 0.3, 20, 6, 300.0)
GRID = Grid((90, 80, 160), 0.0123)

cutoffs = st.floats(50, 2000)
ordered = st.builds(
    sheets.ordered_sheet,
    st.just("graphene"),
    st.tuples(st.integers(1, 6), st.integers(1, 9)),
    st.floats(1, 5),
    st.floats(7, 40),
)
heights = st.floats(0.1, 3.4)


def text(atoms=ATOMS, elements=CARBON, kgrid=(2, 3, 1), grid=GRID, mixing=MIXING, **settings):
    return input_text(atoms, SETTINGS | settings, elements, kgrid, grid, mixing)


def plain(whole):
    """Return the plain lines of an input as keyword to values, each keyword once."""
    found, inside = {}, None
    for line in whole.splitlines():
        if inside:
            inside = None if line.strip() == f"{inside}>" else inside
            continue
        key, *values = line.split() or [""]
        if key.startswith("<"):
            inside = key = key[1:]
        if key:
            assert key not in found
            found[key] = values
    assert inside is None
    return found


def block(name, **changes):
    inside = text(**changes).split(f"<{name}\n")[1].split(f"{name}>\n")[0]
    return [line.split() for line in inside.splitlines()]


def factors_left(count):
    for factor in (2, 3, 5, 7):
        while count % factor == 0:
            count //= factor
    return count


def cutoff_of(length, count):
    """Return the cutoff [Ry] of `count` points along `length` [bohr]."""
    return (math.pi * count / length) ** 2


def next_smaller(count):
    return next((n for n in range(count - 1, 0, -1) if factors_left(n) == 1), 0)


@given(ordered, cutoffs, heights)
def test_grid_is_the_coarsest_allowed_one_of_the_cutoff(atoms, cutoff, height):
    lengths = atoms.cell.lengths() / Bohr
    for length, count in zip(lengths, grid_for(atoms, cutoff, height).counts, strict=True):
        assert factors_left(count) == 1
        assert cutoff_of(length, count) >= cutoff * (1 - 1e-12)
        assert cutoff_of(length, next_smaller(count)) < cutoff


@given(ordered, cutoffs, heights)
def test_plane_of_the_grid_lies_at_the_height(atoms, cutoff, height):
    grid = grid_for(atoms, cutoff, height)
    spacing = atoms.cell.lengths()[2] / Bohr / grid.counts[2]
    planes = ((atoms.positions[:, 2].max() + height) / Bohr - grid.origin) / spacing
    assert abs(planes - round(planes)) * spacing <= 1e-9
    assert abs(grid.origin) <= spacing / 2 + 1e-9


@given(ordered, cutoffs, heights, st.integers(0, 99))
def test_all_disordered_structures_of_a_cell_share_a_grid(atoms, cutoff, height, seed):
    disordered = sheets.disorder(atoms, 0.284, seeds.generator(seed, "grid"))
    assert grid_for(disordered, cutoff, height) == grid_for(atoms, cutoff, height)


def test_height_is_counted_from_the_uppermost_atoms():
    grid = grid_for(A_SHEET_OF_MOS2, 300, 3.0)
    spacing = 15 / Bohr / grid.counts[2]
    planes = (10 / Bohr - grid.origin) / spacing
    assert planes == pytest.approx(round(planes), abs=1e-8)


def test_papers_cell_has_a_plane_at_three_angstroms_without_an_offset():
    assert grid_for(PAPER, 300, 3.0) == Grid((224, 240, 160), 0.0)


def test_input_has_the_papers_values():
    expected = {
        "System.CurrrentDirectory": ["./"],
        "System.Name": ["temdenoise"],
        "DATA.PATH": ["./DFT_DATA"],
        "scf.XcType": ["GGA-PBE"],
        "scf.SpinPolarization": ["off"],
        "scf.energycutoff": ["300.0"],
        "scf.criterion": ["1e-08"],
        "scf.Kgrid": ["2", "3", "1"],
        "scf.maxIter": ["100"],
        "scf.ElectronicTemperature": ["300.0"],
        "scf.Ngrid": ["90", "80", "160"],
        "scf.fixed.grid": ["0.0", "0.0", "0.012300000"],
        "scf.Mixing.Type": ["rmm-diisk"],
        "scf.Init.Mixing.Weight": ["0.1"],
        "scf.Max.Mixing.Weight": ["0.3"],
        "scf.Mixing.History": ["20"],
        "scf.Mixing.StartPulay": ["6"],
        "scf.restart": ["off"],
        "orbitalOpt.Force.Skip": ["on"],
        "Atoms.Number": ["24"],
        "Species.Number": ["1"],
        "MD.Type": ["nomd"],
        "level.of.fileout": ["1"],
    }
    found = plain(text())
    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    ("keyword", "value", "changes"),
    [
        ("scf.energycutoff", "220.0", {"energy_cutoff": 220.0}),
        ("scf.criterion", "1e-06", {"criterion": 1e-6}),
        ("scf.maxIter", "7", {"max_scf_steps": 7}),
        ("orbitalOpt.Force.Skip", "off", {"density_only": False}),
        ("scf.ElectronicTemperature", "500.0", {"mixing": Mixing(0.1, 0.3, 20, 6, 500.0)}),
        ("scf.Init.Mixing.Weight", "0.05", {"mixing": Mixing(0.05, 0.3, 20, 6, 300.0)}),
        ("scf.Max.Mixing.Weight", "0.2", {"mixing": Mixing(0.1, 0.2, 20, 6, 300.0)}),
        ("scf.Mixing.History", "40", {"mixing": Mixing(0.1, 0.3, 40, 6, 300.0)}),
        ("scf.Mixing.StartPulay", "12", {"mixing": Mixing(0.1, 0.3, 20, 12, 300.0)}),
        ("scf.restart", "on", {"mixing": Mixing(0.1, 0.3, 20, 6, 300.0, restart=True)}),
    ],
)
def test_a_setting_changes_its_own_keyword_only(keyword, value, changes):
    before, after = plain(text()), plain(text(**changes))
    assert after[keyword] == [value]
    assert {key for key in before if after[key] != before[key]} == {keyword}


def test_least_mixing_weight_is_never_above_the_first():
    found = plain(text(mixing=Mixing(0.0002, 0.3, 20, 6, 300.0)))
    assert found["scf.Min.Mixing.Weight"] == found["scf.Init.Mixing.Weight"] == ["0.0002"]


def test_only_known_keywords_are_used_and_every_known_one_is():
    assert set(plain(text())) == KEYWORDS


@pytest.mark.parametrize("run", ["prim_ok", "unconverged"])
def test_keywords_are_those_of_a_run_that_obeyed_them(run):
    recorded = set(plain((RUNS / f"{run}.dat").read_text()))
    own = {"scf.Ngrid", "scf.fixed.grid", "scf.restart", "orbitalOpt.Force.Skip"}
    assert KEYWORDS - own == recorded


def test_misspelt_keyword_of_a_recorded_run_is_not_a_known_one():
    recorded = set(plain((RUNS / "ty.dat").read_text()))
    assert recorded - KEYWORDS == {"scf.energycutof", "scf.kgrids"}


@pytest.mark.parametrize("extra", ["scf.energycutof", "scf.maxiter", "", "scf.XcType"])
def test_unknown_or_repeated_keyword_is_refused(extra):
    with pytest.raises(InputError, match=f"OpenMX input: {extra}: not a known keyword, or given"):
        check_keywords([*KEYWORDS, extra])


def test_atoms_and_cell_are_written_in_angstroms():
    rows = block("Atoms.SpeciesAndCoordinates")
    assert [row[:2] for row in rows] == [[str(n), "C"] for n in range(1, 25)]
    positions = np.array([row[2:5] for row in rows], dtype=float)
    np.testing.assert_allclose(positions, ATOMS.positions, atol=1e-9)
    cell = np.array(block("Atoms.UnitVectors"), dtype=float)
    np.testing.assert_allclose(cell, ATOMS.cell.array, atol=1e-9)
    found = plain(text())
    units = found["Atoms.SpeciesAndCoordinates.Unit"], found["Atoms.UnitVectors.Unit"]
    assert units == (["Ang"], ["Ang"])


def test_vectors_of_the_cell_are_the_rows():
    oblique = Atoms("C", cell=[[3, 0, 0], [1, 4, 0], [0, 0, 9]])
    found = np.array(block("Atoms.UnitVectors", atoms=oblique), dtype=float)
    np.testing.assert_array_equal(found, oblique.cell.array)


def test_each_spin_of_mos2_gets_half_the_valence_electrons():
    rows = block("Atoms.SpeciesAndCoordinates", atoms=A_SHEET_OF_MOS2, elements=MOS2)
    assert [[row[1], *map(float, row[5:])] for row in rows] == [
        ["S", 3, 3],
        ["Mo", 7, 7],
        ["S", 3, 3],
    ]


def test_odd_valences_of_hbn_are_halved_too():
    atoms = Atoms("BN", positions=[[0, 0, 5], [1.4, 0, 5]], cell=[2.5, 4.3, 15])
    rows = block("Atoms.SpeciesAndCoordinates", atoms=atoms, elements=HBN)
    assert [row[1:2] + row[5:] for row in rows] == [["B", "1.5", "1.5"], ["N", "2.5", "2.5"]]


def test_species_have_their_own_orbitals_and_only_those_of_the_atoms_stand_there():
    changes = {"atoms": A_SHEET_OF_MOS2, "elements": MOS2 | CARBON}
    assert block("Definition.of.Atomic.Species", **changes) == [
        ["Mo", "Mo7.0-s3p2d2", "Mo_PBE19"],
        ["S", "S7.0-s2p2d1", "S_PBE19"],
    ]
    assert plain(text(**changes))["Species.Number"] == ["2"]
