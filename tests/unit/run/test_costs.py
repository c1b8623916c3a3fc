import math

import pandas as pd
import pytest
import yaml

from temdenoise.errors import InputError
from temdenoise.run import accounting, costs

PLAIN = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time"
EXTENDED = "\tjobid\trule_name\twildcards\tparams\tthreads\tcpu_usage\tresources\tinput_size_mb"
NONE = pd.DataFrame(columns=accounting.COLUMNS)


def plain(wall=100, memory=810, cpu=80):
    return f"{wall}\t0:01:40\t{memory}\t1\t1\t1\t0.1\t0.1\t80\t{cpu}"


def extended(wall=100, memory=810, cpu=80, threads=1, params="{}", **asked):
    asked = {"tmpdir": "/tmp", "mem_mb": 2000, "mem": "2 GB", "runtime": 10, **asked}
    return f"{plain(wall, memory, cpu)}\t3\ta\t{{}}\t{params}\t{threads}\t9\t{asked}\t{{'x': 0.1}}"


@pytest.fixture
def write(tmp_path):
    def write(rule, job, line, header=PLAIN + EXTENDED):
        path = tmp_path / rule / f"{job}.tsv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{header}\n{line}\n")
        return path

    return write


@pytest.fixture
def row(tmp_path):
    def row(attempts=NONE):
        (row,) = costs.table(costs.read_benchmarks(tmp_path), attempts).to_dict("records")
        return row

    return row


def attempt(ending="COMPLETED", wait=20, wall=120.0, cpu=100.0, cpus=1, memory=900.0, rule="a"):
    row = [rule, ending, wait, wall, cpu, cpus, memory]
    return dict(zip(accounting.COLUMNS, row, strict=True))


def test_a_rule_is_the_sum_and_the_largest_of_its_jobs(write, row):
    write("a", "1", extended())
    write("a", "2", extended(wall=300, memory=10, cpu=100, mem_mb=4000, runtime=20))
    assert row() == {
        **{"rule": "a", "jobs": 2, "failed": "", "wait_s": pytest.approx(math.nan, nan_ok=True)},
        **{"threads": 1, "cpu_s": 180, "reserved_cpu_s": 400, "busy_threads": 1},
        **{"wall_s": 400, "longest_s": 300, "runtime_min": 10, "memory_mb": 1000, "mem_mb": 2000},
        "next_time": "",
    }


def test_what_does_not_fit_is_proposed(write, row):
    write("a", "1", extended(mem_mb=9000, runtime=300, threads=4, wall=1000, cpu=500))
    assert row()["next_time"] == "mem_mb=1300 runtime=25 threads=1"


def test_a_jobs_unseen_end_may_have_been_busy(write, row):
    write("a", "1", extended(wall=40, cpu=5, threads=4))
    assert row()["busy_threads"] == pytest.approx((5 + 30 * 4) / 40, abs=0.01)
    assert "threads" not in row()["next_time"]


def test_the_most_expensive_rule_comes_first(write, tmp_path):
    write("a", "1", extended(wall=1))
    write("b", "1", extended(wall=9))
    write("c", "1", extended(wall=3))
    assert costs.table(costs.read_benchmarks(tmp_path), NONE)["rule"].tolist() == ["b", "c", "a"]


def test_benchmarks_that_do_not_say_what_was_asked_for_propose_nothing(write, row, tmp_path):
    write("a", "1", plain(wall=9999), header=PLAIN)
    assert row()["longest_s"] == 9999
    assert math.isnan(row()["mem_mb"])
    assert row()["next_time"] == ""
    page = costs.page(costs.table(costs.read_benchmarks(tmp_path), NONE))
    assert "benchmark-extended: true" in page


def test_a_job_too_short_to_be_seen_is_counted(write, row):
    write("a", "1", extended(wall=0.1, memory="NA", cpu="NA"))
    assert (row()["jobs"], row()["wall_s"]) == (1, 0.1)
    assert math.isnan(row()["memory_mb"])
    assert math.isnan(row()["cpu_s"])


