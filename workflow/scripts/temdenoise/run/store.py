"""How are stored maps and models put into the repository, and taken from it?"""

import os
import shutil

from temdenoise.errors import InputError
from temdenoise.run import checksums
from temdenoise.run.files import atomic


def put(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Copy `source`, a file of the run, to `target` in the store, whole or not at all.

    Raises
    ------
    DamagedError
        `source` is damaged.
    """
    checksums.verify(source)
    _copy(source, target)


def take(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Copy `source`, a file of the store, to `target` in the run, whole or not at all.

    Raises
    ------
    InputError
        `source` is damaged; no run makes it anew.
    """
    if problem := checksums.problem(source):
        raise InputError(f"{source}: damaged: {problem}; get it again, as by git checkout")
    _copy(source, target)


def _copy(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    with atomic(target) as partial:
        shutil.copyfile(source, partial)
