import re
import subprocess
import sys

import pytest
from clones import ROOT
from rules import RULES

DIRECTIVES = ["output", "log", "benchmark", "threads", "resources", "conda", "message", "script"]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("word", [*(f"{d}:" for d in DIRECTIVES), "mem_mb=", "runtime="])
def test_every_rule_says_what_it_needs(name, word):
    assert re.search(rf"^ +{word}", RULES[name], re.MULTILINE)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_its_script_and_environment(name):
    assert f'"../scripts/{name}.py"' in RULES[name]
    assert (ROOT / f"workflow/scripts/{name}.py").is_file()
    for env in re.findall(r'"../../envs/(.+?)"', RULES[name]):
        assert (ROOT / "envs" / env).is_file()


@pytest.mark.parametrize("name", RULES)
def test_the_code_of_every_rule_is_its_param(name):
    assert f'code=code_of("{name}")' in RULES[name]


def test_every_script_belongs_to_a_rule():
    assert {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")} == set(RULES)


def test_the_package_never_mentions_snakemake():
    for path in (ROOT / "workflow/scripts/temdenoise").rglob("*.py"):
        assert "import snakemake" not in path.read_text()
        assert "snakemake." not in path.read_text()


def test_the_rule_graph_in_the_readme_is_current():
    command = [sys.executable, "docs/rulegraph.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
