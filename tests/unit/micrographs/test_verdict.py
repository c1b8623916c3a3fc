import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from micrographs import honeycomb
from scipy.ndimage import gaussian_filter

from temdenoise.micrographs import verdict
from temdenoise.micrographs.calibration import Scale

SHAPE = (150, 172)
BOND = 9.0
TRUTH = 40 + 8 * honeycomb(SHAPE, BOND)
NOISE = np.random.default_rng(3).normal(0, 4, SHAPE)
NOISY = TRUTH + NOISE


def of(frame=NOISY, result=TRUTH, bond=BOND, quarter=lambda _: TRUTH[::2, ::2]):
    return verdict.of(frame, result, bond, quarter)


def test_the_truth_beats_the_blur():
    said = of()
    assert said.explained == pytest.approx(1, abs=0.06)
    assert said.blur < said.explained - 0.05
    assert said.said.startswith(f"This result explains {said.explained:.1%}")
    assert "better" not in said.said


def test_a_blur_that_is_better_is_recommended():
    too_wide = of(quarter=lambda image: gaussian_filter(image, 6))
    assert too_wide.blur > too_wide.explained
    assert too_wide.said.endswith("The blur is better: use it instead.")


def test_the_best_blur_itself_is_neither_better_nor_worse():
    width = of().blur_px / 2
    assert of(quarter=lambda image: gaussian_filter(image, width)).said.endswith(
        "Neither is better."
    )


@given(st.floats(0.01, 100), st.floats(-1e4, 1e4))
def test_the_unit_of_the_image_changes_nothing(gain, offset):
    other = of(
        gain * NOISY + offset,
        gain * TRUTH + offset,
        quarter=lambda _: gain * TRUTH[::2, ::2] + offset,
    )
    assert other.explained == pytest.approx(of().explained, rel=1e-6)
    assert other.blur_px == of().blur_px


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"bond": 4.9}, "4.9 pixels per bond are too few"),
        ({"frame": NOISY[:63], "result": TRUTH[:63]}, "the shorter edge has 63 pixels"),
        ({"frame": TRUTH + gaussian_filter(NOISE, (0, 1))}, "correlated"),
        ({"result": np.full(SHAPE, 40.0), "frame": TRUTH + NOISE / 8}, "signal was removed"),
        ({"frame": NOISE, "result": np.zeros(SHAPE), "bond": None}, "no reproducible signal"),
    ],
)
def test_no_score_is_given_where_it_would_be_wrong(changes, why):
    said = of(**changes)
    assert said.explained is said.blur is said.blur_px is None
    assert said.said.startswith("No score: ")
    assert why in said.said


def test_a_broken_pixel_changes_no_score():
    broken = NOISY.copy()
    broken[70, 80] = 1e6
    assert of(broken).explained == pytest.approx(of().explained, abs=0.01)


class _Card:
    def __init__(self, *ends):
        self.ends = ends

    def wanted_bond_px(self, bond):
        return float(np.clip(bond, *self.ends))


@pytest.mark.parametrize(
    ("ends", "bond", "factor"), [((11, 11), 22, 1.0), ((2, 24), 9, 1.0), ((2, 24), 30, 1.0)]
)
def test_half_of_the_pixels_have_half_of_the_bond(ends, bond, factor):
    card = _Card(*ends)
    found = Scale(None, "unknown", bond, "lattice", bond, (card.wanted_bond_px(bond) / bond,) * 2)
    halved = verdict.half(found, card)
    assert halved.bond_px == bond / 2
    assert halved.factors == pytest.approx((factor, factor))
