import re

import pandas as pd
import pytest

from temdenoise.errors import InputError
from temdenoise.evaluation import tables
from temdenoise.run import pages

NOISE_OF = {"SP": "SP", "G": "G", "wide": "G"}
REGIONS = {0.3: "extrapolation", 0.2: "interpolation"}


def score(model, test_noise, c_noise, image, ms_ssim, noisy):
    return {
        "model": model,
        "test_noise": test_noise,
        "c_noise": c_noise,
        "region": REGIONS[c_noise],
        "image": image,
        "ms_ssim": ms_ssim,
        "ms_ssim_noisy": noisy,
    }


def scores():
    rows = []
    for m, model in enumerate(NOISE_OF):
        for noise in ("G", "SP"):
            for factor in (0.3, 0.2):
                for image, offset in (("x", 0.01), ("y", 0.03)):
                    own = 0.9 - 0.1 * m - factor + offset if noise == NOISE_OF[model] else 0.05
                    rows.append(score(model, noise, factor, image, own, own / 2))
    return pd.DataFrame(rows)


def shown():
    return tables.readable(tables.ms_ssim_table(scores(), NOISE_OF), REGIONS)


def test_combined_scores_are_one_long_table():
    first, second = scores().iloc[:5], scores().iloc[5:]
    pd.testing.assert_frame_equal(tables.combine([first, second]), scores())


@pytest.mark.parametrize("column", ["ms_ssim", "ms_ssim_noisy"])
def test_score_that_is_not_a_number_is_refused_and_named(column):
    bad = scores()
    bad.loc[7, column] = float("nan")
    with pytest.raises(InputError, match=r"= SP, SP, 0\.2 is not a number: look at"):
        tables.combine([scores(), bad])


def test_only_the_noise_a_model_was_trained_with_counts():
    own = tables.own_noise(scores(), NOISE_OF)
    assert len(own) == 3 * 2 * 2
    assert (own["ms_ssim"] > 0.05).all()
    assert set(zip(own["model"], own["test_noise"], strict=True)) == set(NOISE_OF.items())


def test_table_has_the_models_of_the_config_and_noisy_scores_by_rising_noise():
    table = tables.ms_ssim_table(scores(), NOISE_OF)
    assert table["model"].tolist() == ["SP", "G", "wide"]
    assert table.columns.tolist() == ["model", "0.2", "0.2 noisy", "0.3", "0.3 noisy"]


def test_scores_are_the_mean_over_the_test_images():
    table = tables.ms_ssim_table(scores(), NOISE_OF).set_index("model")
    assert table.loc["G", "0.2"] == pytest.approx(0.9 - 0.1 - 0.2 + 0.02)
    assert table.loc["wide", "0.3"] == pytest.approx(0.9 - 0.2 - 0.3 + 0.02)
    for factor in ("0.2", "0.3"):
        pd.testing.assert_series_equal(
            table[f"{factor} noisy"], table[factor] / 2, check_names=False
        )


def test_readable_table_says_score_noisy_score_and_region():
    assert shown().columns.tolist() == ["model", "0.2 in.", "0.3 ex."]
    assert shown().iloc[0].tolist() == ["SP", "0.720 (0.360)", "0.620 (0.310)"]


def test_markdown_has_a_header_and_a_row_a_model():
    lines = pages.to_markdown(shown()).splitlines()
    assert lines[0] == "| model | 0.2 in. | 0.3 ex. |"
    assert re.fullmatch(r"\|( --- \|){3}", lines[1])
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| SP", "| G", "| wide"]
    assert {line.count("|") for line in lines} == {4}


def to_html(table):
    return pages.to_html(table, "The caption.")


@pytest.mark.parametrize("render", [pages.to_markdown, to_html])
def test_every_number_is_shown(render):
    text = render(shown())
    for word in shown().to_numpy().ravel():
        assert word in text


def compared():
    filters = [
        score("median-5", noise, factor, image, high if noise == "SP" else 0.1, 0.3)
        for noise in ("G", "SP")
        for factor, high in ((0.2, 0.6), (0.3, 0.9))
        for image in ("x", "y")
    ]
    return tables.comparison(pd.concat([scores(), pd.DataFrame(filters)]), NOISE_OF)


def test_comparison_has_input_baselines_and_models_of_each_noise():
    assert compared().columns.tolist() == ["noise", "method", "0.2", "0.3"]
    assert compared()[["noise", "method"]].to_numpy().tolist() == [
        *(["SP", "noisy input"], ["SP", "median-5"], ["SP", "SP"]),
        *(["G", "noisy input"], ["G", "median-5"], ["G", "G"], ["G", "wide"]),
    ]


def test_comparison_without_baselines_has_input_and_models():
    table = tables.comparison(scores(), NOISE_OF)
    assert table["method"].tolist() == ["noisy input", "SP", "noisy input", "G", "wide"]


def test_the_best_of_each_noise_and_factor_is_bold():
    shown = tables.best_in_bold(compared(), REGIONS)
    assert shown.columns.tolist() == ["noise", "method", "0.2 in.", "0.3 ex."]
    assert shown["0.2 in."].tolist()[1:3] == ["0.600", "**0.720**"]
    assert shown["0.3 ex."].tolist()[1:3] == ["**0.900**", "0.620"]
    assert shown["0.2 in."].str.contains("**", regex=False).sum() == 2
    page = to_html(shown)
    assert page.startswith("<!doctype html>")
    assert page.count("<tr") == 1 + len(shown)
    assert page.count("<p>The caption.</p>") == 1
    assert "<b>0.720</b>" in page
    assert "*" not in page


def test_matrix_has_every_model_and_no_baseline_on_every_noise_below_the_noisy_input():
    filters = scores().assign(model="median-5")
    table = tables.matrix(pd.concat([scores(), filters]), NOISE_OF)
    assert list(table.columns) == ["c_noise", "model", "SP", "G"]
    assert list(table["c_noise"]) == [0.2] * 4 + [0.3] * 4
    assert list(table["model"]) == [tables.NOISY, *NOISE_OF] * 2
    low = table[table["c_noise"] == 0.2].set_index("model")
    assert low.loc["SP", "SP"] == pytest.approx(0.9 - 0.2 + 0.02)
    assert low.loc["wide", "G"] == pytest.approx(0.9 - 0.2 - 0.2 + 0.02)
    assert low.loc["wide", "SP"] == pytest.approx(0.05)


def test_the_best_of_each_noise_and_factor_is_bold_in_the_matrix():
    shown = tables.readable_matrix(tables.matrix(scores(), NOISE_OF))
    assert list(shown.columns) == ["c_noise", "model", "on SP", "on G"]
    bold = shown[shown["on G"].str.startswith("**")]
    assert list(bold["model"]) == ["G", "G"]
    assert list(bold["on G"]) == ["**0.620**", "**0.520**"]
