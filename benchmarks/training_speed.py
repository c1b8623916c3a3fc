"""Patches per second of training: the workflow's, from disk, against Keras's, from memory.

    python benchmarks/training_speed.py [THREADS]

The yardstick is `fit` of the plain Keras U-Net on arrays in memory. Each way has a process of its
own and the same patches of the paper's stacks (random numbers): an epoch to warm up, one to time.
Memory is anonymous memory at the end; pages of a file that is mapped can be given up at any time.
"""

import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from temdenoise.networks.patches import PatchStack
from temdenoise.run import files

_FILTERS, _BATCH, _PATCH, _SIZE = (32, 64, 128), 32, 64, 512
_COPIES, _ORIGINALS = 16, 11  # as in the paper: 11,264 patches
_TIMED = 40 * _BATCH


def write(folder: Path, originals: int) -> None:
    """Write a noisy and a clean stack of random numbers, (N, 512, 512)."""
    rng = np.random.default_rng(1)
    for name, count in (("noisy", originals * _COPIES), ("clean", originals)):
        images = (rng.random((_SIZE, _SIZE), dtype=np.float32) for _ in range(count))
        files.write_stack(folder / f"{name}.npy", images, (count, _SIZE, _SIZE))


def stack(folder: Path) -> PatchStack:
    """Open the stacks of `folder` as the workflow does."""
    noisy, clean = (files.open_stack(folder / f"{name}.npy", ndim=3) for name in ("noisy", "clean"))
    return PatchStack(noisy, clean, np.arange(len(noisy)) // _COPIES, _PATCH)


def keras_in_memory(folder: Path, _: str, threads: int) -> Callable[[], object]:
    """Return an epoch of plain Keras on all patches in memory, of which it fits the first ones."""
    import keras
    import tensorflow as tf

    from temdenoise.networks.unet import unet

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    patches = stack(folder)
    x, y = patches.pairs(np.arange(len(patches)))
    network = unet(_FILTERS)
    network.compile(keras.optimizers.Adam(0.001), "mean_absolute_error")
    return lambda: network.fit(x[:_TIMED], y[:_TIMED], batch_size=_BATCH, shuffle=True, verbose=0)


def workflow(folder: Path, precision: str, threads: int) -> Callable[[], object]:
    """Return an epoch of the workflow's training on patches anywhere in the stacks on disk."""
    import keras

    from temdenoise.networks.training import Batches, use_threads
    from temdenoise.networks.unet import fast_unet

    use_threads(threads)
    patches = stack(folder)
    numbers = np.random.default_rng(2).choice(len(patches), _TIMED, replace=False)
    network = fast_unet(_FILTERS, precision)
    network.compile(keras.optimizers.Adam(0.001), "mean_absolute_error")
    return lambda: network.fit(
        Batches(patches, lambda _: numbers, _BATCH), shuffle=False, verbose=0
    )


def measure(
    way: Callable[[Path, str, int], Callable[[], object]],
    folder: Path,
    precision: str,
    threads: int,
) -> tuple[float, float]:
    """Return patches per second and anonymous memory [MB] of one way to train."""
    epoch = way(folder, precision, threads)
    epoch()
    start = time.perf_counter()
    epoch()
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (memory,) = (line.split()[1] for line in status.splitlines() if line.startswith("RssAnon"))
    return _TIMED / seconds, int(memory) / 1e3


def main(threads: str = "1") -> None:
    """Print the table."""
    ways = [
        ("Keras fit, arrays in memory", keras_in_memory, "float32", 1),
        ("workflow, float32", workflow, "float32", 1),
        ("workflow, mixed_bfloat16", workflow, "mixed_bfloat16", 1),
        ("workflow, mixed_bfloat16, four times the patches", workflow, "mixed_bfloat16", 4),
    ]
    yardstick = 0.0
    print("| training | patches/s | relative to Keras | MB |\n|---|---|---|---|")
    for name, way, precision, factor in ways:
        with TemporaryDirectory() as folder, get_context("spawn").Pool(1) as pool:
            write(Path(folder), factor * _ORIGINALS)
            speed, memory = pool.apply(measure, (way, Path(folder), precision, int(threads)))
        yardstick = yardstick or speed
        print(f"| {name} | {speed:.1f} | {speed / yardstick:.2f} | {memory:.0f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
