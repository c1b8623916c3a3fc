"""Is every rule written like the others, and does nothing lie about that no rule uses?"""

import re
import subprocess
import sys

from clones import ROOT
from rules import RULES

SCRIPTS = ROOT / "workflow/scripts"


def test_every_rule_has_what_a_rule_needs():
    needed = {
        **{word: rf"^ +{word}:" for word in ("output", "log", "benchmark", "message")},
        "a place to run": r"^ +(localrule: True|mem_mb=.+\n(.*\n)* +runtime=)",
        "conda": r'^ +conda:\n +("../../envs/[\w-]+\.yaml"|tensorflow_env\()',
        "script": r'^ +script:\n +"../scripts/{name}\.py"',
        "code": r'^ +code=code_of\("{name}"\)',
    }
    missing = [
        (name, word)
        for name, text in RULES.items()
        for word, pattern in needed.items()
        if not re.search(pattern.replace("{name}", name), text, re.MULTILINE)
    ]
    assert not missing


def test_every_script_and_environment_belongs_to_a_rule():
    texts = [path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk")]
    named = re.findall(r"\.\./\.\./envs/([\w-]+\.yaml)", "\n".join(texts))
    tensorflow = {f"tensorflow-{kind}.yaml" for kind in ("cpu", "gpu")}
    environments = {path.name for path in (ROOT / "envs").glob("*.yaml")}
    assert {*named, *tensorflow, "workflow.yaml"} == environments
    assert {path.stem for path in SCRIPTS.glob("*.py")} == set(RULES)


def test_the_package_never_mentions_snakemake():
    sources = (SCRIPTS / "temdenoise").rglob("*.py")
    mentions = [
        path for path in sources if re.search(r"import snakemake|snakemake\.", path.read_text())
    ]
    assert not mentions


def test_the_rule_graph_in_the_readme_is_current():
    command = [sys.executable, "docs/rulegraph.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
