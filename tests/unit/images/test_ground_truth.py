import weakref
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from temdenoise import seeds
from temdenoise.config import check
from temdenoise.errors import InputError
from temdenoise.images import ground_truth, noise
from temdenoise.networks import patches

PAPER = yaml.safe_load((Path(__file__).parents[3] / "config/config.yaml").read_text("utf-8"))
MAPS = ["train-1", "train-2", "train-3"]
SHIFTS = [8, 10, 12]
NINE = {"grid": [3, 3], "count": 5}
SIX = {"grid": [2, 3], "count": 2}
SMALL = st.integers(1, 4)


def random(shape, seed=1):
    return np.random.default_rng(seed).random(shape)


def plan(*tiles, seed=7, split="train", maps=MAPS):
    return ground_truth.plan(seed, split, tiles, maps, SHIFTS)


def table_of(*rows):
    return pd.DataFrame(rows, columns=["image", "tiles", "source_maps", "shift"])


def truths(table, maps, size=12, order=1, normalise_by="image"):
    return list(ground_truth.ground_truths(table, maps, size, order, normalise_by))


def paper_plan():
    return ground_truth.plan(
        PAPER["seed"],
        "train",
        PAPER["images"]["tiles"]["train"],
        check.structure_names(PAPER, "train"),
        PAPER["images"]["shifts"],
    )


def test_papers_plan_has_44_images():
    table = paper_plan()
    assert len(table) == 44
    assert table["image"].nunique() == 11
    assert table["tiles"].value_counts().to_dict() == {"3x3": 20, "4x4": 12, "2x2": 12}
    assert table["shift"].tolist() == [0, 8, 10, 12] * 11


def test_papers_training_set_has_11264_patches_and_trains_on_9011():
    clean = paper_plan()
    size = PAPER["images"]["size"]
    noisy = noise.plan(clean, PAPER["noise"]["train_factors"])
    stack = patches.PatchStack(
        np.broadcast_to(np.float32(0), (len(noisy), size, size)),
        np.broadcast_to(np.float32(0), (len(clean), size, size)),
        noisy["clean_index"].to_numpy(),
        PAPER["images"]["patch_size"],
    )
    assert len(stack) == 11_264
    for by in ("patch", "image"):
        train, validate = patches.split(
            clean,
            stack.target_index[stack.images],
            PAPER["training"]["validation_fraction"],
            by,
            seeds.generator(PAPER["seed"], "split"),
        )
        assert (len(train), len(validate)) == {"patch": (9011, 2253), "image": (9216, 2048)}[by]


def test_plan_draws_one_map_a_tile_from_the_given_ones():
    table = plan(NINE, SIX)
    drawn = table["source_maps"].str.split()
    assert drawn.str.len().tolist() == [9] * 20 + [6] * 8
    assert set(drawn.sum()) == set(MAPS)


def test_copies_share_the_source_maps_and_other_images_do_not():
    sources = plan(NINE).groupby("image")["source_maps"]
    assert (sources.nunique() == 1).all()
    assert sources.first().nunique() == 5


