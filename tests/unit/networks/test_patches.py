import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.images import ground_truth
from temdenoise.networks import patches
from temdenoise.networks.patches import PatchStack
from temdenoise.run import files

SIZE = 2
NOISY = np.arange(5 * 4 * 6, dtype=np.float32).reshape(5, 4, 6)
TARGET = -np.arange(3 * 4 * 6, dtype=np.float64).reshape(3, 4, 6)
INDEX = np.array([2, 0, 1, 1, 2])
STACK = PatchStack(NOISY, TARGET, INDEX, SIZE)
CLEAN = pd.DataFrame(
    {"image": np.repeat(["a", "b", "c", "d", "e"], 4), "shift": [0, 8, 10, 12] * 5}
)
OF_PATCH = np.tile(np.repeat(np.arange(20), 6), 3)


def split(by, fraction=0.2, seed=1, of_patch=OF_PATCH):
    return patches.split(CLEAN, of_patch, fraction, by, np.random.default_rng(seed))


def image_names(numbers):
    return set(CLEAN["image"].to_numpy()[OF_PATCH[numbers]])


def test_stack_counts_the_patches_of_all_noisy_images():
    assert len(STACK) == 5 * 2 * 3
    np.testing.assert_array_equal(STACK.images, np.repeat(np.arange(5), 6))


@given(st.lists(st.integers(0, len(STACK) - 1), min_size=1))
def test_pairs_are_the_patches_of_noisy_image_and_its_target(numbers):
    noisy, target = STACK.pairs(np.array(numbers))
    assert noisy.shape == target.shape == (len(numbers), SIZE, SIZE, 1)
    assert noisy.dtype == target.dtype == np.float32
    cut = ground_truth.split_patches(NOISY, SIZE)
    np.testing.assert_array_equal(noisy[..., 0], cut[numbers])
    targets = ground_truth.split_patches(TARGET[INDEX], SIZE)
    np.testing.assert_array_equal(target[..., 0], targets[numbers])


def test_image_of_a_patch_is_the_one_it_is_cut_from():
    noisy, _ = STACK.pairs(np.arange(len(STACK)))
    for number, image in enumerate(STACK.images):
        assert np.isin(noisy[number], NOISY[image]).all()


def test_pairs_read_their_patches_only(tmp_path):
    shape = (100, 64, 96)
    files.write_stack(tmp_path / "a.npy", (np.full(shape[1:], n) for n in range(100)), shape)
    mapped = files.open_stack(tmp_path / "a.npy", ndim=3)
    stack = PatchStack(mapped, mapped, np.arange(100), 32)
    tracemalloc.start()
    noisy, _ = stack.pairs(np.array([0, 599]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert noisy[:, 0, 0, 0].tolist() == [0, 99]
    assert peak < mapped.nbytes / 20


@pytest.mark.parametrize("by", ["patch", "image"])
@given(fraction=st.floats(0.01, 0.99), seed=st.integers(0, 99))
def test_split_is_disjoint_and_complete(by, fraction, seed):
    training, validation = split(by, fraction, seed)
    together = np.concatenate([training, validation])
    np.testing.assert_array_equal(np.sort(together), np.arange(len(OF_PATCH)))
    for numbers in (training, validation):
        assert (np.diff(numbers) > 0).all()


@given(st.floats(0.01, 0.99))
def test_split_by_patch_keeps_the_fraction_to_a_patch(fraction):
    _, validation = split("patch", fraction)
    assert abs(len(validation) - fraction * len(OF_PATCH)) <= 0.5 + 1e-9


@given(st.integers(0, 99))
def test_split_by_image_keeps_copies_and_noise_factors_together(seed):
    training, validation = split("image", seed=seed)
    assert not image_names(training) & image_names(validation)
    assert len(image_names(validation)) == 1
    assert len(validation) == 4 * 3 * 6


def test_split_by_patch_leaves_copies_on_both_sides():
    training, validation = split("patch")
    assert image_names(training) == image_names(validation) == set("abcde")


@pytest.mark.parametrize("by", ["patch", "image"])
def test_split_depends_on_the_generator_only(by):
    for one, other in zip(split(by, seed=3), split(by, seed=3), strict=True):
        np.testing.assert_array_equal(one, other)
    assert len({split(by, seed=seed)[1].tobytes() for seed in range(9)}) > 1


def test_split_by_patch_does_not_look_at_the_images():
    other = np.random.default_rng(2).permutation(OF_PATCH)
    for one, two in zip(split("patch"), split("patch", of_patch=other), strict=True):
        np.testing.assert_array_equal(one, two)


def test_shuffled_is_a_permutation_that_leaves_its_input_alone():
    numbers = np.arange(50, 90)
    found = patches.shuffled(numbers, 7, "G", 0)
    np.testing.assert_array_equal(np.sort(found), numbers)
    np.testing.assert_array_equal(numbers, np.arange(50, 90))


def test_every_seed_model_and_epoch_has_its_own_order():
    names = [(7, "G", 0), (7, "G", 1), (7, "SP", 0), (8, "G", 0)]
    orders = {patches.shuffled(np.arange(40), *name).tobytes() for name in names}
    assert len(orders) == len(names)
    assert patches.shuffled(np.arange(40), *names[0]).tobytes() in orders
