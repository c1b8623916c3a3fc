import os

import cluster
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
