"""What does a general model train on? Cuts of scenes, recorded anew each time they are seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from temdenoise import seeds
from temdenoise.networks.standard import standardised
from temdenoise.scenes import instrument

_ORIENTATIONS = 8


@dataclass(frozen=True)
class Scenes:
    """Clean images of scenes in several stacks (N, Y, X), numbered through."""

    stacks: Sequence[np.ndarray]

    def __len__(self) -> int:
        return sum(map(len, self.stacks))

    def __getitem__(self, number: int) -> np.ndarray:
        for stack in self.stacks:
            if number < len(stack):
                return np.asarray(stack[number])
            number -= len(stack)
        raise IndexError(number)


def batches(
    scenes: Scenes,
    settings: Mapping[str, Any],
    *,
    seed: int,
    model: str,
    batch_size: int,
    size: int,
    first: int,
    last: int,
    workers: int,
) -> tf.data.Dataset:
    """Return the batches of the steps `first` to `last`: records and truths (B, size, size, 1).

    A batch depends on the seed, the model and the number of its step only. The `workers` make
    batches while the network trains, and keep their order.
    """

    def batch(step: int) -> tuple[np.ndarray, np.ndarray]:
        rng = seeds.generator(seed, "scene batch", model, int(step))
        return stacked(draw(scenes, settings, size, rng) for _ in range(batch_size))

    def of_step(step: tf.Tensor) -> list[tf.Tensor]:
        pair = tf.numpy_function(batch, [step], [tf.float32, tf.float32], stateful=False)
        return [tf.ensure_shape(images, (batch_size, size, size, 1)) for images in pair]

    steps = tf.data.Dataset.range(first, last)
    made = steps.map(of_step, num_parallel_calls=workers, deterministic=True)
    return made.prefetch(2 * workers)


def stacked(pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the records and the truths of `pairs`, each (N, Y, X, 1) float32."""
    recorded, truth = zip(*pairs, strict=True)
    return np.stack(recorded)[..., None], np.stack(truth)[..., None]


def draw(
    scenes: Scenes, settings: Mapping[str, Any], size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return a record of a cut of any of `scenes` and its truth, (size, size) each; see `pair`."""
    clean = cut(scenes[int(rng.integers(len(scenes)))], size, rng)
    return pair(clean, settings, rng)


def cut(image: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Return a random square of `size` pixels of `image` (Y, X), in one of eight orientations."""
    top, left = (int(rng.integers(edge - size + 1)) for edge in image.shape)
    orientation = int(rng.integers(_ORIENTATIONS))
    turned = np.rot90(image[top : top + size, left : left + size], orientation % 4)
    return turned if orientation < 4 else turned.T


def pair(
    clean: np.ndarray, settings: Mapping[str, Any], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return a record of `clean` (Y, X), of mean 0 and deviation 1, and the truth in its units.

    Some pairs are moved off 0: in a whole image, a part is rarely as bright as the mean.
    """
    recorded, truth = instrument.record(clean, settings, rng)
    normal, mean, deviation = standardised(recorded)
    offset = np.float32(rng.normal(0, settings["offset"]) * (rng.random() < 0.5))
    wanted = ((truth - mean) / deviation).astype(np.float32)
    return normal + offset, wanted + offset
