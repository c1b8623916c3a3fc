"""How does an earlier result survive a later failure?"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

SUFFIX = ".earlier"


def remember(paths: Iterable[str | os.PathLike[str]]) -> None:
    """Keep the files at `paths` by hidden hard links, which cost no room while they are there.

    On a file system without hard links nothing is kept.
    """
    for path in map(Path, paths):
        _hidden(path).unlink(missing_ok=True)
        with suppress(OSError):
            os.link(path, _hidden(path))


def bring_back(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Move what was remembered of the files at `paths` to <name>.earlier; return what is there."""
    visible = {path: path.with_name(path.name + SUFFIX) for path in map(Path, paths)}
    for path, target in visible.items():
        if _hidden(path).exists():
            _hidden(path).replace(target)
    return [target for target in visible.values() if target.exists()]


def _hidden(path: Path) -> Path:
    return path.with_name(f".{path.name}{SUFFIX}")
