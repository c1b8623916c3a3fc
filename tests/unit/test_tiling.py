import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.metrics import seam_ratio
from temdenoise.micrographs import tiling

SIZES = st.integers(1, 45)


def image(height, width):
    return np.random.default_rng(1).normal(3e6, 1e5, (height, width)).astype(np.float32)


@given(SIZES, SIZES, st.sampled_from([(8, 4), (8, 2), (12, 0), (16, 6)]), st.integers(1, 5))
def test_identity_gives_back_every_bit_of_an_image_of_any_size(height, width, cut, batch):
    tile, overlap = cut
    original = image(height, width)
    found = tiling.denoise(lambda x: x, original, tile=tile, overlap=overlap, batch=batch)
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
def test_no_more_tiles_than_a_batch_are_seen_at_once_and_progress_reaches_1(batch):
    seen, told = [], []

    def predict(tiles):
        seen.append(tiles.shape)
        return tiles

    tiling.denoise(predict, image(40, 70), tile=16, overlap=4, batch=batch, progress=told.append)
    assert max(shape[0] for shape in seen) <= batch
    assert {shape[1:] for shape in seen} == {(16, 16)}
    assert told == sorted(told)
    assert told[-1] == 1