def test_a_job_began_its_wall_time_before_it_was_written(write, tmp_path):
    written = write("a", "1", extended(wall=100)).stat().st_mtime
    assert costs.read_benchmarks(tmp_path)["began"].item() == pytest.approx(
        written - 100, rel=0, abs=1
    )


def test_the_ranks_of_mpi_are_known_to_slurm_only(write, row):
    write("a", "1", extended(threads=2, tasks=4, memory=10, cpu=1, wall=400, mpi="srun"))
    alone = row()
    assert math.isnan(alone["memory_mb"])
    assert alone["reserved_cpu_s"] == 2 * 4 * 400
    assert alone["next_time"] == ""
    told = row(pd.DataFrame([attempt(wall=600.0, cpu=2000.0, cpus=8, memory=5000.0)]))
    assert told["next_time"] == "mem_mb=6500 runtime=15"
    assert told["busy_threads"] == pytest.approx((2000 + 8 * 30) / 600 / 4, abs=0.01)


def test_params_of_any_length_are_read(write, row):
    write("a", "1", extended(params=[f"train-{n}" for n in range(20000)]))
    assert row()["jobs"] == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.splitlines()[0],
        lambda text: text.rpartition("\t")[0],
        lambda text: text.replace("100\t", "x\t"),
        lambda text: text.replace("'runtime'", "'runtime"),
    ],
    ids=["empty", "cut", "header only", "short", "letters", "unquoted"],
)
def test_a_damaged_benchmark_is_named_and_left_out(write, row, caplog, damage):
    write("a", "1", extended())
    bad = write("a", "2", extended())
    bad.write_text(damage(bad.read_text()))
    assert row()["jobs"] == 1
    assert f"{bad}: not a whole benchmark" in caplog.text


def test_no_benchmark_at_all_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match=r"no whole benchmark in it.*put them back.*--forceall"):
        costs.read_benchmarks(tmp_path / "benchmarks")


def test_slurm_knows_better_where_it_knows_every_job(write, row):
    write("a", "1", extended())
    killed = attempt("OUT_OF_MEMORY", wait=40, wall=30.0, cpu=20.0, memory=1500.0)
    told = row(pd.DataFrame([killed, attempt(), attempt(rule="b")]))
    assert told["failed"] == "1 OUT_OF_MEMORY"
    assert (told["jobs"], told["wait_s"]) == (1, 30)
    assert (told["wall_s"], told["longest_s"]) == (150, 120)
    assert (told["cpu_s"], told["reserved_cpu_s"]) == (120, 150)
    assert (told["memory_mb"], told["next_time"]) == (1500, "mem_mb=2000")


def test_jobs_that_slurm_does_not_know_are_not_forgotten(write, row):
    write("a", "1", extended(memory=1810))
    write("a", "2", extended())
    told = row(pd.DataFrame([attempt()]))
    assert (told["jobs"], told["wall_s"], told["cpu_s"]) == (2, 200, 160)
    assert (told["longest_s"], told["memory_mb"]) == (120, 2000)


def test_the_page_shows_used_of_asked_and_the_lines_of_the_profile(write, tmp_path):
    write("a", "1", extended(mem_mb=9000))
    write("b", "1", extended())
    table = costs.table(costs.read_benchmarks(tmp_path), pd.DataFrame([attempt("TIMEOUT")]))
    page = costs.page(table)
    for shown in ("1000&nbsp;of&nbsp;9000", "0:02:00&nbsp;of&nbsp;0:10:00", "1 TIMEOUT", "0:00:20"):
        assert shown in page.replace("\N{NO-BREAK SPACE}", "&nbsp;")
    profile = page.partition("<pre>")[2].partition("</pre>")[0]
    lines = ["a:mem_mb=1300 * attempt", "a:runtime=5 * attempt"]
    assert yaml.safe_load(profile) == {"set-resources": lines}


def test_without_slurm_its_columns_are_not_shown(write, tmp_path):
    write("a", "1", extended())
    table = costs.table(costs.read_benchmarks(tmp_path), NONE)
    assert "mean wait" not in costs.readable(table)
    assert "Every request fits" in costs.page(table)
