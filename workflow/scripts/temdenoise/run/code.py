"""Has the code that a rule runs changed? One fingerprint of it, blind to comments."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any


def fingerprint(script: Path) -> str:
    """Return 16 hexadecimal digits that stand for the code of `script` and of all it imports.

    Comments, docstrings, formatting and times of files do not count, nor do the folder of the
    clone and the version of Python.
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
    """Yield the dotted name of all that a source file imports, anywhere in it.

    ``from a import b`` is "a.b", be b a module or not; leading dots stand for a relative import.
    """
    for node in ast.walk(_tree(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (f"{node.module}." if node.module else "")
            yield from (start + alias.name for alias in node.names)


def _files(name: str, importer: Path, top: Path) -> Iterator[Path]:
    """Yield the files that an import runs: of each package on the way, and of the module."""
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
    """Return a syntax tree as lists; not by `ast.dump`, which each version of Python does anew."""
    if isinstance(node, list):
        return [_plain(item) for item in node if not _idle(item)]
    if isinstance(node, ast.AST):
        fields = [field for field in ast.iter_fields(node) if field[1] not in (None, [])]
        return [type(node).__name__, *((name, _plain(value)) for name, value in fields)]
    return node


def _idle(node: Any) -> bool:
    """Tell whether a statement does nothing, as docstrings do."""
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return constant or isinstance(node, ast.Pass)
