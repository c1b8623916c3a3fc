import double
import pandas as pd
import pytest

from temdenoise.run import costs

pytestmark = pytest.mark.slow


def test_the_table_and_slurms_own_report_know_a_job_that_was_given_more(own_clone, run):
    double.data_files(own_clone)
    config = double.options(own_clone, "--eat 2500")
    started = run(*config, "--", f"{double.RESULTS}/dft/train-1/density.cube")
    assert started.wait() == 0, started.said
    benchmarks = costs.read_benchmarks(own_clone.folder / double.RESULTS / "benchmarks")
    row = costs.table(benchmarks).set_index("rule").loc["dft_openmx"]
    assert 1000 < row["memory_mb"] < row["mem_mb"]
    (path,) = (own_clone.folder / "results/efficiency").glob("*.csv")
    report = pd.read_csv(path, dtype=str)
    assert report["JobID"].str.extract(r"(\d+)").nunique().item() == 2  # each attempt
    assert report["MaxRSS_MB"].astype(float).max() > 0
