"""Reading OpenMX's cube of a 180-atom cell (106 MB): this package against ASE, in one run.

    python benchmarks/cube_reading.py

Each reader runs in a process of its own; what counts is CPU time and peak memory above that of
the imports, as ratios to `ase.io.cube.read_cube` and to the size of the file.
"""

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ase.io.cube
import numpy as np
import psutil

from temdenoise.density import cube
from temdenoise.structures import sheets

COUNTS = (224, 225, 160)
PLANES = 12


def write_like_openmx(path: Path, counts: tuple[int, int, int]) -> None:
    """Write a cube of `counts` random values in OpenMX's layout: six a line, four digits."""
    atoms = sheets.ordered_sheet("graphene", (5, 9), 2.4644, 15.0, 0.0)
    steps = atoms.cell.lengths() / counts / ase.units.Bohr
    values = np.random.default_rng(1).random((counts[0], counts[1] * counts[2] // 6, 6))
    with path.open("w") as file:
        file.write(f" SYS1\n SYS1\n{len(atoms):5d}    0.000000    0.000000    0.000000\n")
        for axis in range(3):
            vector = "".join(f"{steps[axis] * (axis == k):12.6f}" for k in range(3))
            file.write(f"{counts[axis]:5d}{vector}\n")
        for position in atoms.positions / ase.units.Bohr:
            file.write(f"{6:5d}{0:12.6f}" + "".join(f"{x:12.6f}" for x in position) + "\n")
        for slab in values:
            np.savetxt(file, slab, fmt="%13.3E", delimiter="")


def read_with_ase(path: Path) -> None:
    """Read with ASE."""
    with path.open() as file:
        ase.io.cube.read_cube(file)


def cost(reader: Callable[[Path], object], path: Path) -> tuple[float, float]:
    """Return the CPU time [s] and the additional peak memory [MB] of `reader`."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (reader, path))


def _measure(reader: Callable[[Path], object], path: Path) -> tuple[float, float]:
    before, start = _now(), time.process_time()
    reader(path)
    return time.process_time() - start, _peak() - before


def _now() -> float:
    return psutil.Process().memory_info().rss / 2**20


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print one row a reader."""
    with tempfile.TemporaryDirectory() as folder:
        whole, planes = Path(folder, "whole.cube"), Path(folder, "planes.cube")
        write_like_openmx(whole, COUNTS)
        write_like_openmx(planes, (*COUNTS[:2], PLANES))
        size = whole.stat().st_size / 2**20
        rows = {
            "ase.io.cube.read_cube": cost(read_with_ase, whole),
            "temdenoise.cube.read": cost(cube.read, whole),
            f"temdenoise.cube.read, the {PLANES} planes kept": cost(cube.read, planes),
        }
    reference = rows["ase.io.cube.read_cube"][0]
    print(f"file {size:.0f} MB")
    print("| reader | CPU s | relative to ASE | peak MB | relative to the file |")
    print("|---|---|---|---|---|")
    for name, (seconds, memory) in rows.items():
        ratios = (seconds / reference, memory / size)
        print(f"| {name} | {seconds:.2f} | {ratios[0]:.2f} | {memory:.0f} | {ratios[1]:.2f} |")


if __name__ == "__main__":
    main()
