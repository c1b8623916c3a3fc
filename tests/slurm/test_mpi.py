import re

import double
import pytest

pytestmark = pytest.mark.slow


def test_an_mpi_rule_has_its_ranks_and_their_cores(own_clone, run):
    double.data_files(own_clone)
    openmx = double.options(own_clone, ranks=2)
    # The nodes are one machine with one /tmp, where PMIx of two nodes would meet: the step fails.
    one_node = ("--set-resources", "dft_openmx:nodes=1")
    started = run(*openmx, *one_node, "--", f"{double.RESULTS}/dft/train-1/density.cube")
    assert started.wait() == 0, started.said
    printed = own_clone.folder / double.RESULTS / "dft/train-1/openmx/attempt-1/temdenoise.std"
    assert sorted(re.findall(r"MPI rank (\d)", printed.read_text())) == ["0", "1"]
    job, *steps = started.accounts()
    assert "cpu=8" in job["ReqTRES"]
    assert "--ntasks=2 --cpus-per-task=4" in job["SubmitLine"]
    assert "2" in [step["NTasks"] for step in steps]
