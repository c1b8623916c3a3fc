"""The package is a house: a folder for each stage, and imports run down one list."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import temdenoise
from temdenoise.run import code

PACKAGE = Path(temdenoise.__file__).parent
# Each may import those behind it, and none before it.
ORDER = [
    *(
        "cli",
        "reports",
        "config",
        "micrographs",
        "density",
        "networks",
        "scenes",
        "structures",
        "images",
    ),
    *("evaluation", "run", "seeds", "errors"),
]
MODULES = sorted(PACKAGE.rglob("*.py"))
FLAT = 5


def imported():
    """Yield (module, module that it imports), both as files."""
    for path in MODULES:
        for name in code.imports(path):
            stem = PACKAGE.parent.joinpath(*name.split("."))
            for target in (stem.with_suffix(".py"), stem.parent.with_suffix(".py")):
                if target.is_file() and target != path:
                    yield path, target


def room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_imports_run_down_the_list():
    up = {
        f"{path.relative_to(PACKAGE)} imports {target.relative_to(PACKAGE)}"
        for path, target in imported()
        if not room(path).startswith("__") and ORDER.index(room(path)) > ORDER.index(room(target))
    }
    assert not up


def test_no_import_comes_back():
    below = {}
    for path, target in imported():
        below.setdefault(path, set()).add(target)
    TopologicalSorter(below).prepare()  # a circle is an error


def test_few_modules_stand_outside_a_folder():
    assert len(list(PACKAGE.glob("*.py"))) <= FLAT


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_is_short_and_says_what_question_it_answers(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 250
    first = (ast.get_docstring(ast.parse(text)) or "").splitlines()[0]
    assert "?" in first
