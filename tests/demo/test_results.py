"""`make results` gives the tables of docs/results.md again; run it first."""

from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "results/results"
KEYS = ["model", "test_noise", "c_noise", "region", "image"]
# Another processor rounds otherwise.
ABSOLUTE = {"ms_ssim": 2e-3, "ms_ssim_noisy": 1e-5, "psnr": 0.1, "psnr_noisy": 1e-3}

pytestmark = pytest.mark.demo


@pytest.fixture(scope="module")
def tables():
    paths = RESULTS / "tables/scores.csv", ROOT / "docs/results/scores.csv"
    return tuple(pd.read_csv(path).set_index(KEYS) for path in paths)


def test_the_same_methods_are_scored_on_the_same_images(tables):
    made, published = tables
    assert list(made.index) == list(published.index)


@pytest.mark.parametrize("column", ABSOLUTE)
def test_the_scores_are_those_that_were_published(tables, column):
    made, published = tables
    worst = (made[column] - published[column]).abs().max()
    assert worst < ABSOLUTE[column]


@pytest.mark.parametrize("figure", ["ms_ssim", "sections", "full_size", "training"])
def test_the_figures_are_drawn(figure):
    assert (RESULTS / f"figures/{figure}.png").read_bytes().startswith(b"\x89PNG")
