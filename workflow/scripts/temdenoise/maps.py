"""The density maps of a campaign: which there are, and their values one at a time."""

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from temdenoise import checksums
from temdenoise.density import DensityMap, read_map
from temdenoise.errors import InputError

_NAMED = 6  # structures in a message


def read(paths: Iterable[str | os.PathLike[str]]) -> dict[str, DensityMap]:
    """Read the maps of the structures that converged, by structure.

    Raises
    ------
    InputError
        There is none, or one is damaged.
    """
    return {name: read_map(path) for name, path in converged(paths).items()}


def converged(paths: Iterable[str | os.PathLike[str]]) -> dict[str, Path]:
    """Return by structure, which a map is named after, the `paths` of those that converged.

    Raises
    ------
    InputError
        There is none, or a map is empty that was none.
    """
    named = {Path(path).stem: Path(path) for path in paths}
    left = {name: path for name, path in named.items() if path.stat().st_size}
    for path in (path for name, path in named.items() if name not in left):
        checksums.verify(path)
    if not left:
        some = ", ".join([*islice(named, _NAMED), *(["…"] if len(named) > _NAMED else [])])
        raise InputError(
            f"none of the structures {some} converged: look at tables/dft.csv, mend "
            "the dft settings and run the workflow again"
        )
    return left


class Values(Mapping[str, np.ndarray]):
    """The values (Y, X) [e/bohr³] of the maps at `paths`, each read when it is looked up.

    All maps of a large campaign would not fit into memory.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths

    def __getitem__(self, name: str) -> np.ndarray:
        return read_map(self._paths[name]).values.astype(float)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
