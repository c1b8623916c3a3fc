import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from micrographs import honeycomb

from temdenoise.evaluation.metrics import seam_ratio
from temdenoise.micrographs import tiling

SIZES = st.integers(1, 45)


def image(height, width):
    return np.random.default_rng(1).normal(3e6, 1e5, (height, width)).astype(np.float32)


@given(
    SIZES,
    SIZES,
    st.sampled_from([(8, 4), (8, 2), (12, 0), (16, 6)]),
    st.integers(1, 5),
    st.sampled_from([None, 0, 1]),
)
def test_identity_gives_back_every_bit_of_an_image_of_any_size(height, width, cut, batch, margin):
    tile, overlap = cut
    original = image(height, width)
    options = {"tile": tile, "overlap": overlap, "batch": batch, "margin": margin}
    found = tiling.denoise(lambda x: x, original, **options)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, original)


def test_without_overlap_each_tile_is_seen_alone():
    found = tiling.denoise(
        lambda x: np.broadcast_to(x.mean((1, 2), keepdims=True), x.shape),
        image(8, 12),
        **{"tile": 4, "overlap": 0, "batch": 2},
    )
    means = image(8, 12).reshape(2, 4, 3, 4).mean((1, 3))
    np.testing.assert_allclose(found, np.kron(means, np.ones((4, 4))), rtol=1e-6)


def test_overlapping_tiles_leave_no_seam_where_tiles_side_by_side_do():
    def uneven(tiles):  # as padding makes a network at the edges of its patches
        ramp = np.linspace(-1, 1, tiles.shape[1])
        return tiles + ramp[:, None] + ramp

    noise = np.random.default_rng(1).normal(0, 0.1, (150, 200))
    options = {"tile": 32, "batch": 3}
    apart = tiling.denoise(uneven, noise, overlap=0, **options) - noise
    faded = tiling.denoise(uneven, noise, overlap=16, **options) - noise
    assert seam_ratio(apart, 0 * noise, patch_size=32) > 10
    assert seam_ratio(faded, 0 * noise, patch_size=16) < 2


def test_borders_count_as_much_as_the_middle():
    flat = tiling.denoise(np.ones_like, np.zeros((20, 9)), tile=8, overlap=4, batch=4)
    np.testing.assert_array_equal(flat, 1)


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_no_more_tiles_than_a_batch_are_seen_at_once(batch):
    seen = []

    def predict(tiles):
        seen.append(tiles.shape)
        return tiles

    tiling.denoise(predict, image(40, 70), tile=16, overlap=4, batch=batch)
    assert max(shape[0] for shape in seen) <= batch
    assert {shape[1:] for shape in seen} == {(16, 16)}


@given(SIZES, SIZES, st.sampled_from([(8, 4), (12, 0), (16, 6)]))
def test_tiles_see_the_image_reflected_beyond_its_border(height, width, cut):
    tile, overlap = cut
    step, seen = tile - overlap, []

    def predict(tiles):
        seen.extend(tiles)
        return tiles

    tiling.denoise(predict, image(height, width), tile=tile, overlap=overlap, batch=3)
    pads = [
        (overlap // 2, -(-edge // step) * step + overlap // 2 - edge) for edge in (height, width)
    ]
    padded = np.pad(image(height, width), pads, mode="reflect")
    np.testing.assert_array_equal(seen[0], padded[:tile, :tile])
    np.testing.assert_array_equal(seen[-1], padded[-tile:, -tile:])


@given(SIZES, SIZES, st.sampled_from([(8, 4), (12, 0), (16, 6)]))
def test_without_a_margin_the_first_tile_begins_with_the_image(height, width, cut):
    tile, overlap = cut
    seen = []

    def predict(tiles):
        seen.extend(tiles)
        return tiles

    options = {"tile": tile, "overlap": overlap, "batch": 3, "margin": 0}
    tiling.denoise(predict, image(height, width), **options)
    first = image(height, width)[:tile, :tile]
    np.testing.assert_array_equal(seen[0][: len(first), : first.shape[1]], first)
    counts = [max(1, -(-(edge - overlap) // (tile - overlap))) for edge in (height, width)]
    assert len(seen) == np.prod(counts)


@pytest.mark.slow
def test_4096_pixels_square_come_back_bit_for_bit_in_little_memory():
    original = np.random.default_rng(1).random((4096, 4096), dtype=np.float32)
    tracemalloc.start()
    found = tiling.denoise(lambda x: x, original, tile=256, overlap=64, batch=4)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(found, original)
    assert peak < original.nbytes + 60e6


LATTICES = [honeycomb((250, 300), 11.2, angle) for angle in (0, 13)]


@pytest.mark.parametrize("step", [64, 96])
@pytest.mark.parametrize("original", LATTICES, ids=["straight", "turned"])
def test_what_is_unchanged_has_no_seam(original, step):
    assert tiling.border_step(original, original, step) == 1


@pytest.mark.parametrize("original", LATTICES, ids=["straight", "turned"])
def test_taking_noise_off_a_lattice_makes_no_seam(original):
    noisy = original + np.random.default_rng(1).normal(0, 0.1, original.shape)
    assert tiling.border_step(original, noisy, 64) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("original", LATTICES, ids=["straight", "turned"])
def test_the_border_step_rises_with_the_seam(original):
    y, x = (np.arange(edge) // 64 % 2 for edge in original.shape)
    noisy = original + np.random.default_rng(1).normal(0, 0.1, original.shape)
    chequered = np.add.outer(y, x) % 2
    ratios = [tiling.border_step(original + h * chequered, noisy, 64) for h in (0.05, 0.1, 0.2)]
    assert 1.15 < ratios[0] < ratios[1] < ratios[2]
    assert tiling.border_step(original + 0.2 * chequered, noisy, 50) < 1.15


def test_tiles_without_margin_meet_half_an_overlap_later():
    original, noise = LATTICES[0], np.random.default_rng(1).normal(0, 0.1, LATTICES[0].shape)
    y, x = ((np.arange(edge) - 16) // 64 % 2 for edge in original.shape)
    seen = original + 0.2 * (np.add.outer(y, x) % 2)
    assert tiling.border_step(seen, original + noise, 64, shift=16) > 1.5
    assert tiling.border_step(seen, original + noise, 64) < 1.15


def test_one_tile_has_no_seam():
    assert np.isnan(tiling.border_step(LATTICES[0], LATTICES[0], 400))


@given(st.integers(1, 5000), st.sampled_from([0, 16, 64]))
def test_fitting_tiles_cover_an_edge_with_little_waste(edge, overlap):
    tile, shared = tiling.fitting(edge, overlap)
    count = max(1, -(-(edge - shared) // (tile - shared)))
    assert tile % 16 == 0
    assert tile <= 1088 + 16
    assert shared == (overlap if count > 1 else 0)
    assert edge <= count * (tile - shared) + shared < edge + 16 * count
