import os

import cluster
import double
import pytest

ABSENT = "the test's own SLURM is not running: as root, bash tests/slurm/cluster.sh start"


@pytest.fixture(scope="session", autouse=True)
def slurm():
    """Skip without the test cluster; where nobody reads what was skipped, fail."""
    if not cluster.is_up():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(ABSENT)


@pytest.fixture
def run(own_clone):
    """Start runs of the workflow; those still alive in the end are killed, their jobs cancelled."""
    runs = []

    def start(*options):
        runs.append(cluster.Run(own_clone, *options))
        return runs[-1]

    yield start
    for started in runs:
        started.end()


@pytest.fixture
def start(own_clone, run):
    """Start runs in which the double plays a scenario; `once`: for its first process only."""

    def start_double(play, *options, once=True, target=double.DENSITY):
        double.data_files(own_clone)
        mark = f"--once {own_clone.folder / 'played'}" if once else ""
        return run(*double.options(own_clone, f"{play} {mark}"), *options, "--", target)

    return start_double
