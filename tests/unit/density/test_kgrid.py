import pytest
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.density.kgrid import kgrid_for
from temdenoise.structures.sheets import ordered_sheet

A = 2.4644
POINTS = st.integers(1, 40)
CELLS = st.integers(1, 12)
HEIGHT_OF_PRIMITIVE_CELL = A * 3**0.5 / 2


def grid(cells, kgrid, of="primitive"):
    return kgrid_for(ordered_sheet("graphene", cells, A, 15.0), kgrid, of, A)


@given(CELLS, CELLS, st.lists(POINTS, min_size=3, max_size=3))
def test_grid_of_the_cell_is_taken_literally(nx, ny, kgrid):
    assert grid((nx, ny), kgrid, "cell") == kgrid


@pytest.mark.parametrize(
    ("cells", "expected"),
    [((5, 9), [2, 2, 1]), ((3, 5), [3, 4, 1]), ((1, 1), [9, 16, 1]), ((9, 9), [1, 2, 1])],
)
def test_papers_grid_in_a_supercell(cells, expected):
    assert grid(cells, [18, 18, 1]) == expected


@given(st.integers(1, 12), st.integers(1, 12), st.lists(POINTS, min_size=3, max_size=3))
def test_grid_depends_on_the_cell_and_not_on_what_is_in_it(nx, ny, kgrid):
    for material, thickness in [("hBN", 0.0), ("MoS2", 3.13)]:
        atoms = ordered_sheet(material, (nx, ny), A, 15.0, thickness)
        assert kgrid_for(atoms, kgrid, "primitive", A) == grid((nx, ny), kgrid)


@given(CELLS, CELLS, POINTS, POINTS)
def test_density_of_points_is_never_lower_than_asked_and_no_point_more(nx, ny, kx, ky):
    lengths = ordered_sheet("graphene", (nx, ny), A, 15.0).cell.lengths()
    for points, asked, length in zip(grid((nx, ny), [kx, ky, 1]), (kx, ky), lengths, strict=False):
        assert points * length > asked * HEIGHT_OF_PRIMITIVE_CELL * (1 - 1e-5)
        assert points == 1 or (points - 1) * length < asked * HEIGHT_OF_PRIMITIVE_CELL


@pytest.mark.parametrize("lattice_constant", [2.4644, 2.46, 2.5001])
def test_grid_that_divides_evenly_is_not_rounded_up(lattice_constant):
    for nx in range(1, 13):
        atoms = ordered_sheet("graphene", (nx, 2), lattice_constant, 15.0)
        assert kgrid_for(atoms, [6 * nx, 1, 1], "primitive", lattice_constant)[0] == 3


@given(CELLS, CELLS, POINTS, POINTS, POINTS)
def test_each_axis_has_a_point_and_z_is_kept(nx, ny, kx, ky, kz):
    points = grid((nx, ny), [kx, ky, kz])
    assert min(points) >= 1
    assert points[2] == kz
