import numpy as np
import pytest

from temdenoise.scenes import levels, recording


@pytest.mark.parametrize("level", levels.LEVELS, ids=lambda level: level.name)
def test_a_record_is_its_truth_on_average(level):
    flat = np.full((64, 64), 0.5)
    flat[:, 32:] = 1
    rng = np.random.default_rng(1)
    recorded, truth = recording.record(flat, level, rng)
    assert recorded.shape == truth.shape
    off = np.abs((recorded - truth)[:, :32].mean())
    assert off < (0.4 if "SP" in level.kind else 0.12)
    if level.kind not in levels.PAPER:
        np.testing.assert_array_equal(truth, flat)
    if level.kind == levels.GAUSSIAN:
        assert (recorded - truth).std() == pytest.approx(level.amount, rel=0.05)
