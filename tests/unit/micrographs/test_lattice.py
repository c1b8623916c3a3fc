import numpy as np
import pytest
from micrographs import honeycomb
from scipy.ndimage import gaussian_filter

from temdenoise.micrographs import lattice


@pytest.mark.parametrize("angle", [0, 13, 25])
@pytest.mark.parametrize("bond", [5, 11.2, 17])
def test_the_lattice_peaks_give_the_bond_length(bond, angle):
    image = honeycomb((256, 260), bond, angle)
    noise = np.random.default_rng(1).normal(size=image.shape)
    assert lattice.bond_length(image) == pytest.approx(bond, rel=0.003)
    assert lattice.bond_length(5e6 + 30 * image + 10 * noise) == pytest.approx(bond, rel=0.01)


def test_the_strongest_peaks_need_not_be_those_of_the_bond():
    second = honeycomb((256, 200), 11.2 / np.sqrt(3), 30)
    image = honeycomb((256, 200), 11.2) + 3 * second
    assert lattice.bond_length(image) == pytest.approx(11.2, rel=0.01)


@pytest.mark.parametrize(
    "image",
    [
        np.random.default_rng(1).normal(size=(128, 130)),
        np.add.outer(np.arange(64.0), np.arange(70.0)),
        np.sin(np.arange(128) / 2)[:, None] * np.ones(128),
        honeycomb((8, 9), 3),
        np.ones((1, 50)),
    ],
    ids=["noise", "ramp", "stripes", "tiny", "line"],
)
def test_no_lattice_is_found_where_there_is_none(image):
    assert lattice.bond_length(image) is None


def noisy(image, sigma=0.2):
    return image + np.random.default_rng(1).normal(0, sigma, image.shape)


def beside_vacuum(part, shape=(300, 310)):
    image = 2 + honeycomb(shape, 11.2, 13)
    image[: round(part * shape[0])] = 0
    return noisy(image)


@pytest.mark.parametrize("bond", [22, 30, 34, 36, 38, 40, 45, 50, 60, 90])
@pytest.mark.parametrize("angle", [0, 5, 13, 25])
def test_a_lattice_of_few_periods_is_measured_or_not_but_never_as_another(bond, angle):
    measured = lattice.bond_length(noisy(honeycomb((300, 300), bond, angle), 0.05))
    assert measured is None or measured == pytest.approx(bond, rel=0.02)


@pytest.mark.parametrize("part", [0.3, 0.5, 0.6, 0.8, 0.9])
@pytest.mark.parametrize("shape", [(300, 310), (512, 500)])
def test_a_lattice_beside_vacuum_is_measured_or_not_but_never_as_another(part, shape):
    measured = lattice.bond_length(beside_vacuum(part, shape))
    assert measured is None or measured == pytest.approx(11.2, rel=0.03)
    assert measured is not None or part >= 0.8


@pytest.mark.parametrize("seed", range(8))
def test_clouds_are_no_lattice(seed):
    rng = np.random.default_rng(seed)
    clouds = gaussian_filter(rng.normal(size=(150, 170)), rng.uniform(1, 9)) * rng.uniform(5, 60)
    assert lattice.bond_length(clouds + rng.normal(size=clouds.shape)) is None


@pytest.mark.parametrize("shape", [(300, 320), (600, 150)])
def test_amplitude_is_even_on_a_whole_lattice_and_none_in_vacuum(shape):
    image = honeycomb(shape, 9, 13)
    assert lattice.amplitude(image) == pytest.approx(1, abs=0.2)
    image[:70] = image.mean()
    strength = lattice.amplitude(image)
    assert strength.dtype == np.float32
    assert strength[:35].max() < 0.05
    assert strength[100:] == pytest.approx(1, abs=0.2)


def test_amplitude_has_no_borders_where_rows_are_taken_apart():
    first, second = lattice.bands(300)
    image = noisy(honeycomb((300, 140), 7, 13))
    upright, turned = lattice.amplitude(image), lattice.amplitude(image[::-1])[::-1]
    border = slice(first.stop - 9, second.start + 9)  # in the middle of a band when turned
    np.testing.assert_allclose(upright[border], turned[border], atol=1e-4)
