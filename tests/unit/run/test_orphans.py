from pathlib import Path

import pytest

from temdenoise.run import orphans

RUN = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
SCRIPT = "python -m snakemake --wait-for-files '.snakemake/tmp' 'results/{run}/images/test.npy'"


def row(number="7", name=f"temdenoise_{RUN}", comment="rule_a_wildcards_b", folder="."):
    return f"{number}|{name}|{comment}|{Path(folder).resolve()}"


@pytest.mark.parametrize("name", [RUN, f"temdenoise_{RUN}", f"my-own_prefix_{RUN}"])
def test_a_job_is_known_by_its_name_and_folder(name, tmp_path):
    queue = "\n".join(
        [row("1", name, folder=tmp_path), row("2", name, folder=tmp_path / "other"), row("3", "sh")]
    )
    assert orphans.of_folder(queue, tmp_path) == [("1", "rule_a_wildcards_b")]


def test_a_folder_may_have_any_name(tmp_path):
    folder = tmp_path / "a|b c"
    assert orphans.of_folder(row(folder=folder), folder)


def test_an_empty_queue_has_no_jobs(tmp_path):
    assert orphans.of_folder("", tmp_path) == []


def test_other_runs_of_the_folder_are_left_alone():
    assert orphans.writes_to("results/demo", SCRIPT.format(run="demo"))
    assert not orphans.writes_to("results/demo", SCRIPT.format(run="demo2"))
    assert not orphans.writes_to("results/demo2", SCRIPT.format(run="demo"))


def test_a_job_that_cannot_be_told_may_be_of_any_run():
    assert orphans.writes_to("results/demo", "")


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """Commands in the place of SLURM's that print what the test says."""

    def commands(**printed):
        for name, text in printed.items():
            (tmp_path / f"{name}.txt").write_text(text)
            command = tmp_path / name
            command.write_text(f"#!/bin/sh\ncat {tmp_path / name}.txt\n")
            command.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    return commands


def test_jobs_left_behind_are_named_with_the_way_out(slurm):
    slurm(squeue=row("11") + "\n" + row("12"), scontrol=SCRIPT.format(run="demo"))
    with pytest.raises(orphans.InputError, match=r"2 job\(s\)(?s:.*)scancel 11 12"):
        orphans.refuse(Path.cwd(), "results/demo")
    orphans.refuse(Path.cwd(), "results/paper")


def test_without_slurm_there_are_none(monkeypatch):
    monkeypatch.setenv("PATH", "")
    orphans.refuse(Path.cwd(), "results/demo")
