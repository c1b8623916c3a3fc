import numpy as np
import pytest
from ase.neighborlist import neighbor_list
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.errors import InputError
from temdenoise.structures import sheets
from temdenoise.structures.materials import MATERIALS

A = 2.4644
BOND = A / np.sqrt(3)
MAX_SHIFT = 0.284
CELLS = st.tuples(st.integers(2, 5), st.integers(2, 5))
PATH = "train-1.extxyz"
FORMULAS = {"graphene": {"C": 2}, "hBN": {"B": 1, "N": 1}, "MoS2": {"Mo": 1, "S": 2}}
NEIGHBOURS = {"C": "CCC", "B": "NNN", "N": "BBB", "Mo": "SSSSSS", "S": "MoMoMo"}
LATTICE_CONSTANTS = {"graphene": A, "hBN": 2.504, "MoS2": 3.16}
THICKNESS = 3.13


def sheet(cells=(2, 3)):
    return sheets.ordered_sheet("graphene", cells, A, 15.0)


def sheet_of(material, cells=(2, 3), a=None, thickness=THICKNESS):
    flat = material != "MoS2"
    a = a or LATTICE_CONSTANTS[material]
    return sheets.ordered_sheet(material, cells, a, 20.0, 0.0 if flat else thickness)


def still(atoms):
    return sheets.disorder(atoms, 0.0, np.random.default_rng(1))


def disordered(cells=(2, 3), seed=1):
    return sheets.disorder(sheet(cells), MAX_SHIFT, np.random.default_rng(seed))


def of(material, swapped=()):
    """Return a disordered sheet of `material`, two of its atoms with each other's element."""
    atoms = sheets.disorder(sheet_of(material), MAX_SHIFT, np.random.default_rng(1))
    atoms.symbols[list(swapped)] = atoms.symbols[list(swapped)[::-1]]
    return atoms


def coefficient(value):
    return float(sheets.displacement_coefficients(np.array(value)))


@pytest.mark.parametrize("material", MATERIALS)
@given(CELLS)
def test_cell_holds_two_formula_units_around_half_its_height(material, cells):
    atoms = sheet_of(material, cells)
    units = 2 * cells[0] * cells[1]
    wanted = {symbol: units * count for symbol, count in FORMULAS[material].items()}
    assert atoms.symbols.formula.count() == wanted
    a = LATTICE_CONSTANTS[material]
    np.testing.assert_allclose(
        atoms.cell.array, np.diag([cells[0] * np.sqrt(3) * a, cells[1] * a, 20.0])
    )
    z = atoms.positions[:, 2]
    assert (z.max() + z.min()) / 2 == pytest.approx(10)
    assert np.ptp(z) == pytest.approx(THICKNESS if material == "MoS2" else 0)
    assert atoms.pbc.all()


@pytest.mark.parametrize("material", MATERIALS)
@given(CELLS, st.floats(2.4, 3.4), st.floats(2.8, 3.4))
def test_every_atom_is_bonded_to_its_neighbours_at_one_length(material, cells, a, thickness):
    atoms = sheet_of(material, cells, a, thickness)
    bond = np.hypot(a / np.sqrt(3), np.ptp(atoms.positions[:, 2]) / 2)
    first, second, lengths = neighbor_list("ijd", atoms, cutoff=1.05 * bond)
    np.testing.assert_allclose(lengths, bond)
    for number, symbol in enumerate(atoms.symbols):
        around = second[first == number]
        assert "".join(atoms.symbols[around]) == NEIGHBOURS[symbol]
    np.testing.assert_allclose(sheets.mean_bond_lengths(still(atoms)), bond)


@pytest.mark.parametrize("material", MATERIALS)
def test_all_cells_are_alike(material):
    atoms, one = sheet_of(material, (3, 4)), sheet_of(material, (1, 1))
    corners = atoms.positions.reshape(12, len(one), 3) - one.positions
    np.testing.assert_allclose(corners, np.broadcast_to(corners[:, :1], corners.shape), atol=1e-9)
    steps = corners[:, 0] / one.cell.lengths()
    assert {tuple(row) for row in np.rint(steps).astype(int)} == set(np.ndindex(3, 4, 1))


