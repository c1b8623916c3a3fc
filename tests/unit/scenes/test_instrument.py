import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import INSTRUMENT

from temdenoise.images import noise
from temdenoise.scenes import instrument

CLEAN = np.random.default_rng(5).random((40, 44))
FLAT = np.full((200, 210), 0.5)
QUIET = {**INSTRUMENT, "chances": dict.fromkeys(INSTRUMENT["chances"], 0.0)}


def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("record", [instrument.counts, instrument.readout])
@given(st.floats(0.01, 100), st.floats(-50, 50))
def test_gain_and_offset_of_the_sample_are_those_of_the_record(record, gain, offset):
    one, _ = record(CLEAN, QUIET, rng())
    other, truth = record(gain * CLEAN + offset, QUIET, rng())
    if record is instrument.readout and gain * CLEAN.std() < 0.06:
        return  # of a flat image the noise has a size of its own
    np.testing.assert_allclose(other, gain * one + offset, rtol=1e-5, atol=1e-5 * (gain + 50))
    np.testing.assert_array_equal(truth, gain * CLEAN + offset)


def test_counts_have_the_variance_of_their_number():
    dosed = {**QUIET, "counts": [50, 50.001]}
    ramp = np.tile(np.linspace(0, 1, 400), (400, 1))
    some = [instrument.counts(ramp, dosed, np.random.default_rng(n))[0] - ramp for n in range(5)]
    assert np.mean(some) == pytest.approx(0, abs=2e-3)
    variance = np.var(some, axis=(0, 1))
    bright, dark = variance[-100:].mean(), variance[:100].mean()
    assert bright > 1.2 * dark


def test_correlated_noise_keeps_its_deviation_and_has_the_stated_correlation():
    white = rng().standard_normal((600, 610))
    blurred = instrument.correlated(white, 1.5)
    assert blurred.std() == pytest.approx(1, abs=0.01)
    neighbours = np.mean(blurred[1:] * blurred[:-1])
    assert neighbours == pytest.approx(np.exp(-1 / (4 * 1.5**2)), abs=0.02)


@pytest.mark.parametrize("name", ["G", "SP", "GSP"])
def test_the_papers_noises_are_the_papers(name):
    found, truth = instrument.paper_noise(name, CLEAN, 0.3, rng())
    unit = (CLEAN - CLEAN.min()) / np.ptp(CLEAN)
    np.testing.assert_array_equal(truth, unit)
    wanted = noise.NOISES[name](unit, 0.3, rng(), noise.Settings())
    np.testing.assert_array_equal(found, wanted)


def test_the_truth_of_background_noise_keeps_the_background():
    found, truth = instrument.paper_noise("BBG", CLEAN, 1e-6, rng())
    np.testing.assert_allclose(found, truth, atol=1e-4)
    unit = (CLEAN - CLEAN.min()) / np.ptp(CLEAN)
    assert np.abs(truth - unit).max() > 0.02


def test_impulses_change_the_share_that_is_asked_for():
    changed = instrument.impulses(CLEAN, 0.25, rng()) != CLEAN
    assert changed.mean() == pytest.approx(0.25, abs=0.03)


def test_rows_are_displaced_and_brightened_as_a_whole():
    only = {**QUIET, "noise": [1e-9, 1.1e-9], "row_offset": 2.0}
    only["chances"] = {**QUIET["chances"], "row_offsets": 1.0}
    found, _ = instrument.readout(CLEAN, only, rng())
    off = found - CLEAN
    np.testing.assert_allclose(off, np.broadcast_to(off[:, :1], off.shape), atol=1e-6)
    assert off.std() > 0.01


@pytest.mark.parametrize("record", [instrument.counts, instrument.readout])
def test_drift_moves_rows_of_the_truth_and_jitter_those_of_the_record_only(record):
    ramp = np.tile(np.arange(80.0), (30, 1))
    for chance, is_true in (("drift", True), ("jitter", False)):
        sharp = {**QUIET, "noise": [1e-9, 1.1e-9], "counts": [1e9, 1.1e9]}
        sharp["chances"] = {**QUIET["chances"], chance: 1.0}
        found, truth = record(ramp, sharp, rng())
        moved = (found - ramp)[:, 20:60]
        np.testing.assert_allclose(moved, np.broadcast_to(moved[:, :1], moved.shape), atol=0.02)
        assert moved.std() > 0.1
        np.testing.assert_allclose(truth, found if is_true else ramp, atol=0.02)


@given(st.integers(0, 300))
def test_any_record_is_finite_and_has_the_shape_of_the_image(number):
    for clean in (CLEAN, FLAT[:30, :20]):
        found, truth = instrument.record(clean, INSTRUMENT, np.random.default_rng(number))
        assert found.shape == truth.shape == clean.shape
        assert np.isfinite(found).all()
        assert np.isfinite(truth).all()
