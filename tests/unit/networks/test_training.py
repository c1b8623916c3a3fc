import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.errors import StorageError
from temdenoise.networks import training
from temdenoise.networks.checkpoints import Checkpoints
from temdenoise.networks.patches import PatchStack, shuffled

pytestmark = pytest.mark.usefixtures("one_thread")

EPOCHS = 3
RECIPE = {
    **{"filters": [2, 3], "batch_size": 4, "epochs": EPOCHS},
    **{"precision": "float32", "learning_rate": 0.01, "decay": "none"},
}
NUMBERS = (np.arange(18), np.arange(18, 24))


def patch_stack():
    noisy = np.random.default_rng(1).random((4, 16, 24), dtype=np.float32)
    return PatchStack(noisy, (noisy[:2] > 0.5) * 0.5, np.array([0, 1, 0, 1]), 8)


class Forgetful(Checkpoints):
    def save(self, state, rows):
        pass


FORGETFUL = Forgetful("nowhere", "none")


def train(checkpoints=FORGETFUL, log=None, epochs=EPOCHS, seed=7, model="G"):
    lines = []
    network, history = training.train(
        patch_stack(),
        NUMBERS,
        RECIPE | {"epochs": epochs},
        model=model,
        seed=seed,
        checkpoints=checkpoints,
        log=log or lines.append,
    )
    return network, history, lines


class Interrupted(Exception):
    pass


def interrupt_after(epoch):
    def log(line):
        if line.startswith(f"epoch {epoch}/"):
            raise Interrupted

    return log


class Recorder:
    """Stands for a patch stack; keeps the numbers of the patches it was asked for."""

    def __init__(self):
        self.batches = []

    def pairs(self, numbers):
        self.batches.append(numbers.tolist())
        return (np.zeros((len(numbers), 4, 4, 1), dtype=np.float32),) * 2


@pytest.fixture(scope="module")
def trained():
    return train()


@pytest.fixture
def checkpoints(tmp_path):
    return Checkpoints(tmp_path / "checkpoints", "abc")


@pytest.fixture(scope="module")
def dropout():
    """Train a network that draws random numbers; return its weights."""

    def network(filters, precision="float32"):
        image = keras.Input((None, None, 1))
        features = keras.layers.Dropout(0.3, seed=1)(image)
        return keras.Model(image, keras.layers.Conv2D(1, 3, padding="same")(features))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "unet", network)
        patch.setattr(training, "fast_unet", network)
        yield weights(train()[0])


def weights(network):
    return np.concatenate([values.ravel() for values in network.get_weights()])


@given(st.integers(1, 30), st.integers(1, 9))
def test_batches_give_each_patch_once_and_in_order(count, batch_size):
    stack = Recorder()
    numbers = np.random.default_rng(1).permutation(count)
    batches = training.Batches(stack, lambda _: numbers, batch_size)
    for index in range(len(batches)):
        batches[index]
    assert list(chain(*stack.batches)) == numbers.tolist()
    assert {len(batch) for batch in stack.batches[:-1]} <= {batch_size}
    assert len(stack.batches[-1]) <= batch_size


def test_keras_reads_the_epochs_from_0_each_in_its_own_order():
    stack = Recorder()
    network = keras.Sequential([keras.layers.Conv2D(1, 1)])
    network.compile("sgd", "mean_absolute_error")
    orders = [shuffled(np.arange(7), 7, "G", epoch).tolist() for epoch in range(3)]
    batches = training.Batches(stack, lambda epoch: np.array(orders[epoch]), 3)
    network.fit(batches, epochs=3, shuffle=False, verbose=0)
    peeked = len(stack.batches) - 3 * 3
    assert peeked >= 0
    assert list(chain(*stack.batches[peeked:])) == list(chain(*orders))


def test_training_lowers_the_loss(trained):
    _, history, _ = trained
    assert history["loss"].iloc[-1] < 0.9 * history["loss"].iloc[0]


def test_history_has_a_row_an_epoch(trained):
    _, history, _ = trained
    assert history.columns.tolist() == ["epoch", "loss", "val_loss", "seconds"]
    assert history["epoch"].tolist() == [1, 2, 3]
    assert (history["seconds"] >= 0).all()


def test_validation_loss_is_the_mean_absolute_error_of_the_validation_patches(trained):
    network, history, _ = trained
    noisy, target = patch_stack().pairs(NUMBERS[1])
    expected = np.abs(network(noisy) - target).mean()
    assert history["val_loss"].iloc[-1] == pytest.approx(expected, rel=1e-4)


def test_log_has_a_line_an_epoch_with_the_time_left(trained):
    _, history, lines = trained
    assert len(lines) == 3
    assert lines[0].startswith(f"epoch 1/3: loss {history['loss'][0]:.5f}, validation ")
    assert lines[-1].endswith("about 0 min left")


def test_training_interrupted_after_an_epoch_is_the_same_bit_for_bit(trained, checkpoints):
    network, history, _ = trained
    with pytest.raises(Interrupted):
        train(checkpoints, interrupt_after(1))
    for done in (1, EPOCHS):  # the second time only the result was lost
        again, rows, lines = train(checkpoints)
        assert lines[0] == f"resumed after epoch {done} of {EPOCHS}"
        np.testing.assert_array_equal(weights(again), weights(network))
        pd.testing.assert_frame_equal(rows.drop(columns="seconds"), history.drop(columns="seconds"))


def test_random_state_of_layers_is_resumed(dropout, checkpoints):
    with pytest.raises(Interrupted):
        train(checkpoints, interrupt_after(1))
    np.testing.assert_array_equal(weights(train(checkpoints)[0]), dropout)


def test_a_process_that_removes_the_checkpoints_does_not_disturb_a_training(dropout, checkpoints):
    ended = threading.Event()

    def remove():
        while not ended.wait(0.001):
            checkpoints.remove()

    with ThreadPoolExecutor() as pool:
        other = pool.submit(remove)
        try:
            network, history, _ = train(checkpoints)
        finally:
            ended.set()
        other.result()
    assert len(history) == EPOCHS
    np.testing.assert_array_equal(weights(network), dropout)


def test_seed_and_model_name_change_the_network_at_its_start():
    names = [{}, {}, {"seed": 8}, {"model": "SP"}]
    starts = [weights(train(epochs=0, **name)[0]).tobytes() for name in names]
    assert starts[0] == starts[1]
    assert len(set(starts)) == 3


def test_saved_network_is_whole_or_absent(tmp_path, trained, no_room):
    training.save(tmp_path / "a.keras", trained[0])
    back = keras.saving.load_model(tmp_path / "a.keras")
    np.testing.assert_array_equal(weights(back), weights(trained[0]))
    with no_room(4096), pytest.raises(StorageError, match=r"no room on the disk for .*b\.keras"):
        training.save(tmp_path / "b.keras", trained[0])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.keras.checksum", "a.keras"]


def test_a_gpu_that_lies_idle_is_told(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert training.device(4) == "trains on 4 threads"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert "(CUDA_VISIBLE_DEVICES=1), but TensorFlow sees none" in training.device(4)