@given(CELLS)
def test_mos2_is_its_own_mirror_image_and_sulphur_sits_above_sulphur(cells):
    atoms = sheet_of("MoS2", cells)
    z = atoms.positions[:, 2] - 10
    rows = {tuple(row) for row in np.column_stack([atoms.positions[:, :2], z]).round(6)}
    assert rows == {(x, y, -height + 0.0) for x, y, height in rows}
    assert set(z[atoms.symbols == "Mo"]) == {0}
    assert set(np.abs(z[atoms.symbols == "S"]).round(9)) == {THICKNESS / 2}


@given(CELLS)
def test_mos2_is_hbn_seen_from_above(cells):
    mos2, hbn = sheet_of("MoS2", cells, 2.5), sheet_of("hBN", cells, 2.5)
    np.testing.assert_allclose(
        mos2[mos2.symbols == "Mo"].positions[:, :2], hbn[hbn.symbols == "B"].positions[:, :2]
    )
    upper = mos2[mos2.positions[:, 2] > 10.1]
    np.testing.assert_allclose(
        upper.positions[:, :2], hbn[hbn.symbols == "N"].positions[:, :2], rtol=1e-6
    )


@given(st.integers(0, 99))
def test_bond_of_mos2_is_the_mean_of_six_and_of_three(seed):
    atoms = sheets.disorder(sheet_of("MoS2"), 0.3, np.random.default_rng(seed))
    first, second = neighbor_list("ij", sheet_of("MoS2"), cutoff=2.6)
    lengths = atoms.get_all_distances(mic=True)
    for number, found in enumerate(sheets.mean_bond_lengths(atoms)):
        assert found == pytest.approx(lengths[number, second[first == number]].mean())


@pytest.mark.parametrize("material", MATERIALS)
@given(st.integers(0, 99))
def test_disorder_of_any_material_comes_back_and_keeps_z(tmp_path_factory, material, seed):
    path = tmp_path_factory.mktemp("sheet") / PATH
    ordered = sheet_of(material)
    atoms = sheets.disorder(ordered, MAX_SHIFT, np.random.default_rng(seed))
    sheets.write(path, atoms)
    back = sheets.read(path)
    sheets.check(back, ordered, MAX_SHIFT, PATH)
    np.testing.assert_allclose(back.positions[:, 2], ordered.positions[:, 2], atol=1e-8)


def test_sheet_of_the_config_is_the_sheet():
    settings = {
        **{"material": "MoS2", "cells": [2, 3], "lattice_constant": 3.16, "thickness": 3.13},
        **{"cell_height": 20.0, "max_shift": 0.3},
    }
    assert sheets.ordered_sheet_of(settings) == sheet_of("MoS2")


@given(CELLS)
def test_every_atom_has_three_neighbours_at_one_bond_length(cells):
    first, lengths = neighbor_list("id", sheet(cells), cutoff=1.3 * BOND)
    np.testing.assert_array_equal(np.bincount(first), 3)
    np.testing.assert_allclose(lengths, BOND)


@given(st.floats(-10, 10))
def test_displacement_lies_in_one_of_three_bands(value):
    size = abs(coefficient(value))
    assert size <= 0.2 or 0.25 < size <= 0.5 or 2 / 3 < size <= 1


@given(st.floats(-10, 10))
def test_displacement_is_an_odd_function(value):
    assert coefficient(-value) == -coefficient(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (0.5, 0.1), (1, 0.2), (1.2, 0.3), (2, 0.5), (2.4, 0.8), (3, 1), (3.001, 1), (9, 1)],
)
def test_boundaries_belong_to_the_lower_band(value, expected):
    assert coefficient(value) == pytest.approx(expected, rel=1e-12)


