"""What does a general model train on? Cuts of scenes, recorded anew each time they are seen."""

import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from temdenoise import seeds
from temdenoise.networks.standard import standardised
from temdenoise.scenes import instrument

Batch = tuple[np.ndarray, np.ndarray]

_ORIENTATIONS = 8
_WATCH = 1.0  # seconds
_AHEAD = 4  # batches for each worker: that one waits for a slow batch holds nothing up


@dataclass(frozen=True)
class Scenes:
    """Clean images of scenes in several stacks (N, Y, X), numbered through.

    Another process gets the paths of memory-mapped stacks, not their pixels.
    """

    stacks: Sequence[np.ndarray]

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to make the same scenes elsewhere."""
        return _opened, ([_path(stack) for stack in self.stacks],)

    def __len__(self) -> int:
        return sum(map(len, self.stacks))

    def __getitem__(self, number: int) -> np.ndarray:
        for stack in self.stacks:
            if number < len(stack):
                return np.asarray(stack[number])
            number -= len(stack)
        raise IndexError(number)


def processes(count: int) -> Executor:
    """Return `count` processes for `batches`, forked now.

    TensorFlow must not have been imported: a fork loses its threads. Threads instead of processes
    would share one interpreter, and a GPU would wait for it. They end with their parent.
    """
    context = multiprocessing.get_context("fork")
    executor = ProcessPoolExecutor(count, context, initializer=_end_with, initargs=(os.getpid(),))
    executor.submit(int).result()
    return executor


def _end_with(parent: int) -> None:
    """End this process when its `parent` is gone, also if that was killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def batches(
    scenes: Scenes,
    settings: Mapping[str, Any],
    executor: Executor,
    *,
    seed: int,
    model: str,
    batch_size: int,
    size: int,
    first: int,
    last: int,
    workers: int,
) -> Iterator[Batch]:
    """Yield the batches of the steps `first` to `last`: records and truths (B, size, size, 1).

    A batch depends on the seed, the model and the number of its step only. The `workers` of the
    `executor` make batches while the network trains; the batches keep their order.
    """
    make = partial(_batch, scenes, settings, seed, model, batch_size, size)
    waiting: deque[Future[Batch]] = deque()
    for step in range(first, last):
        waiting.append(executor.submit(make, step))
        if len(waiting) > _AHEAD * workers:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _batch(
    scenes: Scenes,
    settings: Mapping[str, Any],
    seed: int,
    model: str,
    batch_size: int,
    size: int,
    step: int,
) -> Batch:
    rng = seeds.generator(seed, "scene batch", model, step)
    return stacked(draw(scenes, settings, size, rng) for _ in range(batch_size))


def _path(stack: np.ndarray) -> Any:
    return stack.filename if isinstance(stack, np.memmap) else stack


def _opened(stacks: Sequence[Any]) -> Scenes:
    return Scenes(
        [one if isinstance(one, np.ndarray) else np.load(one, mmap_mode="r") for one in stacks]
    )


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
