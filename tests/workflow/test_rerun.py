"""What a change of the code reruns, in a clone where all that the demo makes seems made."""

import json
import os
import subprocess
import time
from collections import Counter

import pytest
import yaml
from clones import DEMO, Clone
from snakemake.utils import update_config

NOISE = "temdenoise/images/noise.py"
SCRIPT = "corrupt_images.py"
LAST = {"tabulate_costs": 1, "record_provenance": 1, "all": 1}
AFTER_NOISE = Counter(
    {
        "corrupt_images": 8,
        "train_model": 4,
        "evaluate_model": 4,
        "evaluate_baselines": 4,
        "tabulate_scores": 1,
        "draw_noises": 1,
        "draw_training": 1,
        "draw_ms_ssim": 1,
        "draw_sections": 1,
        "draw_full_size": 1,
        **LAST,
    }
)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Return a clone with empty outputs that Snakemake has recorded as made."""
    clone = Clone(tmp_path_factory.mktemp("done"))
    for row in clone.plan("--summary", *DEMO).stdout.splitlines()[1:]:
        output = clone.folder / row.partition("\t")[0]
        output.parent.mkdir(parents=True, exist_ok=True)
        output.touch()
    clone.snakemake("--touch", "--forceall", "--cores", 1, *DEMO, check=True)
    return clone


@pytest.fixture
def edit(done):
    """Return a function that edits a source file until the end of the test."""
    before = {}

    def replace(name, old, new):
        path = done.folder / "workflow/scripts" / name
        text = path.read_text()
        before.setdefault(path, text)
        assert old in text
        path.write_text(text.replace(old, new, 1))
        os.utime(path, (time.time() + 60,) * 2)

    yield replace
    for path, text in before.items():
        path.write_text(text)


@pytest.mark.parametrize("profile", [(), ("--profile", "profiles/local"), ("--profile", "slurm")])
def test_a_date_a_comment_a_docstring_and_layout_rerun_nothing(done, edit, profile):
    for name in (NOISE, SCRIPT):
        for old, new in [
            ("\n", "\n# As in the paper\n"),
            ('"""', '"""Again: '),
            (" = ", " =\\\n    "),
        ]:
            edit(name, old, new)
    assert done.jobs(*DEMO, *profile) == Counter()


@pytest.mark.parametrize(
    ("name", "old", "new", "jobs"),
    [
        (NOISE, "np.clip(", "np.clip(2 * ", AFTER_NOISE),
        (SCRIPT, "ndim=3", "ndim=2 + 1", AFTER_NOISE),
        ("draw_noises.py", "ndim=3", "ndim=2 + 1", Counter(draw_noises=1, **LAST)),
    ],
    ids=["module", "script", "last script"],
)
def test_changed_code_reruns_its_rule_and_what_follows(done, edit, name, old, new, jobs):
    edit(name, old, new)
    assert done.jobs(*DEMO) == jobs


def test_a_commit_and_the_recorded_config_rerun_nothing(done):
    commit = ("-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "First", "--allow-empty")
    for command in (("init", "-q"), commit):
        subprocess.run(["git", *command], cwd=done.folder, check=True)
    config, demo = (
        yaml.safe_load((done.folder / f"config/{name}.yaml").read_text())
        for name in ("config", "demo")
    )
    update_config(config, demo)
    (done.folder / "config.json").write_text(json.dumps(config))
    assert done.jobs("--configfile", "config.json") == Counter()