def test_displacements_keep_their_shape_and_places():
    values = np.array([[0.5, -1.2, 2.4], [-9, 1, 0]])
    expected = [[0.1, -0.3, 0.8], [-1, 0.2, 0]]
    np.testing.assert_allclose(sheets.displacement_coefficients(values), expected)


def test_bands_have_the_fractions_of_a_normal_distribution():
    count = 200_000
    values = np.random.default_rng(1).standard_normal(count)
    sizes = np.abs(sheets.displacement_coefficients(values))
    for upper, lower, share in [(0.2, -1, 0.6827), (0.5, 0.25, 0.2718), (1, 2 / 3, 0.0455)]:
        error = np.sqrt(share * (1 - share) / count)
        assert abs(np.mean((sizes > lower) & (sizes <= upper)) - share) < 4 * error


def test_x_and_y_are_displaced_independently_and_z_not_at_all():
    ordered = sheet((60, 80))
    atoms = sheets.disorder(ordered, MAX_SHIFT, np.random.default_rng(1))
    x, y = sheets.displacements(atoms).T
    for one, other in [(x, y), (abs(x), abs(y)), (x[1:], x[:-1])]:
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(len(one))
    assert x.std() == pytest.approx(y.std(), rel=0.05)
    np.testing.assert_array_equal(atoms.positions[:, 2], ordered.positions[:, 2])


@given(st.integers(0, 2**32), st.floats(0.01, 0.5))
def test_displacements_reach_up_to_the_largest_shift(seed, max_shift):
    atoms = sheets.disorder(sheet((9, 9)), max_shift, np.random.default_rng(seed))
    sizes = np.abs(sheets.displacements(atoms)) / max_shift
    assert sizes.max() <= 1 + 1e-9
    assert sizes.max() > 0.5


def test_disorder_leaves_the_ordered_sheet_alone():
    ordered = sheet()
    sheets.disorder(ordered, MAX_SHIFT, np.random.default_rng(1))
    assert ordered == sheet()
    assert "ordered_positions" not in ordered.arrays


def test_structure_comes_back(tmp_path):
    atoms = disordered()
    atoms.info = {"name": "train-1", "seed": 250111225, "max_shift": MAX_SHIFT, "split": "train"}
    sheets.write(tmp_path / PATH, atoms)
    back = sheets.read(tmp_path / PATH)
    np.testing.assert_allclose(back.positions, atoms.positions, rtol=0, atol=1e-8)
    np.testing.assert_allclose(
        back.arrays["ordered_positions"], sheet().positions, rtol=0, atol=1e-8
    )
    np.testing.assert_allclose(back.cell.array, atoms.cell.array, rtol=0, atol=1e-8)
    assert str(back.symbols) == str(atoms.symbols)
    assert back.info == atoms.info
    sheets.check(back, sheet(), MAX_SHIFT, PATH)


@pytest.mark.parametrize("cells", [(2, 2), (3, 2), (4, 5)])
@pytest.mark.parametrize("moved", [0, 3, 7])
def test_atom_moved_along_a_bond_changes_itself_and_its_neighbours(cells, moved):
    atoms = sheets.disorder(sheet(cells), 0.0, np.random.default_rng(1))
    first, second, vectors = neighbor_list("ijD", sheet(cells), cutoff=1.3 * BOND)
    bonds = dict(zip(second[first == moved], vectors[first == moved], strict=True))
    stretched = min(bonds)
    atoms.positions[moved] -= 0.1 * bonds[stretched] / BOND
    squeezed = np.sqrt(BOND**2 + 0.1**2 - 0.1 * BOND)
    lengths = dict.fromkeys(bonds, squeezed) | {stretched: BOND + 0.1}
    expected = np.full(len(atoms), BOND)
    expected[moved] = np.mean(list(lengths.values()))
    for neighbour, length in lengths.items():
        expected[neighbour] = (2 * BOND + length) / 3
    np.testing.assert_allclose(sheets.mean_bond_lengths(atoms), expected)


