"""What an image costs the command `temdenoise`, against what TensorFlow costs to load.

    python benchmarks/denoising_speed.py [OTHER ...]

Each row is a whole process: start, TensorFlow, reading, network, atoms, writing, overview. OTHER is
another checkout's workflow/scripts, to compare with. Rounds alternate between the rows, because
other work on the machine disturbs; the least of each counts.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import tifffile

import temdenoise
from temdenoise.scenes import imaging
from temdenoise.scenes.lattices import KNOWN

_HERE = Path(temdenoise.__file__).parents[1]
_ROUNDS, _BOND, _SIGMA, _NOISE = 4, 13.0, 3.0, 0.3


def write(folder: Path, size: int) -> Path:
    """Write an image of MoS₂ with noise, `size` × `size` pixels."""
    lattice, rng = KNOWN["MoS2"], np.random.default_rng(1)
    points, species = lattice.points(size / _BOND)
    yx = points @ np.array([[0.9, -0.436], [0.436, 0.9]]) * _BOND + size / 2
    image = imaging.adf(yx, lattice.brightness[species], (size, size), _SIGMA)
    path = folder / f"{size}.tif"
    tifffile.imwrite(path, (image + _NOISE * rng.standard_normal(image.shape)).astype(np.float32))
    return path


def measure(words: list[str], scripts: Path, folder: Path) -> tuple[float, float]:
    """Return wall and CPU time [s] of a Python with `words`, and the package of `scripts`."""
    environment = {**os.environ, "PYTHONPATH": str(scripts), "TF_CPP_MIN_LOG_LEVEL": "3"}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rows(folder: Path, others: list[str]) -> dict[str, tuple[list[str], Path]]:
    """Return what is timed: words for Python and the package that they use."""
    found = {"TensorFlow alone (`import keras`)": (["-c", "import keras"], _HERE)}
    for size in (512, 1024, 2048):
        words = ["-m", "temdenoise", str(write(folder, size))]
        found[f"{size} × {size}"] = (words, _HERE)
    for other in others:
        found[f"1024 × 1024, {other}"] = (found["1024 × 1024"][0], Path(other).resolve())
    return found


def main(*others: str) -> None:
    """Print the table."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        timed = rows(folder, list(others))
        rounds = [[measure(*row, folder) for row in timed.values()] for _ in range(_ROUNDS)]
    least = np.min(rounds, axis=0)
    print("| | wall s | CPU s | CPU, relative to TensorFlow alone |\n|---|---|---|---|")
    for label, (wall, cpu) in zip(timed, least, strict=True):
        print(f"| {label} | {wall:.1f} | {cpu:.1f} | {cpu / least[0, 1]:.2f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
