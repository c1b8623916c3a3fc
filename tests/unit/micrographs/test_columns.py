import numpy as np
import pytest
from micrographs import honeycomb

from temdenoise.errors import InputError
from temdenoise.micrographs import columns, lattice
from temdenoise.reports import experiment

BOND = 11.2
SHAPE = (230, 260)


def sites(shape=SHAPE, bond=BOND, angle=13):
    """Return the positions (y, x) of a honeycomb's atoms, both sublattices, and its {10} waves."""
    turns = np.radians(angle + np.array([0, 60, 120]))
    waves = np.column_stack([np.sin(turns), np.cos(turns)]) / (1.5 * bond)
    first, second = np.linalg.inv(waves[[0, 2]]).T
    n, m = np.mgrid[-60:60, -60:60].reshape(2, -1, 1)
    corners = n * first + m * second
    both = np.concatenate([corners + n * (first + second) / 3 for n in (1, 2)])
    return both[((both > 0) & (both < np.array(shape) - 1)).all(1)], waves


def noisy(sigma):
    image = honeycomb(SHAPE, BOND, 13)
    return image + np.random.default_rng(1).normal(0, sigma, SHAPE)


@pytest.mark.parametrize("angle", [0, 13, 25])
def test_the_columns_of_a_perfect_honeycomb_are_at_their_sites(angle):
    image = honeycomb(SHAPE, BOND, angle)
    waves = lattice.find(image)
    found = columns.columns(image, BOND)
    density = 4 / (3 * np.sqrt(3) * BOND**2)
    assert len(found) == pytest.approx(density * image.size, rel=0.07)  # none at the border
    off = np.hypot(*columns.displacements(found, waves, BOND).T)
    assert np.median(off) < 0.05
    assert np.percentile(off, 90) < 0.1


def test_columns_of_either_sublattice_that_are_displaced_are_told_from_the_others():
    positions, waves = sites()
    moved = np.random.default_rng(1).random(len(positions)) < 0.05
    displaced = positions + np.where(moved[:, None], (0.9, -1.3), 0)
    off = columns.displacements(displaced, waves, BOND)
    np.testing.assert_allclose(off[moved], [(0.9, -1.3)] * moved.sum(), atol=0.35)
    np.testing.assert_allclose(np.median(off[moved], axis=0), (0.9, -1.3), atol=0.1)
    assert np.abs(np.median(off[~moved], axis=0)).max() < 0.15


def test_a_slow_drift_is_no_displacement():
    positions, waves = sites((420, 460))
    y, x = positions.T
    drifted = positions + np.column_stack([6 * (x / 460) ** 2, 0.01 * y])
    off = np.hypot(*columns.displacements(drifted, waves, BOND).T)
    assert np.median(off) < 0.25
    assert np.median(off[((positions > 150) & (positions < 270)).all(1)]) < 0.1


@pytest.mark.parametrize("gain", [1.0, 3e4])
def test_dark_regions_are_the_dark_places_that_have_a_lattice(gain):
    y, x = np.mgrid[:400, :420]
    image = 2 + honeycomb((400, 420), 8, 13)
    image -= np.exp(-((y - 110) ** 2 + (x - 300) ** 2) / (2 * 40**2))
    image[250:390, 30:160] = 0  # darker, and without a lattice
    found = columns.dark_regions(gain * image, 8, count=2)
    assert list(found) == ["A1", "A2"]
    down, across = found["A1"]
    middle = (down.start + down.stop) / 2, (across.start + across.stop) / 2
    assert middle == pytest.approx((110, 300), abs=12)
    for down, across in found.values():
        assert down.stop < 250 + BOND or across.start > 160 - BOND
        assert 0 <= down.start < down.stop <= 400
        assert 0 <= across.start < across.stop <= 420


def test_an_image_without_room_has_no_regions():
    assert columns.dark_regions(honeycomb((60, 200), BOND), BOND) == {}


def test_contrast_falls_and_displacement_rises_with_noise():
    rows = [columns.measure("image", noisy(sigma), {}, BOND)[0] for sigma in (0.05, 0.2, 0.5)]
    contrast, displacement = (
        [row[name] for row in rows] for name in ("contrast", "displacement_px")
    )
    assert contrast == sorted(contrast, reverse=True)
    assert displacement == sorted(displacement)


def test_units_matter_to_no_number():
    region = {"A1": (slice(20, 120), slice(30, 130))}
    one, other = (
        columns.measure("i", noisy(0.1) * g + o, region, BOND) for g, o in ((1, 0), (700, 2e5))
    )
    for name in columns.COLUMNS[3:]:
        assert [row[name] for row in one] == pytest.approx([row[name] for row in other], rel=1e-4)


def test_a_region_half_as_bright_is_told_in_parts_of_the_contrast():
    image = 2 + honeycomb(SHAPE, BOND, 13)
    region = (slice(60, 160), slice(80, 180))
    dark = image.copy()
    dark[region] *= 0.5
    whole, bright, half = (
        columns.measure("image", one, {"A1": region}, BOND)[number]
        for one, number in ((dark, 0), (image, 1), (dark, 1))
    )
    assert whole["brightness"] == pytest.approx(0, abs=1e-9)
    assert bright["brightness"] == pytest.approx(0, abs=0.01)
    lost = (image[region].mean() - dark[region].mean()) * (1 - 1e4 / image.size)
    assert half["brightness"] == pytest.approx(
        -lost / np.ptp(np.percentile(dark, (1, 99))), rel=0.15
    )


def test_a_region_without_columns_has_neither_contrast_nor_displacement():
    image = 2 + honeycomb(SHAPE, BOND, 13)
    image[60:160, 80:180] = 1
    row = columns.measure("image", image, {"A1": (slice(70, 150), slice(90, 170))}, BOND)[1]
    assert row["columns"] == 0
    assert np.isnan([row["contrast"], row["displacement_px"]]).all()


def test_without_a_lattice_there_is_nothing_to_measure():
    with pytest.raises(InputError, match=r"^G: no hexagonal lattice"):
        columns.measure("G", np.random.default_rng(1).normal(size=(90, 80)), {}, BOND)


def test_the_table_is_readable():
    table = columns.table(columns.measure("image", noisy(0.1), {}, BOND))
    assert list(table) == columns.COLUMNS
    shown = columns.readable(table)
    assert shown.loc[0, "image"] == "image"
    assert len(shown.loc[0, "displacement_px"].split(".")[1]) == 2


def test_the_experiment_is_drawn_a_column_an_image_whole_and_enlarged():
    images = {"original": noisy(0.2), "G": noisy(0.1), "BBG": noisy(0.0)}
    regions = {"A1": (slice(20, 90), slice(30, 100)), "A2": (slice(100, 170), slice(120, 190))}
    figure = experiment.draw(images, regions, BOND)
    assert len(figure.axes) == 3 * 3
    assert [axes.get_title() for axes in figure.axes[:3]] == ["original", "G", "BB+G"]
    assert figure.axes[3].get_ylabel() == "A1"
    assert figure.axes[3].images[0].get_array().shape == (70, 70)
    figure.canvas.draw()
