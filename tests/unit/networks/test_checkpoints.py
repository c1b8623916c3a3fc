import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from temdenoise.networks.checkpoints import Checkpoints, fingerprint

STATE = [np.arange(6, dtype=np.float32).reshape(2, 3), np.array(7)]
ARRAYS = hnp.arrays(
    st.sampled_from(["f4", "f8", "i8", "u4"]), hnp.array_shapes(min_dims=0, max_side=3)
)


def rows(count):
    return [{"epoch": n + 1, "loss": 0.1 / (n + 3), "val_loss": 1 / 3} for n in range(count)]


def save(checkpoints, *epochs):
    for epoch in epochs:
        checkpoints.save([array + epoch for array in STATE], rows(epoch))


def epoch_of(checkpoints):
    """Return the epoch of the last checkpoint, 0 for none, once its state is that epoch's."""
    state, found = checkpoints.last()
    assert found == rows(len(found))
    for array, expected in zip(state, STATE, strict=bool(found)):
        np.testing.assert_array_equal(array, expected + len(found))
    return len(found)


def names(folder):
    return sorted(path.name for path in folder.rglob("*"))


@pytest.fixture
def checkpoints(tmp_path):
    return Checkpoints(tmp_path / "checkpoints", "abc")


@settings(max_examples=25)
@given(st.lists(ARRAYS), st.lists(st.floats(), min_size=1))
def test_what_was_saved_comes_back_bit_for_bit(tmp_path_factory, state, losses):
    checkpoints = Checkpoints(tmp_path_factory.mktemp("checkpoints"), "abc")
    history = [{"epoch": n, "loss": loss} for n, loss in enumerate(losses)]
    checkpoints.save(state, history)
    back, rows = checkpoints.last()
    assert [(a.dtype, a.shape, a.tobytes()) for a in back] == [
        (a.dtype, a.shape, a.tobytes()) for a in state
    ]
    assert repr(rows) == repr(history)


def test_the_last_two_epochs_are_kept(checkpoints, tmp_path):
    save(checkpoints, *range(1, 12))
    assert epoch_of(checkpoints) == 11
    assert names(tmp_path / "checkpoints/abc") == [
        "epoch-000010.checkpoint",
        "epoch-000011.checkpoint",
    ]


def test_checkpoints_of_another_fingerprint_are_ignored(checkpoints, tmp_path):
    save(checkpoints, 3)
    other = Checkpoints(tmp_path / "checkpoints", "def")
    assert other.last() == ([], [])
    save(other, 1)
    assert (epoch_of(other), epoch_of(checkpoints)) == (1, 3)


@pytest.mark.parametrize("size", [0, 10, 300])
def test_a_damaged_checkpoint_falls_back_to_the_previous_one(checkpoints, tmp_path, caplog, size):
    save(checkpoints, 4, 5)
    for epoch, left in [(5, 4), (4, 0)]:
        path = tmp_path / f"checkpoints/abc/epoch-{epoch:06d}.checkpoint"
        path.write_bytes(path.read_bytes()[:size])
        caplog.clear()
        assert epoch_of(checkpoints) == left
        assert f"{path}: not a whole checkpoint" in caplog.text
    save(checkpoints, 1)
    assert epoch_of(checkpoints) == 1


def test_damage_of_any_byte_is_noticed(checkpoints, tmp_path):
    save(checkpoints, 1)
    (path,) = tmp_path.rglob("*.checkpoint")
    content = path.read_bytes()
    for start in range(0, len(content), 7):
        path.write_bytes(content[:start] + bytes(7) + content[start + 7 :])
        assert epoch_of(checkpoints) == (0 if path.read_bytes() != content else 1)


def test_a_checkpoint_that_cannot_be_written_is_a_warning(checkpoints, caplog, no_room):
    save(checkpoints, 1)
    with no_room(100):
        save(checkpoints, 2)
    assert "no checkpoint after epoch 2" in caplog.text
    assert "no room on the disk" in caplog.text
    assert epoch_of(checkpoints) == 1


def test_removal_takes_all_checkpoints_of_the_model(checkpoints, tmp_path):
    save(checkpoints, 1, 2)
    save(Checkpoints(tmp_path / "checkpoints", "stale"), 1)
    (tmp_path / "model.keras").touch()
    for _ in range(2):
        checkpoints.remove()
        assert names(tmp_path) == ["model.keras"]


def test_two_writers_and_a_removal_do_not_disturb_each_other(checkpoints, caplog):
    caplog.set_level(logging.ERROR, "temdenoise")
    ended = threading.Event()

    def other():
        while not ended.is_set():
            save(checkpoints, 1, 2, 3)
            checkpoints.remove()

    with ThreadPoolExecutor() as pool:
        writer = pool.submit(other)
        try:
            for epoch in range(1, 100):
                save(checkpoints, epoch)
                assert epoch_of(checkpoints) <= max(epoch, 3)
        finally:
            ended.set()
        writer.result()


BASE = {"seed": 7, "recipe": {"epochs": 4, "filters": [2, 3]}}


@pytest.fixture
def stack(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(b"abc")
    return path


def test_fingerprint_depends_on_every_param_and_on_the_content_of_every_input(stack, tmp_path):
    other = tmp_path / "b.npy"
    other.write_bytes(b"abd")
    variants = [
        (BASE, {"noisy": stack}),
        (BASE | {"seed": 8}, {"noisy": stack}),
        (BASE | {"code": "1"}, {"noisy": stack}),
        (BASE | {"recipe": {"epochs": 4, "filters": [3, 2]}}, {"noisy": stack}),
        (BASE, {"noisy": other}),
        (BASE, {"target": stack}),
        (BASE, {"noisy": stack, "target": other}),
        (BASE, {"noisy": other, "target": stack}),
    ]
    assert len({fingerprint(*variant) for variant in variants}) == len(variants)


def test_fingerprint_depends_on_neither_order_nor_place_nor_time(stack, tmp_path):
    moved = tmp_path / "elsewhere.npy"
    moved.write_bytes(stack.read_bytes())
    turned = {"recipe": {"filters": [2, 3], "epochs": 4}, "seed": 7}
    assert fingerprint(BASE, {"noisy": stack}) == fingerprint(turned, {"noisy": str(moved)})
