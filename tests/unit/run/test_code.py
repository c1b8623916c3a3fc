import shutil
from modulefinder import ModuleFinder
from pathlib import Path

import pytest

from temdenoise.run import code

SCRIPTS = Path(code.__file__).parents[2]
MODULE = '''
"""A module."""

import math


class Wave:
    """A wave."""


def height(x: float, *, steps: int = 3) -> str:
    """Return the height at `x`."""
    if x < 0:
        pass
    return f"{math.sin(x) * 1e-3:.{steps}f}" + str({**{1: None}, "é": b"", 2.0: ...})
'''.lstrip()
PACKAGE = {
    "script.py": "from pkg import a, height\n\nwith open('log'):\n    from pkg.b import thing\n",
    "pkg/__init__.py": "height = 1",
    "pkg/a.py": "def run():\n    import pkg.sub.c\n",
    "pkg/b.py": "from . import d\nfrom .sub import e\nthing = 1",
    "pkg/d.py": "import math",
    "pkg/sub/__init__.py": "",
    "pkg/sub/c.py": "from .. import f",
    "pkg/sub/e.py": "from ..a import *",
    "pkg/f.py": "import script",
    "pkg/height/notes.py": "",
    "pkg/other.py": "import pkg.a",
    "other.py": "",
}
USED = {name for name in PACKAGE if "other" not in name and "notes" not in name}


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "script.py"


def fingerprint(folder, text):
    return code.fingerprint(write(folder, {"script.py": text}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import math", "# Why not\nimport math  # noqa"),
        ('"""A module."""\n', ""),
        ("A wave.", "Many waves."),
        ('"""A wave."""', "pass"),
        ("        pass\n", '        pass\n        "What a pass."\n'),
        ("\n", "\r\n"),
        ("(x: float, *, steps: int = 3)", "(\n    x: float,\n    *,\n    steps: int = 3,\n)"),
        ("1e-3", "0.001"),
        ('b""', "b''"),
    ],
)
def test_words_and_layout_are_not_code(tmp_path, old, new):
    assert old in MODULE
    assert fingerprint(tmp_path, MODULE) == fingerprint(tmp_path, MODULE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import math", "import math as m"),
        ("x < 0", "x <= 0"),
        ("1e-3", "2e-3"),
        ("steps: int = 3", "steps: int = 4"),
        ("2.0:", "2:"),
        ("None", "0"),
        ("None", "False"),
        ('b""', '""'),
        ('b""', "[]"),
        ("*, ", ""),
        ("{steps}f", "{steps}g"),
        ("{steps}", "3"),
        ("str(", "repr("),
        ("        pass\n", "        return\n"),
        ("class Wave:", "class Waves:"),
    ],
)
def test_all_else_is_code(tmp_path, old, new):
    assert old in MODULE
    assert fingerprint(tmp_path, MODULE) != fingerprint(tmp_path, MODULE.replace(old, new))


@pytest.mark.parametrize("name", PACKAGE)
def test_the_code_of_a_script_is_its_own_and_what_it_imports(tmp_path, name):
    script = write(tmp_path, PACKAGE)
    before = code.fingerprint(script)
    write(tmp_path, {name: PACKAGE[name] + "\nmore = 1\n"})
    assert (code.fingerprint(script) != before) == (name in USED)


def test_a_new_module_behind_an_import_is_code(tmp_path):
    script = write(tmp_path, PACKAGE)
    before = code.fingerprint(script)
    write(tmp_path, {"math.py": ""})
    assert code.fingerprint(script) != before


def test_code_that_moves_between_modules_is_other_code(tmp_path):
    files = {"script.py": "import a, b", "a.py": "x = 1", "b.py": ""}
    before = code.fingerprint(write(tmp_path, files))
    assert code.fingerprint(write(tmp_path, {"a.py": "", "b.py": "x = 1"})) != before


def test_the_fingerprint_is_the_same_in_every_folder_and_version_of_python(tmp_path):
    script = write(tmp_path / "a", {**PACKAGE, "pkg/d.py": MODULE})
    elsewhere = shutil.copytree(tmp_path / "a", tmp_path / "b") / script.name
    assert code.fingerprint(script) == code.fingerprint(elsewhere) == "40e33e7600cdcd1d"


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.py")), ids=lambda path: path.stem)
def test_pythons_own_finder_finds_the_same_modules(script):
    finder = ModuleFinder([str(SCRIPTS)])
    finder.run_script(str(script))
    found = {Path(module.__file__) for module in finder.modules.values() if module.__file__}
    assert set(code.sources(script)) == found


def test_noise_is_code_of_the_scripts_that_make_it():
    noise = SCRIPTS / "temdenoise/images/noise.py"
    users = {path.stem for path in SCRIPTS.glob("*.py") if noise in code.sources(path)}
    general = {"train_general", "calibrate_general", "evaluate_trust", "evaluate_rotated"}
    general |= {"denoise_scenes"}
    assert users == {"corrupt_images", "evaluate_atoms", *general}


def test_what_checks_the_config_or_tells_of_the_dft_is_not_code_of_the_dft():
    others = {SCRIPTS / "temdenoise/density/summaries.py"}
    others |= set((SCRIPTS / "temdenoise/config").glob("*.py"))
    for script in ("disorder_structure", "dft_openmx", "dft_gpaw"):
        assert not others & set(code.sources(SCRIPTS / f"{script}.py"))