def test_bond_stretched_beyond_the_neighbour_search_still_counts():
    atoms = sheets.disorder(sheet(), 0.0, np.random.default_rng(1))
    atoms.positions[5, 0] += 0.9 * BOND
    assert sheets.mean_bond_lengths(atoms)[5] > 1.2 * BOND


@given(st.integers(0, 99))
def test_bond_lengths_do_not_depend_on_where_the_cell_begins(seed):
    atoms = disordered((2, 2), seed)
    expected = sheets.mean_bond_lengths(atoms)
    moved = atoms.copy()
    shift = np.array([*np.random.default_rng(seed).uniform(-5, 5, 2), 0])
    moved.positions += shift
    moved.arrays["ordered_positions"] += shift
    np.testing.assert_allclose(sheets.mean_bond_lengths(moved), expected)


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (
            ("positions", (3, 1)),
            2 * MAX_SHIFT + 1e-3,
            r"largest shift \[Å\]: got 0\.\d+, .* at most",
        ),
        (
            ("positions", (3, 0)),
            -2 * MAX_SHIFT - 1e-3,
            r"largest shift \[Å\]: got 0\.\d+, .*0\.284",
        ),
        (("positions", (3, 0)), np.nan, r"largest shift \[Å\]: got nan"),
        (("positions", (3, 2)), 0.01, r"z \[Å\] of atom 3: got 7\.51\d*, the config says 7\.5"),
        (("cell", (1, 1)), 0.01, r"cell \[Å\]: got .*7\.4032.*, the config says .*7\.3932"),
    ],
)
def test_check_names_file_difference_and_remedy(at, value, what):
    atoms = disordered()
    name, place = at
    getattr(atoms, name)[place] += value
    with pytest.raises(
        InputError, match=rf"^train-1\.extxyz: {what}.*change the config, or delete"
    ):
        sheets.check(atoms, sheet(), MAX_SHIFT, PATH)


@pytest.mark.parametrize(
    ("made", "asked", "what"),
    [
        (disordered()[1:], sheet(), "atoms: got 23, the config says 24"),
        (of("hBN"), sheet_of("graphene"), "elements: got B12N12, the config says C24"),
        (
            of("hBN", swapped=[3, 4]),
            sheet_of("hBN"),
            "element of atom 3: got B, the config says N; change",
        ),
        (
            of("MoS2"),
            sheet_of("MoS2", thickness=3.2),
            r"z \[Å\] of atom 1: got 8\.435.*, the config says 8\.4",
        ),
    ],
)
def test_check_refuses_another_sheet(made, asked, what):
    with pytest.raises(InputError, match=rf"^train-1\.extxyz: {what}"):
        sheets.check(made, asked, MAX_SHIFT, PATH)


def test_truncated_structure_is_refused_wherever_it_is_cut(tmp_path):
    sheets.write(tmp_path / PATH, disordered())
    (tmp_path / f".{PATH}.checksum").unlink()
    whole = (tmp_path / PATH).read_bytes()
    for size in range(0, len(whole) - len("  1.00000000\n"), 7):
        (tmp_path / PATH).write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"train-1\.extxyz: .*delete it and run"):
            sheets.read(tmp_path / PATH)


def test_structure_without_ordered_positions_is_refused(tmp_path):
    sheets.write(tmp_path / PATH, sheet())
    with pytest.raises(InputError, match=r"train-1\.extxyz: has no array ordered_positions"):
        sheets.read(tmp_path / PATH)


@pytest.mark.parametrize(
    "content", [None, b"some text\n" * 9, b"\xff\xfe\x00" * 99, b"2\n\nC 0 0 0\n"]
)
def test_no_file_and_file_of_another_kind_are_no_structure(tmp_path, content):
    if content:
        (tmp_path / PATH).write_bytes(content)
    with pytest.raises(InputError, match=r"train-1\.extxyz: not a whole extended XYZ file"):
        sheets.read(tmp_path / PATH)
