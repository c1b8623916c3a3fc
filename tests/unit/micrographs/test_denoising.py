import logging

import numpy as np
import pytest
from micrographs import CARD, GENERAL_CARD, honeycomb

from temdenoise.micrographs import applying, denoising
from temdenoise.micrographs.calibration import Scale
from temdenoise.micrographs.reading import Micrograph

CUT = denoising.Tiles(32, 8, 3)
SHAPES = [(1, 40), (37, 1), (2, 3), (31, 64), (95, 70)]


def scaled(*factors):
    return Scale((0.0127, 0.0127), "header", 11.2, "lattice", 11.2, factors)


def smooth(height, width):
    y, x = np.mgrid[:height, :width]
    return 2e6 + 1e5 * (np.cos(2 * np.pi * y / 40) + np.sin(2 * np.pi * x / 55))


def denoise(frame, *factors, predict=lambda tiles: tiles, tiles=CUT):
    return denoising.denoise(
        frame, predict=predict, found=scaled(*factors or (1.0, 1.0)), card=CARD, tiles=tiles
    )


def above_ground(frame, done):
    return np.maximum(frame, done.facts["low"])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tiles", [CUT, denoising.Tiles(16, 0, 2)], ids=["hann", "none"])
def test_identity_gives_back_an_image_of_any_shape_in_its_units(shape, tiles):
    frame = smooth(*shape)
    done = denoise(frame, tiles=tiles)
    assert done.image.dtype == done.uncertainty.dtype == np.float32
    assert done.image.shape == done.uncertainty.shape == shape
    np.testing.assert_allclose(done.image, above_ground(frame, done), rtol=2e-7)
    assert not done.uncertainty.any()


@pytest.mark.parametrize("factors", [(0.5, 0.5), (0.8, 1.3), (1.23, 1.23), (2.5, 1.9)])
@pytest.mark.parametrize("shape", [(95, 130), (61, 88)])
def test_resampling_there_and_back_leaves_a_smooth_image(shape, factors):
    frame = smooth(*shape)
    done = denoise(frame, *factors)
    inside = (slice(8, -8), slice(8, -8))
    off = np.abs(done.image - above_ground(frame, done))[inside]
    assert off.max() < 0.01 * np.ptp(frame)
    assert np.median(off) < 0.002 * np.ptp(frame)


@pytest.mark.parametrize("dtype", ["u1", "i2", "u4", "f4", "f8"])
def test_the_type_of_the_values_does_not_matter(dtype):
    frame = (100 + 90 * (smooth(50, 60) - 2e6) / 2e5).astype(dtype)
    done = denoise(frame, 0.9, 0.9)
    assert np.corrcoef(done.image.ravel(), frame.ravel())[0, 1] > 0.99


def test_a_large_offset_takes_nothing_from_the_contrast_within():
    seen = []

    def predict(tiles):
        seen.append(tiles.copy())
        return tiles

    small = (smooth(40, 50) - 2e6) / 1e5
    denoise(small, predict=predict)
    denoise(small + 1e8, predict=predict)
    half = len(seen) // 2
    np.testing.assert_allclose(seen[0], seen[half], atol=1e-6)


def test_what_float32_cannot_hold_is_said():
    said = denoise(4.2e9 + smooth(40, 50) / 1e5).warnings
    assert any("float32" in words for words in said)
    assert not any("float32" in words for words in denoise(smooth(40, 50)).warnings)


def leaning(tiles):
    """A network whose tiles are darker on the left: it knows directions, and has seams."""
    return tiles + np.linspace(0, 0.2, tiles.shape[2])


def test_the_image_is_the_mean_over_orientations_but_the_upright_one_of_tiles_side_by_side():
    frame = honeycomb((96, 130), 11.2, 13)
    done = denoise(frame, predict=leaning)
    unit = done.facts["high"] - done.facts["low"]
    assert (done.image - above_ground(frame, done)).mean() == pytest.approx(0.1 * unit, rel=0.05)
    tiles = denoising.Tiles(32, 0, 4)
    apart = denoise(frame, predict=leaning, tiles=tiles)
    ramp = np.tile(np.linspace(0, 0.2, 32), 5)[:130]
    expected = above_ground(frame, apart) + unit * ramp
    np.testing.assert_allclose(apart.image, expected, atol=1e-4)
    assert apart.uncertainty.mean() > 0.03 * unit
    assert apart.facts["border_step"] > 1.3


def test_dark_atoms_are_those_of_the_image_turned_upside_down_in_its_own_units():
    frame = honeycomb((96, 130), 11.2, 13)
    frame[40, 50] = 9.0
    bright, dark = denoise(frame), denoising.of_dark_atoms(denoise)(5 - frame)
    np.testing.assert_allclose(dark.image, 5 - bright.image, atol=1e-5)
    np.testing.assert_allclose(dark.uncertainty, bright.uncertainty, atol=1e-5)
    assert (bright.facts["hot"], dark.facts["hot"], dark.facts["dead"]) == (1, 0, 1)
    for key in ("low", "high"):
        assert dark.facts[key] == pytest.approx(5 - bright.facts[key])


@pytest.mark.parametrize("factor", [1.0, 0.8])
@pytest.mark.parametrize("angle", [0, 13])
def test_identity_on_a_lattice_has_no_seam(factor, angle):
    frame = honeycomb((150, 170), 11.2 / factor, angle)
    assert denoise(frame, factor, factor).facts["border_step"] == pytest.approx(1, abs=0.01)


def test_the_log_has_a_line_an_orientation(caplog):
    with caplog.at_level(logging.INFO, "temdenoise"):
        denoise(smooth(100, 90))
    assert caplog.messages == [f"orientation {n} of 4" for n in range(1, 5)]


def stack(*frames, is_stack=True):
    return Micrograph(np.stack(frames), is_stack, None, (0.0, 0.0), "a.tif", {})


def test_a_frame_without_contrast_passes_unchanged_with_a_warning(tmp_path):
    source = stack(smooth(40, 50), np.full((40, 50), 7.0), 2 * smooth(40, 50))
    done = denoising.denoise_all(source, denoise, tmp_path)
    np.testing.assert_array_equal(done.image[1], 7)
    assert not done.uncertainty[1].any()
    assert [words for words in done.warnings if words.startswith("frame 2")] == [
        "frame 2: No contrast (all values equal): copied unchanged. "
        "Leave this frame out of averages."
    ]
    lows = [denoise(source.frames[number]).facts["low"] for number in (0, 2)]
    assert done.facts["low"] == pytest.approx(np.median(lows))


def test_an_image_alone_keeps_its_shape_and_its_warnings(tmp_path):
    done = denoising.denoise_all(stack(smooth(40, 50), is_stack=False), denoise, tmp_path)
    assert done.image.shape == done.uncertainty.shape == (40, 50)
    assert done.warnings == denoise(smooth(40, 50)).warnings


@pytest.mark.parametrize(("window", "cut"), [("hann", (256, 64)), ("none", (64, 0))])
def test_the_tiles_that_are_used_are_those_that_are_recorded(window, cut):
    assert applying.Settings(256, 64, window).cut(CARD, (1300, 900)) == cut
    assert applying.Settings(256, 64, window).cut(GENERAL_CARD, (1300, 900)) == (688, 64)
