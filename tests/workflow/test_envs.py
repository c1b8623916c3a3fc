"""The environments of the rules against what their scripts import and what the lock installs."""

import re
import sys
import tomllib
from itertools import chain

import pytest
import yaml
from clones import ROOT
from packaging.requirements import Requirement
from rattler import MatchSpec
from rules import RULES

from temdenoise.run import code

SCRIPTS = ROOT / "workflow/scripts"
FILES = {path.stem: path for path in (ROOT / "envs").glob("*.yaml")}
ENVS = {name: yaml.safe_load(path.read_text()) for name, path in FILES.items()}
TENSORFLOW = {"tensorflow-cpu", "tensorflow-gpu"}
# PyPI's name, where that of a module or of conda-forge differs.
OF_MODULE = {"rsciio": "rosettasciio", "skimage": "scikit-image"}
OF_CONDA = {
    **{"dask-core": "dask", "matplotlib-base": "matplotlib"},
    **dict.fromkeys(TENSORFLOW, "tensorflow"),
}
PYTHON = "3.11"


def locked():
    """Return the version of each package that `make` installs under the Python of the envs."""
    lines = (ROOT / "envs/requirements.txt").read_text().splitlines()
    markers = {"python_version": PYTHON, "python_full_version": f"{PYTHON}.0"}
    found = [r for r in map(Requirement, lines) if not r.marker or r.marker.evaluate(markers)]
    return {requirement.name: str(requirement.specifier) for requirement in found}


def named(env):
    """Return the packages of `env` by the names of PyPI."""
    specs = [MatchSpec(text, strict=True) for text in ENVS[env]["dependencies"]]
    names = [OF_CONDA.get(spec.name.normalized, spec.name.normalized) for spec in specs]
    return dict(zip(names, map(str, (spec.version for spec in specs)), strict=True))


def imported(rule):
    """Return the packages that the rule's script imports, by the names of PyPI."""
    files = code.sources(SCRIPTS / f"{rule}.py")
    modules = {name.partition(".")[0] for path in files for name in code.imports(path)}
    foreign = modules - set(sys.stdlib_module_names) - {"", "temdenoise"}
    return {OF_MODULE.get(name, name) for name in foreign}


def envs_of(rule):
    """Return the environments that the rule has under one config or another."""
    (where,) = re.findall(r"^ +conda:\n +(.+)$", RULES[rule], re.MULTILINE)
    if where.startswith("tensorflow_env"):
        return {"tensorflow-cpu"} if where == "tensorflow_env(0)" else TENSORFLOW
    return set(re.findall(r'^"../../envs/(.+).yaml"$', where))


@pytest.mark.parametrize("env", ENVS)
def test_an_environment_is_pinned_to_what_the_tests_run_with_from_public_channels(env):
    versions = {"python": f"=={PYTHON}", **locked()}
    assert named(env) == {name: f"{versions[name][2:]}.*" for name in named(env)}
    more = ["bioconda"] if env == "workflow" else []  # Snakemake is not on conda-forge
    assert ENVS[env]["channels"] == ["conda-forge", *more, "nodefaults"]


def test_all_that_a_script_imports_is_in_the_environment_of_its_rule():
    packages = {env: set(named(env)) for env in ENVS}
    missing = {
        (rule, env): imported(rule) - packages[env] for rule in RULES for env in envs_of(rule)
    }
    assert {key: names for key, names in missing.items() if names} == {}


def stack(rule):
    """Return the environments that suit what the rule imports."""
    if rule == "dft_openmx":
        return {"openmx"}
    if "gpaw" in imported(rule):
        return {"gpaw"}
    if {"tensorflow", "keras"} & imported(rule):
        return TENSORFLOW if " gpu=" in RULES[rule] else {"tensorflow-cpu"}
    return {"images"}


def test_a_rule_has_the_environment_of_its_stack():
    assert {rule: envs_of(rule) for rule in RULES} == {rule: stack(rule) for rule in RULES}


def test_every_environment_is_of_some_rule_or_of_the_workflow():
    assert {"workflow"}.union(*map(envs_of, RULES)) == set(ENVS)


def test_the_lock_holds_versions_of_what_is_asked_for_and_no_address():
    lines = (ROOT / "envs/requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .+)?", line) for line in lines)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in map(Requirement, chain(*asked)):
        assert locked()[requirement.name.lower()][2:] in requirement.specifier


def test_the_bare_package_has_what_the_command_imports():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bare = {Requirement(text).name for text in project["dependencies"]}
    # The command does what these two rules do; Keras comes with TensorFlow.
    assert (imported("denoise_micrograph") | imported("draw_overview")) - {"keras"} == bare


def test_no_file_of_the_environments_names_a_host():
    assert [path for path in (ROOT / "envs").iterdir() if "://" in path.read_text()] == []