def test_image_keeps_its_maps_when_others_are_added():
    alone = plan(SIX)
    among = plan(NINE, {"grid": [2, 3], "count": 9})
    found = among[among["image"].isin(alone["image"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, alone)


def test_seed_and_split_change_the_plan():
    sources = plan(NINE)["source_maps"].tolist()
    assert sources == plan(NINE)["source_maps"].tolist()
    assert sources != plan(NINE, seed=8)["source_maps"].tolist()
    assert sources != plan(NINE, split="test")["source_maps"].tolist()


@given(SMALL, SMALL, SMALL, SMALL)
def test_tile_lays_maps_row_by_row(rows, columns, height, width):
    maps = random((rows * columns, height, width))
    tiled = ground_truth.tile(list(maps), (rows, columns))
    assert tiled.shape == (rows * height, columns * width)
    for number in range(rows * columns):
        r, c = divmod(number, columns)
        block = tiled[r * height : (r + 1) * height, c * width : (c + 1) * width]
        np.testing.assert_array_equal(block, maps[number])


@pytest.mark.parametrize("order", [1, 3])
@pytest.mark.parametrize("shape", [(32, 60), (16, 15), (8, 45)])
def test_one_map_tiled_stays_periodic_when_resampled(order, shape):
    tiled = ground_truth.tile([random((8, 10))] * 6, (2, 3))
    found = ground_truth.resample(tiled, shape, order)
    assert found.shape == shape
    for axis, tiles in [(0, 2), (1, 3)]:
        rolled = np.roll(found, shape[axis] // tiles, axis)
        np.testing.assert_allclose(rolled, found, atol=1e-10)


@given(st.floats(-1e3, 1e3), st.sampled_from([1, 3]))
def test_constant_image_stays_constant_when_resampled(value, order):
    found = ground_truth.resample(np.full((7, 5), value), (9, 4), order)
    np.testing.assert_allclose(found, value, rtol=1e-9)


@pytest.mark.parametrize("shape", [(32, 15), (8, 60), (16, 30)])
@pytest.mark.parametrize("order", [1, 3])
@pytest.mark.parametrize(("axis", "by"), [(0, 8), (0, 2), (1, 10), (1, 24)])
def test_resampling_commutes_with_rolling(shape, order, axis, by):
    image = random((16, 30))
    expected = np.roll(ground_truth.resample(image, shape, order), by * shape[axis] // 16, 0)
    if axis == 1:
        expected = np.roll(ground_truth.resample(image, shape, order), by * shape[axis] // 30, 1)
    found = ground_truth.resample(np.roll(image, by, axis), shape, order)
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_shrinking_averages():
    stripes = np.tile([0.0, 1.0], (24, 12))
    for image in (stripes, stripes.T):
        assert abs(ground_truth.resample(image, (8, 8), 1) - 0.5).max() < 0.05


@given(hnp.arrays(float, (3, 4), elements=st.floats(-1e6, 1e6)), st.floats(-1e5, 1e5))
def test_grey_levels_are_multiples_of_one_255th_within_the_range(image, low):
    grey = ground_truth.to_grey(image, low, low + 1e5)
    assert grey.dtype == np.float32
    assert grey.min() >= 0
    assert grey.max() <= 1
    np.testing.assert_allclose(grey * 255, np.round(grey * 255), atol=1e-4)
    inside = (image >= low) & (image <= low + 1e5)
    assert (abs(grey - (image - low) / 1e5)[inside] <= 0.5 / 255 + 1e-6).all()


@given(st.integers(-20, 20))
def test_roll_is_undone_by_its_inverse(shift):
    stack = random((2, 5, 7))
    np.testing.assert_array_equal(ground_truth.roll(ground_truth.roll(stack, shift), -shift), stack)


@given(st.integers(0, 4))
def test_roll_moves_the_corner_along_both_axes(shift):
    stack = random((2, 5, 7))
    rolled = ground_truth.roll(stack, shift)
    np.testing.assert_array_equal(rolled[:, shift, shift], stack[:, 0, 0])
    np.testing.assert_array_equal(rolled[:, shift:, shift:], stack[:, : 5 - shift, : 7 - shift])


@given(SMALL, SMALL, SMALL, SMALL)
def test_stitching_undoes_splitting(count, rows, columns, size):
    shape = (count, rows * size, columns * size)
    stack = np.arange(np.prod(shape)).reshape(shape)
    patched = ground_truth.split_patches(stack, size)
    assert patched.shape == (count * rows * columns, size, size)
    np.testing.assert_array_equal(ground_truth.stitch_patches(patched, shape[1:]), stack)


@given(SMALL, SMALL, SMALL, SMALL, st.data())
def test_patch_is_its_crop(count, rows, columns, size, data):
    shape = (count, rows * size, columns * size)
    stack = np.arange(np.prod(shape)).reshape(shape)
    number = data.draw(st.integers(0, count * rows * columns - 1))
    image, place = divmod(number, rows * columns)
    r, c = divmod(place, columns)
    crop = stack[image, r * size : (r + 1) * size, c * size : (c + 1) * size]
    np.testing.assert_array_equal(ground_truth.split_patches(stack, size)[number], crop)


def test_ground_truths_are_black_to_white_and_in_the_order_of_the_table():
    maps = {name: random((6, 4), seed) for seed, name in enumerate(MAPS)}
    table = plan(SIX, NINE)
    found = truths(table, maps, order=3)
    assert len(found) == len(table)
    for image, shift, first in zip(found, table["shift"], range(len(table)), strict=True):
        assert image.dtype == np.float32
        assert image.shape == (12, 12)
        assert (image.min(), image.max()) == (0, 1)
        original = found[first // 4 * 4]
        np.testing.assert_array_equal(image, np.roll(original, (shift, shift), (0, 1)))


def test_ground_truth_shows_the_maps_of_its_row():
    maps = {"a": random((6, 4)), "b": 2 + random((6, 4), 2)}
    (found,) = truths(table_of(("x", "2x3", "a b a b b a", 0)), maps)
    bright = found > 0.5
    expected = np.kron([[0, 1, 0], [1, 1, 0]], np.ones((6, 4)))
    np.testing.assert_array_equal(bright, expected)


def test_normalising_by_split_keeps_the_brightness_between_images():
    maps = {"a": random((6, 6)), "b": 4 * random((6, 6), 2)}
    table = table_of(("x", "1x1", "a", 0), ("y", "1x1", "b", 0))
    low, high = (
        [image.max() for image in truths(table, maps, 6, 1, by)] for by in ("image", "split")
    )
    assert low == [1, 1]
    assert high == [pytest.approx(0.25, abs=0.05), 1]


def test_maps_of_different_shapes_are_refused():
    maps = {"train-1": np.eye(3), "train-2": np.eye(4)}
    refused = r"one pixel grid, got train-1 \(3, 3\), train-2 \(4, 4\): fix the engine"
    with pytest.raises(InputError, match=refused):
        truths(plan(SIX, maps=list(maps)), maps)
    with pytest.raises(InputError, match=refused):
        truths(table_of(("x", "1x1", "train-1", 0), ("y", "1x1", "train-2", 0)), maps)


class OnDisk(dict):
    """Maps that count how many of them are held, as those on disk are: anew at each look-up."""

    held = most = 0

    def __getitem__(self, name):
        values = super().__getitem__(name).copy()
        self.held += 1
        self.most = max(self.most, self.held)
        weakref.finalize(values, self.let_go)
        return values

    def let_go(self):
        self.held -= 1

    def values(self):
        return map(self.__getitem__, self)


@pytest.mark.parametrize("normalise_by", ["image", "split"])
def test_no_more_maps_are_held_than_two_images_are_made_of(normalise_by):
    maps = OnDisk({f"train-{n}": random((6, 4), n) for n in range(40)})
    truths(plan({"grid": [2, 3], "count": 20}, maps=list(maps)), maps, normalise_by=normalise_by)
    assert 6 <= maps.most <= 12
    assert maps.held == 0
