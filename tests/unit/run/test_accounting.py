import math
from pathlib import Path

import pytest

from temdenoise.run import accounting

HERE = Path("/a/clone")
COMPLETED, KILLED = ("COMPLETED",) * 3, ("FAILED", "FAILED", "OUT_OF_MEMORY")
NOT_YET = ("RUNNING",) * 3
SECOND = {"number": 8, "ended": 200}


def submit_line(name, comment, folder, results):
    return (
        f"sbatch --parsable --job-name {name} --output {folder}/.snakemake/slurm_logs/x/%j.log "
        f"--export=ALL --comment {comment} -p main -t 38 --mem 330 -D {folder} "
        f"--wrap=python3 -m snakemake --wait-for-files '{folder}/.snakemake/tmp.x' {results} "
        "--omit 'a|b'"
    )


def job(
    comment="rule_dft_gpaw_wildcards_train-1",
    *,
    number=7,
    name="uuid-1",
    states=COMPLETED,
    ended=120,
    folder=HERE,
    results="'results/run/structures/train-1.extxyz'",
    tasks="1|1",
):
    """Return sacct's three lines on a job that waited for 20 s and ran for 23 s."""
    whole, batch, step = states
    end = "Unknown" if whole == "RUNNING" else ended
    line = submit_line(name, comment, folder, results)
    start = ended - 23
    return (
        f"{number}|{name}|{whole}|{start - 20}|{start}|{end}|23|00:10.842|4||{''}|1|{line}\n"
        f"{number}.batch|batch|{batch}|{start}|{start}|{end}|23|00:01.411|4|104857600|1|1|\n"
        f"{number}.0|python3|{step}|{start}|{start}|{end}|19|00:09.430|4|209715200|{tasks}|srun\n"
    )


def attempts(*said):
    return accounting.attempts("".join(said), HERE, "results/run")


def test_a_job_is_measured_with_all_its_steps():
    (row,) = attempts(job()).to_dict("records")
    assert row == {
        **{"rule": "dft_gpaw", "ending": "COMPLETED", "wait_s": 20, "wall_s": 23},
        **{"cpu_s": 10.842, "cpus": 4, "memory_mb": 300},
    }


def test_the_ranks_of_a_step_on_one_node_add_up():
    assert attempts(job(tasks="8|1"))["memory_mb"].item() == 100 + 8 * 200
    assert attempts(job(tasks="8|3"))["memory_mb"].item() == 100 + 3 * 200


def test_a_job_without_wildcards_has_its_rule():
    assert attempts(job("rule_tabulate_scores"))["rule"].item() == "tabulate_scores"


def test_every_attempt_counts_and_a_step_out_of_memory_is_named():
    found = attempts(job(states=KILLED), job(**SECOND))
    assert found["ending"].tolist() == ["OUT_OF_MEMORY", "COMPLETED"]


def test_who_cancelled_a_job_is_left_out():
    states = ("CANCELLED by 0", "CANCELLED", "CANCELLED")
    assert attempts(job(states=states))["ending"].item() == "CANCELLED"


def test_a_job_at_work_is_not_counted():
    assert attempts(job(states=NOT_YET)).empty
    assert len(attempts(job(), job(states=NOT_YET, **SECOND))) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"folder": HERE / "below"},
        {"folder": "/a/clone2"},
        {"results": "'results/run2/structures/train-1.extxyz'"},
    ],
)
def test_jobs_of_other_folders_and_runs_are_left_out(other):
    assert attempts(job(**other)).empty
    assert len(attempts(job(), job(**other, name="uuid-2", **SECOND))) == 1


def test_jobs_without_inputs_are_of_the_run_that_submitted_them():
    basis = {"comment": "rule_confine_basis_wildcards_C", "results": ""}
    found = attempts(job(), job(**basis, **SECOND), job(**basis, name="uuid-2", number=9))
    assert found["rule"].tolist() == ["dft_gpaw", "confine_basis"]


def test_a_job_that_was_done_again_counts_as_last_done():
    again = job(name="uuid-2", **SECOND)
    other = job("rule_dft_gpaw_wildcards_train-2", number=9, ended=150)
    assert len(attempts(again, job(states=KILLED), other)) == 2
    assert set(attempts(again, job(states=KILLED), other)["ending"]) == {"COMPLETED"}


@pytest.mark.parametrize("said", ["", "\n", "slurm_load_jobs error\n", "1|2|3\n"])
def test_words_that_are_no_table_are_no_attempts(said):
    assert attempts(said).empty
    assert list(attempts(said)) == accounting.COLUMNS


def test_memory_that_was_not_counted_is_not_known():
    said = job().replace("|104857600|", "||").replace("|209715200|", "||")
    assert math.isnan(attempts(said)["memory_mb"].item())


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("00:10.842", 10.842), ("01:00", 60), ("02:00:03", 7203), ("3-01:00:00", 3 * 86400 + 3600)],
)
def test_slurms_durations_are_seconds(duration, seconds):
    assert accounting.seconds(duration) == pytest.approx(seconds)


@pytest.mark.parametrize("duration", ["", "INVALID"])
def test_what_is_no_duration_is_not_known(duration):
    assert math.isnan(accounting.seconds(duration))


@pytest.fixture
def sacct(tmp_path, monkeypatch):
    """A command in the place of SLURM's that does what the test says."""

    def command(script):
        (tmp_path / "sacct").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "sacct").chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path))
    return command


def test_sacct_is_asked_for_the_fields_in_seconds(sacct):
    sacct('echo "$SLURM_TIME_FORMAT $*"')
    said = accounting.ask(0.0)
    assert said.startswith("%s ")
    assert ",".join(accounting.FIELDS) in said
    assert "--starttime=19" in said


@pytest.mark.parametrize(
    "script", [None, "echo 1; exit 1", "printf '\\377'"], ids=["absent", "fails", "garbled"]
)
def test_without_an_answer_there_are_benchmarks_only(sacct, script):
    if script:
        sacct(script)
    assert accounting.ask(0.0) == ""
