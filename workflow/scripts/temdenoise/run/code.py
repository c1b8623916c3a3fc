"""Has the code of a rule changed? One fingerprint, blind to comments."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any


def fingerprint(script: Path) -> str:
    """Return 16 hexadecimal digits for the code of `script` and of all that it imports.

    Comments, docstrings, formatting, dates, the folder of the clone and the version of Python do
    not count.
    """
    parts = hashlib.sha256()
    for path in sources(script):
        name = path.relative_to(script.parent).as_posix()
        parts.update(f"{name}\0{_canonical(path.read_bytes())}\0".encode())
    return parts.hexdigest()[:16]


def sources(script: Path) -> list[Path]:
    """Return `script` and the files beside and below it that it imports, directly or not."""
    found: set[Path] = set()
    ahead = {script}
    while ahead:
        path = ahead.pop()
        found.add(path)
        for name in imports(path):
            ahead.update(set(_files(name, path, script.parent)) - found)
    return sorted(found)


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted name of each import, anywhere in a source file.

    ``from a import b`` is "a.b", whether b is a module or not. Leading dots are a relative import.
    """
    for node in ast.walk(_tree(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (f"{node.module}." if node.module else "")
            yield from (start + alias.name for alias in node.names)


def _files(name: str, importer: Path, top: Path) -> Iterator[Path]:
    """Yield the files that an import runs: those of its packages and of its module."""
    parts = name.lstrip(".")
    level = len(name) - len(parts)
    folder = importer.parents[level - 1] if level else top
    stems = accumulate(parts.split("."), Path.joinpath, initial=folder)
    next(stems)
    for stem in stems:
        candidates = (stem / "__init__.py", stem.parent / f"{stem.name}.py")
        yield from filter(Path.is_file, candidates)


@cache
def _tree(source: bytes) -> ast.Module:
    return ast.parse(source)


@cache
def _canonical(source: bytes) -> str:
    return repr(_plain(_tree(source)))


def _plain(node: Any) -> Any:
    """Return a syntax tree as lists. `ast.dump` differs between versions of Python."""
    if isinstance(node, list):
        return [_plain(item) for item in node if not _idle(item)]
    if isinstance(node, ast.AST):
        fields = [field for field in ast.iter_fields(node) if field[1] not in (None, [])]
        return [type(node).__name__, *((name, _plain(value)) for name, value in fields)]
    return node


def _idle(node: Any) -> bool:
    """Tell whether a statement does nothing, like a docstring."""
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return constant or isinstance(node, ast.Pass)
