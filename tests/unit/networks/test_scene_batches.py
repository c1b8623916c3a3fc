import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from clones import ROOT
from hypothesis import given
from hypothesis import strategies as st
from scenes import INSTRUMENT

from temdenoise.networks import conditions, scene_batches

pytestmark = pytest.mark.usefixtures("one_thread")

CLEAN = np.random.default_rng(4).random((7, 24, 30)).astype(np.float32)
SCENES = scene_batches.Scenes([CLEAN[:3], CLEAN[3:]])


def taken(first, last, executor, workers=1):
    made = scene_batches.batches(
        SCENES,
        INSTRUMENT,
        executor,
        seed=1,
        model="m",
        batch_size=3,
        size=16,
        first=first,
        last=last,
        workers=workers,
    )
    return list(made)


def test_stacks_are_numbered_through():
    assert len(SCENES) == 7
    np.testing.assert_array_equal(SCENES[2], CLEAN[2])
    np.testing.assert_array_equal(SCENES[3], CLEAN[3])
    with pytest.raises(IndexError):
        SCENES[7]


def test_a_batch_depends_on_its_step_only():
    with ThreadPoolExecutor(3) as many, ThreadPoolExecutor(1) as one:
        whole = taken(0, 6, one)
        others = taken(0, 6, many, workers=3), taken(0, 2, one) + taken(2, 6, many)
    for other in others:
        for one, two in zip(whole, other, strict=True):
            np.testing.assert_array_equal(one[0], two[0])
            np.testing.assert_array_equal(one[1], two[1])
    assert not np.array_equal(whole[0][0], whole[1][0])
    assert whole[0][0].shape == whole[0][1].shape == (3, 16, 16, 1)


@given(st.integers(0, 200))
def test_a_cut_is_a_part_of_its_image_in_some_orientation(number):
    cut = scene_batches.cut(CLEAN[0], 16, np.random.default_rng(number))
    assert cut.shape == (16, 16)
    assert set(cut.ravel()) <= set(CLEAN[0].ravel())


@given(st.integers(0, 200))
def test_a_record_enters_with_deviation_1_and_its_truth_in_the_same_units(number):
    settings = {**INSTRUMENT, "shares": {"readout": 1.0}, "noise": [1e-4, 1.1e-4]}
    settings["chances"] = dict.fromkeys(INSTRUMENT["chances"], 0.0)
    recorded, truth = scene_batches.pair(CLEAN[0], settings, np.random.default_rng(number))
    assert recorded.std() == pytest.approx(1, rel=1e-4)
    np.testing.assert_allclose(recorded, truth, atol=2e-3)


def test_a_condition_has_the_same_patches_each_time():
    first, again = (
        conditions.validation(SCENES, INSTRUMENT, seed=1, size=16, count=2) for _ in range(2)
    )
    assert {"counts 5", "correlated 0.5", "GSP 0.3"} <= set(first)
    for name, (recorded, truth) in first.items():
        assert recorded.shape == truth.shape == (2, 16, 16, 1)
        np.testing.assert_array_equal(recorded, again[name][0])


def test_a_stack_of_pairs_keeps_records_and_truths_apart():
    rng = np.random.default_rng(1)
    pairs = [(rng.random((5, 7)), rng.random((5, 7))) for _ in range(3)]
    recorded, truth = scene_batches.stacked(pairs)
    assert recorded.shape == truth.shape == (3, 5, 7, 1)
    np.testing.assert_array_equal(recorded[1, ..., 0], pairs[1][0])
    np.testing.assert_array_equal(truth[2, ..., 0], pairs[2][1])


@given(st.integers(0, 200))
def test_a_drawn_pair_fits_its_size_whatever_recorded_it(number):
    recorded, truth = scene_batches.draw(SCENES, INSTRUMENT, 16, np.random.default_rng(number))
    assert recorded.shape == truth.shape == (16, 16)
    assert np.isfinite(recorded).all()
    assert np.isfinite(truth).all()


def test_another_process_gets_the_path_of_a_stack_and_not_its_pixels(tmp_path):
    np.save(tmp_path / "stack.npy", np.tile(CLEAN, (40, 1, 1)))
    scenes = scene_batches.Scenes([np.load(tmp_path / "stack.npy", mmap_mode="r")])
    sent = pickle.dumps(scenes)
    assert len(sent) < 1000
    np.testing.assert_array_equal(pickle.loads(sent)[8], CLEAN[1])


def test_workers_end_with_a_parent_that_is_killed():
    code = """
from temdenoise.networks.scene_batches import processes
import os, time
print(processes(2).submit(os.getpid).result(), flush=True)
time.sleep(60)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow/scripts")}
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
    )
    worker = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not Path(f"/proc/{worker}").exists():
            return
        time.sleep(0.1)
    pytest.fail(f"worker {worker} lives on")
