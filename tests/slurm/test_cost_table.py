import time

import double
import pytest

from temdenoise.run import accounting, costs, proposals

pytestmark = pytest.mark.slow


def test_what_was_too_little_is_told_with_what_is_enough(own_clone, run):
    began = time.time()
    double.data_files(own_clone)
    config = double.options(own_clone, "--eat 2500")
    started = run(*config, "--", f"{double.RESULTS}/dft/train-1/density.cube")
    assert started.wait() == 0, started.said
    attempts = accounting.attempts(accounting.ask(began), own_clone.folder, double.RESULTS)
    assert attempts["ending"].tolist() == ["OUT_OF_MEMORY", "COMPLETED"]
    assert (attempts["wait_s"] >= 0).all()
    benchmarks = costs.read_benchmarks(own_clone.folder / double.RESULTS / "benchmarks")
    row = costs.table(benchmarks, attempts).set_index("rule").loc["dft_openmx"]
    assert row["failed"] == "1 OUT_OF_MEMORY"
    assert 2500 < row["memory_mb"] < row["mem_mb"]
    assert f"mem_mb={proposals.memory(row['memory_mb'])}" in row["next_time"]
