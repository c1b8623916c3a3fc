import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from temdenoise import cards, structures

PAPER = {"cells": [5, 9], "material": "graphene", "lattice_constant": 2.4644}
counts = st.integers(1, 9)


def test_bond_length_of_the_papers_test_image():
    # 6.402 nm wide and 6.654 nm high (science: 15 × √3·a by 27 × a), 512 pixels, a/√3 a bond.
    bond = 2.4644 / np.sqrt(3)
    y, x = cards.bond_length_px(PAPER, (3, 3), 512)
    assert y == pytest.approx(bond / 66.54 * 512, rel=1e-3)
    assert x == pytest.approx(bond / 64.02 * 512, rel=1e-3)


@given(counts, counts, counts, counts)
def test_bond_length_is_that_of_the_structure(columns, rows, nx, ny):
    settings = {
        **{"material": "graphene", "cells": [nx, ny], "lattice_constant": 2.46},
        **{"thickness": 0.0, "cell_height": 10.0},
    }
    width, height, _ = structures.ordered_sheet_of(settings).cell.lengths()
    y, x = cards.bond_length_px(settings, (rows, columns), 100)
    assert y == pytest.approx(2.46 / np.sqrt(3) * 100 / (rows * height))
    assert x == pytest.approx(2.46 / np.sqrt(3) * 100 / (columns * width))


def test_scale_spans_the_training_tiles():
    tiles = {"train": [{"grid": [2, 2]}, {"grid": [4, 4]}], "test": [{"grid": [3, 3]}]}
    scale = cards.scale(PAPER, tiles, 512)
    low, high = scale["bond_length_px_range"]
    assert high / low == pytest.approx(2 * 9 / (5 * np.sqrt(3)), rel=2e-3)
    assert low < scale["bond_length_px"] < high


def test_results_are_those_of_the_models_own_noise():
    scores = pd.DataFrame(
        [
            *[("A", "G", 0.1, 0.9, 0.5), ("A", "G", 0.1, 0.7, 0.3), ("A", "SP", 0.1, 0, 0)],
            *[("B", "G", 0.1, 0, 0), ("A", "G", 0.2, 0.5, 0.2)],
        ],
        columns=["model", "test_noise", "c_noise", "ms_ssim", "ms_ssim_noisy"],
    )
    assert cards.results(scores, "A", "G") == [
        {"c_noise": 0.1, "ms_ssim": 0.8, "ms_ssim_noisy": 0.4},
        {"c_noise": 0.2, "ms_ssim": 0.5, "ms_ssim_noisy": 0.2},
    ]


def test_intensities_are_quantiles():
    found = cards.intensities(np.linspace(0, 1, 101, dtype=np.float32).reshape(1, 1, 101))
    assert found == pytest.approx(cards.QUANTILES)
