import pytest
import yaml
from clones import ROOT

PROFILES = ROOT / "profiles"


def keys(profile):
    return set(yaml.safe_load((PROFILES / profile / "config.yaml").read_text()))


@pytest.mark.parametrize("profile", ["slurm", "local"])
def test_the_default_profile_overrides_nothing(profile):
    # Its keys would win over those of --profile.
    assert not keys("default") & keys(profile)


def test_every_line_of_the_slurm_profile_is_explained():
    lines = (PROFILES / "slurm/config.yaml").read_text().splitlines()
    explained = set()
    for above, line in zip(["", *lines], lines, strict=False):
        key = line.partition(":")[0]
        if key in keys("slurm") and above:
            explained.add(key)
    assert explained == keys("slurm")


def test_no_rule_names_a_partition():
    for path in (ROOT / "workflow/rules").glob("*.smk"):
        assert "partition" not in path.read_text().replace("rpartition", "")


def test_the_root_has_a_link_to_the_slurm_profile():
    link = ROOT / "slurm"
    assert link.is_symlink()
    assert link.resolve() == (PROFILES / "slurm").resolve()


def test_the_partition_file_lies_beside_the_profile():
    # Snakemake looks for it there first, and so it is found from any folder.
    profile = yaml.safe_load((PROFILES / "slurm/config.yaml").read_text())
    partitions = yaml.safe_load(
        (PROFILES / "slurm" / profile["slurm-partition-config"]).read_text()
    )
    assert "partitions" in partitions
