import math

import pytest

from temdenoise.errors import InputError
from temdenoise.run import costs

PLAIN = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time"
EXTENDED = "\tjobid\trule_name\twildcards\tparams\tthreads\tcpu_usage\tresources\tinput_size_mb"


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
def table(tmp_path):
    return lambda: costs.table(costs.read_benchmarks(tmp_path))


@pytest.fixture
def row(table):
    def row():
        (row,) = table().to_dict("records")
        return row

    return row


def test_a_rule_is_the_sum_and_the_largest_of_its_jobs(write, row):
    write("a", "1", extended(threads=2))
    write("a", "2", extended(wall=300, memory=10, cpu=100, threads=2, mem_mb=4000, runtime=20))
    assert row() == {
        **{"rule": "a", "jobs": 2, "wall_s": 400, "cpu_s": 180, "reserved_cpu_s": 800},
        **{"longest_s": 300, "memory_mb": 1000, "threads": 2, "runtime_min": 10, "mem_mb": 2000},
        "next_time": "",
    }


def test_the_longest_rule_comes_first(write, table):
    for rule, wall in {"a": 1, "b": 9, "c": 3}.items():
        write(rule, "1", extended(wall=wall))
    assert table()["rule"].tolist() == ["b", "c", "a"]


@pytest.mark.parametrize("used", [0.1, 229, 231, 12345.6])
@pytest.mark.parametrize("asked", [1, 300, 10**6])
def test_what_is_asked_for_next_covers_the_use_and_then_fits(write, row, used, asked):
    write("a", "1", extended(memory=used - 190, mem_mb=asked, wall=60 * used, runtime=asked))
    once = dict(pair.split("=") for pair in row()["next_time"].split())
    after = {"mem_mb": asked, "runtime": asked} | {name: int(value) for name, value in once.items()}
    assert min(after.values()) >= 1.2 * used
    write("a", "1", extended(memory=used - 190, wall=60 * used, **after))
    assert row()["next_time"] == ""


def test_a_job_too_short_to_be_measured_is_counted(write, row):
    write("a", "1", extended(wall=0.1, memory="NA", cpu="NA"))
    assert (row()["jobs"], row()["wall_s"]) == (1, 0.1)
    assert math.isnan(row()["memory_mb"])
    assert math.isnan(row()["cpu_s"])


def test_a_job_began_its_wall_time_before_its_benchmark_was_written(write, tmp_path):
    written = write("a", "1", extended(wall=100)).stat().st_mtime
    began = costs.read_benchmarks(tmp_path)["began"].item()
    assert began == pytest.approx(written - 100, rel=0, abs=1)


def test_what_mpi_ranks_use_is_unknown(write, row):
    write("a", "1", extended(threads=2, tasks=4, memory=10, cpu=1, wall=400, mpi="srun"))
    assert math.isnan(row()["memory_mb"])
    assert math.isnan(row()["cpu_s"])
    assert (row()["reserved_cpu_s"], row()["next_time"]) == (2 * 4 * 400, "")


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


def test_the_page_shows_used_of_asked(write, table):
    write("a", "1", extended(mem_mb=9000))
    page = costs.page(table()).replace("\N{NO-BREAK SPACE}", " ")
    for shown in ("0:01:20 of 0:01:40", "0:01:40 of 0:10:00", "1000 of 9000", "mem_mb=1300"):
        assert f"<td>{shown}</td>" in page
    assert costs.CAPTION in page


def test_unknown_requests_are_dashes_and_the_page_says_how_to_know_them(write, table):
    write("a", "1", plain(wall=9999), header=PLAIN)
    assert table()["next_time"].item() == ""
    page = costs.page(table()).replace("\N{NO-BREAK SPACE}", " ")
    assert "1000 of –" in page
    assert "benchmark-extended: true" in page
