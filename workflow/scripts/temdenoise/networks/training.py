"""How is a network fitted? It streams patches from disk and resumes where it stopped."""

import functools
import itertools
import math
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from temdenoise import seeds
from temdenoise.networks.checkpoints import Checkpoints, Row
from temdenoise.networks.patches import PatchStack, shuffled
from temdenoise.networks.unet import fast_unet, unet
from temdenoise.run.files import atomic

# Their versions may differ in the order of a network's and an optimizer's variables.
VERSIONS = {"keras": keras.__version__, "tensorflow": tf.__version__}

Measure = Callable[[keras.Model], dict[str, float]]


class Batches(keras.utils.PyDataset):
    """Batches of patch pairs: `order(epoch)` gives the patch numbers, from epoch `first` on."""

    def __init__(
        self,
        stack: PatchStack,
        order: Callable[[int], np.ndarray],
        batch_size: int,
        first: int = 0,
    ) -> None:
        super().__init__()
        self._stack, self._order, self._batch_size = stack, order, batch_size
        self._epochs, self._numbers = itertools.count(first), order(first)

    def __len__(self) -> int:
        return math.ceil(len(self._numbers) / self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        start = index * self._batch_size
        return self._stack.pairs(self._numbers[start : start + self._batch_size])

    def on_epoch_begin(self) -> None:
        """Take the order of this epoch. Keras calls `on_epoch_end` also before the first epoch."""
        self._numbers = self._order(next(self._epochs))


class Progress(keras.callbacks.Callback):
    """After each epoch, add a row to `rows`, save a checkpoint and log a line.

    The row has also what `measure` says of the network.
    """

    def __init__(
        self,
        rows: list[Row],
        epochs: int,
        checkpoints: Checkpoints,
        log: Callable[[str], None],
        measure: Measure,
    ) -> None:
        super().__init__()
        self._rows, self._epochs, self._checkpoints = rows, epochs, checkpoints
        self._log, self._start, self._measure = log, 0.0, measure

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the clock."""
        self._start = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record losses and seconds of the epoch and save the state of the training."""
        seconds = round(time.monotonic() - self._start, 2)
        measured = self._measure(self.model)
        row = {"epoch": epoch + 1, **(logs or {}), **measured, "seconds": seconds}
        self._rows.append(row)
        state = [variable.numpy() for variable in _variables(self.model)]
        self._checkpoints.save(state, self._rows)
        left = seconds * (self._epochs - epoch - 1) / 60
        self._log(
            f"epoch {epoch + 1}/{self._epochs}: loss {row['loss']:.5f}, "
            f"validation {row['val_loss']:.5f}, {seconds:.0f} s, about {left:.0f} min left"
        )


def use_threads(threads: int) -> None:
    """Limit TensorFlow to `threads` cores and to operations that repeat bit for bit."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def device(threads: int) -> str:
    """Return what the training runs on; warn if TensorFlow cannot use the GPU of the job."""
    assigned = os.environ.get("CUDA_VISIBLE_DEVICES")
    of_slurm = f" (CUDA_VISIBLE_DEVICES={assigned})" if assigned else ""
    if gpus := tf.config.list_physical_devices("GPU"):
        return f"trains on {', '.join(gpu.name for gpu in gpus)}{of_slurm}"
    if assigned:
        return (
            f"a GPU was assigned{of_slurm}, but TensorFlow sees none: trains on {threads} threads. "
            "Run with --sdm conda for envs/tensorflow-gpu.yaml; is the driver new enough?"
        )
    return f"trains on {threads} threads"


def train(
    stack: PatchStack,
    numbers: tuple[np.ndarray, np.ndarray],
    recipe: dict[str, Any],
    *,
    model: str,
    seed: int,
    checkpoints: Checkpoints,
    log: Callable[[str], None],
) -> tuple[keras.Model, pd.DataFrame]:
    """Fit the U-Net of `recipe` to patches of `stack`; resume after the last of `checkpoints`.

    `numbers` are those of the training and of the validation patches. `recipe` has filters,
    batch_size, precision, learning_rate, decay and epochs. Return the model in float32 and its
    history: epoch, loss and val_loss (mean absolute errors), seconds [s].
    """
    training, validation = numbers
    keras.utils.set_random_seed(seeds.integer(seed, "weights", model))
    network = fast_unet(recipe["filters"], recipe["precision"])
    epochs, batch_size = recipe["epochs"], recipe["batch_size"]
    rate = learning_rate(recipe, epochs * math.ceil(len(training) / batch_size))
    network.compile(keras.optimizers.Adam(rate), "mean_absolute_error")

    def data(done: int) -> Batches:
        order = functools.partial(shuffled, training, seed, model)
        return Batches(stack, order, batch_size, done)

    rows = fit(
        network,
        data,
        epochs,
        checkpoints,
        log,
        validation_data=Batches(stack, lambda _: validation, batch_size),
    )
    trained = unet(recipe["filters"])
    trained.set_weights(network.get_weights())
    return trained, pd.DataFrame(rows)


def fit(
    network: keras.Model,
    data: Callable[[int], Any],
    epochs: int,
    checkpoints: Checkpoints,
    log: Callable[[str], None],
    *,
    measure: Measure = lambda _: {},
    **options: Any,
) -> list[Row]:
    """Fit the compiled `network` from the last of `checkpoints` on; return its history.

    `data` returns the batches of the epochs that follow so many. `measure` adds to the row of each
    epoch. The `options` are those of Keras.
    """
    rows = _resume(network, checkpoints)
    done = len(rows)
    if done:
        log(f"resumed after epoch {done} of {epochs}")
    if done < epochs:
        network.fit(
            data(done),
            initial_epoch=done,
            epochs=epochs,
            shuffle=False,
            callbacks=[Progress(rows, epochs, checkpoints, log, measure)],
            verbose=0,
            **options,
        )
    return rows


def learning_rate(recipe: Mapping[str, Any], steps: int) -> Any:
    """Return the learning rate of `recipe` over all `steps`: a number or a schedule."""
    if recipe["decay"] == "none":
        return recipe["learning_rate"]
    return keras.optimizers.schedules.CosineDecay(recipe["learning_rate"], steps)


def _resume(network: keras.Model, checkpoints: Checkpoints) -> list[Row]:
    network.optimizer.build(network.trainable_variables)
    state, rows = checkpoints.last()
    if rows:
        for variable, values in zip(_variables(network), state, strict=True):
            variable.assign(values)
    return rows


def _variables(network: keras.Model) -> list[keras.Variable]:
    # `weights` lacks the random states of layers (docs/decisions/0008).
    return [*network.variables, *network.optimizer.variables]


def save(path: str | os.PathLike[str], network: keras.Model) -> None:
    """Write `network` as a .keras file."""
    with atomic(path) as partial:
        network.save(partial)
