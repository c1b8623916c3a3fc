"""docs/results.md says what docs/results/ and models/ hold."""

from pathlib import Path

import pandas as pd
import pytest

from temdenoise.networks import card
from temdenoise.reports import results_page

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/results.md"
MODELS = ["G", "SP", "GSP", "BBG"]


def shipped():
    return {
        "scores": pd.read_csv(ROOT / "docs/results/scores.csv"),
        "cards": {model: card.read(ROOT / f"models/{model}/card.json") for model in MODELS},
        "histories": {model: pd.read_csv(ROOT / f"models/{model}/history.csv") for model in MODELS},
        "choices": pd.read_csv(ROOT / "docs/results/choices.csv"),
    }


def test_the_page_is_current():
    assert PAGE.read_text("utf-8") == results_page.render(**shipped()), "run `make docs`"


@pytest.mark.parametrize("table", ["scores", "choices"])
def test_another_score_is_another_page(table):
    changed = shipped()
    changed[table] = changed[table].assign(ms_ssim=changed[table]["ms_ssim"] - 0.01)
    assert results_page.render(**changed) != PAGE.read_text("utf-8")


@pytest.mark.parametrize("model", MODELS)
def test_the_cards_have_the_scores_of_the_page(model):
    scores = shipped()["scores"]
    own = scores[(scores["model"] == model) & (scores["test_noise"] == model)]
    said = pd.DataFrame(shipped()["cards"][model].scores)
    for column in ("c_noise", "ms_ssim", "ms_ssim_noisy"):
        assert list(said[column]) == pytest.approx(list(own[column]), abs=1e-4)


@pytest.mark.parametrize("figure", results_page.FIGURES)
def test_every_picture_is_there(figure):
    assert f"(results/{figure}.png)" in PAGE.read_text("utf-8")
    assert (ROOT / f"docs/results/{figure}.png").read_bytes().startswith(b"\x89PNG")


def choice(seed, score, *, w2=0.02, split_by="patch", target="clean"):
    rows = [
        {"seed": seed, "w2": w2, "model": "m", "noise": "BBG", "target": target}
        | {"split_by": split_by, "c_noise": factor, "ms_ssim": score, "ms_ssim_noisy": 0.5}
        | {"ms_ssim_target": score + 0.01}
        for factor in (0.2, 0.3, 0.36)
    ]
    return pd.DataFrame(rows)


def test_choices_are_means_over_seeds_with_the_spread():
    usual = [choice(seed, score) for seed, score in enumerate((0.90, 0.92, 0.97))]
    others = [
        *(choice(seed, 0.8, split_by="image") for seed in (1, 2)),
        choice(1, 0.7, w2=0.0),
        choice(1, 0.6, target="background"),
    ]
    table = results_page.choices_table(pd.concat([*usual, *others])).set_index("choice")
    assert dict(table["0.2"]) == {
        "as above": "0.930 (0.900–0.970); noisy 0.500",
        "split by image": "0.800 (0.800–0.800); noisy 0.500",
        "w2 = 0 instead of 0.02": "0.700 (0.700–0.700); noisy 0.500",
        "target with background, against the clean image": "0.600 (0.600–0.600); noisy 0.500",
        "target with background, against that target": "0.610 (0.610–0.610); noisy 0.500",
    }
