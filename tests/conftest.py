import pytest
from clones import Clone


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    return Clone(tmp_path_factory.mktemp("clone"))


@pytest.fixture
def own_clone(tmp_path):
    return Clone(tmp_path)
