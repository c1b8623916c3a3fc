from pathlib import Path

import pytest

from temdenoise.run import orphans

RUN = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
NAME = f"temdenoise_{RUN}"
SCRIPT = "python -m snakemake --wait-for-files '.snakemake/tmp' 'results/{run}/images/test.npy'"


def row(number="7", name=NAME, folder="."):
    return f"{number}|{name}|rule_a_wildcards_b|{Path(folder).resolve()}\n"


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


def is_refused(folder, results="results/demo"):
    try:
        orphans.refuse(folder, results)
    except orphans.InputError:
        return True
    return False


def test_jobs_left_behind_are_named_with_the_way_out(slurm):
    slurm(squeue=row("11") + row("12"), scontrol=SCRIPT.format(run="demo"))
    with pytest.raises(orphans.InputError, match=r"2 job\(s\)(?s:.*)scancel 11 12"):
        orphans.refuse(Path.cwd(), "results/demo")


@pytest.mark.parametrize(
    ("name", "refused"), [(RUN, True), (f"my-own_prefix_{RUN}", True), ("sh", False)]
)
def test_a_job_is_known_by_its_name_and_folder(slurm, tmp_path, name, refused):
    folder = tmp_path / "a|b c"
    slurm(squeue=row(name=name, folder=folder), scontrol=SCRIPT.format(run="demo"))
    assert is_refused(folder) == refused
    assert not is_refused(tmp_path)


@pytest.mark.parametrize("run", ["demo2", "dem", "paper"])
def test_other_runs_of_the_folder_are_left_alone(slurm, run):
    slurm(squeue=row(), scontrol=SCRIPT.format(run=run))
    assert not is_refused(Path.cwd())


def test_a_job_that_names_no_results_may_be_of_any_run(slurm):
    slurm(squeue=row(), scontrol="")
    assert is_refused(Path.cwd())


def test_without_jobs_or_without_slurm_there_are_none(slurm, monkeypatch):
    slurm(squeue="")
    assert not is_refused(Path.cwd())
    monkeypatch.setenv("PATH", "")
    assert not is_refused(Path.cwd())
