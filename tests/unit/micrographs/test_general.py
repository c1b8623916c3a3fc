import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from micrographs import GENERAL_CARD, honeycomb
from scipy.ndimage import gaussian_filter

from temdenoise.micrographs import denoising, general
from temdenoise.micrographs.calibration import Scale
from temdenoise.micrographs.general_warnings import Facts, warnings

CUT = denoising.Tiles(32, 8, 3)
RNG = np.random.default_rng(1)
FRAME = honeycomb((70, 95), 9) + 0.3 * RNG.standard_normal((70, 95))
FLAWLESS = honeycomb((70, 95), 9)
NONE = Facts(0.3, 0.0, 0.0, 0, 0)


def scaled(*factors, bond=9.0):
    source = "pixel size" if bond else "unknown"
    return Scale((0.0157, 0.0157), "header", bond, source, bond, factors or (1.0, 1.0))


def blurred(tiles):
    """Stand in for a network: a blur, and an interval of fixed width."""
    value = gaussian_filter(tiles, (0, 0.7, 0.7))
    return np.stack([value, value - 0.2, value + 0.4], axis=-1)


def denoise(frame, *factors):
    return general.denoise(
        frame, predict=blurred, found=scaled(*factors), card=GENERAL_CARD, tiles=CUT
    )


@given(st.floats(0.01, 100), st.floats(-1e3, 1e3))
def test_gain_and_offset_go_through(gain, offset):
    one, other = denoise(FRAME), denoise(gain * FRAME + offset)
    contrast = gain * np.ptp(FRAME)
    tolerance = 1e-3 * contrast + 1e-6 * abs(offset)
    np.testing.assert_allclose(other.image, gain * one.image + offset, atol=tolerance)
    np.testing.assert_allclose(other.uncertainty, gain * one.uncertainty, atol=1e-3 * contrast)


@pytest.mark.parametrize("shape", [(1, 40), (37, 2), (31, 64), (95, 70)])
def test_an_image_of_any_shape_keeps_it(shape):
    done = denoise(RNG.random(shape))
    assert done.image.shape == done.uncertainty.shape == shape
    assert done.image.dtype == done.uncertainty.dtype == np.float32


def test_nothing_is_cut_off():
    frame = FRAME.copy()
    frame[30:36, 40:46] = 50.0
    assert denoise(frame).image.max() > 40


@pytest.mark.parametrize(("height", "replaced"), [(8.0, 0), (-8.0, 0), (50.0, 1), (-50.0, 1)])
def test_only_a_pixel_beyond_all_atoms_is_replaced(height, replaced):
    frame = FLAWLESS.copy()
    frame[30, 40] += height
    done = denoise(frame)
    assert done.facts["hot"] + done.facts["dead"] == replaced
    wanted = blurred(frame[None])[0, ..., 0] if not replaced else blurred(FLAWLESS[None])[0, ..., 0]
    np.testing.assert_allclose(done.image[25:36, 35:46], wanted[25:36, 35:46], atol=0.15)


def test_the_uncertainty_is_half_of_the_calibrated_interval():
    done = denoise(FRAME)
    noise = done.facts["noise_share"]
    factor = np.interp(noise, [0.1, 0.9], [1.0, 2.0])
    np.testing.assert_allclose(done.uncertainty, 0.3 * factor * FRAME.std() / 1.645, rtol=1e-2)


def test_resampling_goes_there_and_back():
    frame = gaussian_filter(RNG.random((90, 80)), 6)
    done = denoise(frame, 0.5, 0.7)
    assert done.image.shape == frame.shape
    np.testing.assert_allclose(done.image, frame, atol=0.1 * np.ptp(frame))


@pytest.mark.parametrize(
    ("facts", "scale", "words"),
    [
        (NONE, scaled(bond=3.1), "3.1 px per bond"),
        (NONE, scaled(bond=40.0), "40.0 px per bond"),
        (Facts(0.99, 0.0, 0.0, 0, 0), scaled(), "of the contrast"),
        (Facts(0.999, 0.0, 0.0, 0, 0), scaled(), "no signal"),
        (Facts(0.3, 0.6, 0.1, 0, 0), scaled(), "along columns by 0.60"),
        (Facts(0.3, 0.1, 0.5, 0, 0), scaled(), "along rows by 0.50"),
        (Facts(0.3, 0.0, 0.0, 3, 1), scaled(), "3 hot and 1 dead"),
        (Facts(0.3, 0.0, 0.0, 0, 0, 2), scaled(), "2 rows stood out"),
    ],
)
def test_what_it_was_not_trained_for_is_said_with_the_number(facts, scale, words):
    said = warnings(facts, scale, GENERAL_CARD)
    assert len(said) == 1
    assert words in said[0]


def test_nothing_is_said_of_an_image_that_it_was_trained_for():
    assert warnings(NONE, scaled(), GENERAL_CARD) == []
    assert warnings(NONE, scaled(bond=None), GENERAL_CARD) == []


def test_correlated_neighbours_are_measured_along_each_axis():
    white = RNG.standard_normal((200, 210))
    along_y, along_x = general.correlations(gaussian_filter(white, (1, 0)))
    assert along_y == pytest.approx(np.exp(-1 / 4), abs=0.05)
    assert along_x == pytest.approx(0, abs=0.05)
    assert general.correlations(np.zeros((1, 1))) == (0, 0)
