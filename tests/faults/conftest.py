import pytest
from undisturbed import Copy, Undisturbed


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "bare").mkdir()
    return Undisturbed(folder)


@pytest.fixture
def before(undisturbed, tmp_path):
    """Return a function that gives a copy of the run as it was before a stage."""
    return lambda stage: Copy(tmp_path / stage, undisturbed.before(stage))
