"""A fit that streams its patches from disk: memory does not grow with their number."""

import itertools
import math
import os
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from temdenoise import seeds
from temdenoise.files import atomic
from temdenoise.network import unet
from temdenoise.patches import PatchStack, shuffled


class Batches(keras.utils.PyDataset):
    """Batches of patch pairs in an order that `order` gives for each epoch (from 0)."""

    def __init__(
        self, stack: PatchStack, order: Callable[[int], np.ndarray], batch_size: int
    ) -> None:
        super().__init__()
        self._stack, self._order, self._batch_size = stack, order, batch_size
        self._epochs, self._numbers = itertools.count(), order(0)

    def __len__(self) -> int:
        return math.ceil(len(self._numbers) / self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        start = index * self._batch_size
        return self._stack.pairs(self._numbers[start : start + self._batch_size])

    def on_epoch_begin(self) -> None:
        """Take the order of this epoch; Keras calls `on_epoch_end` before the first one, too."""
        self._numbers = self._order(next(self._epochs))


class Progress(keras.callbacks.Callback):
    """One line in the log and one row of `rows` for each epoch."""

    def __init__(self, epochs: int, log: Callable[[str], None]) -> None:
        super().__init__()
        self.rows: list[dict[str, float]] = []
        self._epochs, self._log, self._start = epochs, log, 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Start the clock."""
        self._start = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the losses and the seconds of the epoch."""
        seconds = round(time.monotonic() - self._start, 2)
        row = {"epoch": epoch + 1, **(logs or {}), "seconds": seconds}
        self.rows.append(row)
        left = seconds * (self._epochs - epoch - 1) / 60
        self._log(
            f"epoch {epoch + 1}/{self._epochs}: loss {row['loss']:.5f}, "
            f"validation {row['val_loss']:.5f}, {seconds:.0f} s, about {left:.0f} min left"
        )


def use_threads(threads: int) -> None:
    """Keep TensorFlow to `threads` cores and to operations that give the same bits each time."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def train(
    stack: PatchStack,
    numbers: tuple[np.ndarray, np.ndarray],
    recipe: dict[str, Any],
    *,
    model: str,
    seed: int,
    log: Callable[[str], None],
) -> tuple[keras.Model, pd.DataFrame]:
    """Fit the U-Net of `recipe` to the training `numbers` of `stack`, validate on the others.

    `recipe` has filters, batch_size, learning_rate and epochs. Returns the model and its
    history: epoch, loss, val_loss (mean absolute errors), seconds.
    """
    training, validation = numbers
    keras.utils.set_random_seed(seeds.integer(seed, "weights", model))
    network = unet(recipe["filters"])
    network.compile(keras.optimizers.Adam(recipe["learning_rate"]), "mean_absolute_error")
    progress = Progress(recipe["epochs"], log)
    network.fit(
        Batches(stack, lambda e: shuffled(training, seed, model, e), recipe["batch_size"]),
        validation_data=Batches(stack, lambda _: validation, recipe["batch_size"]),
        epochs=recipe["epochs"],
        shuffle=False,
        callbacks=[progress],
        verbose=0,
    )
    return network, pd.DataFrame(progress.rows)


def save(path: str | os.PathLike[str], network: keras.Model) -> None:
    """Write `network` as a .keras file."""
    with atomic(path) as partial:
        network.save(partial)
