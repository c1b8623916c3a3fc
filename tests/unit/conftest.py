import os
import resource
from contextlib import contextmanager

import pytest
from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
settings.register_profile("laws", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("laws")


@pytest.fixture
def no_room():
    @contextmanager
    def limited(size):
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))  # Python ignores SIGXFSZ
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limited


@pytest.fixture(scope="session")
def one_thread():
    from temdenoise.networks import training

    training.use_threads(1)
