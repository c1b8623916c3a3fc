import itertools

import pandas as pd
import pytest

from temdenoise.reports import statements

NOISES = ("G", "SP", "GSP", "BBG")
NOISE_OF = {noise: noise for noise in NOISES}
REGIONS = {0.2: "interpolation", 0.24: "interpolation", 0.3: "extrapolation", 0.36: "extrapolation"}
WORDS = [statement.words for statement in statements.STATEMENTS]


def as_the_paper():
    """Return scores of which every statement of the paper is true."""
    table = pd.DataFrame(
        [
            {"model": noise, "test_noise": noise, "c_noise": factor, "region": region}
            for noise, (factor, region) in itertools.product(NOISES, REGIONS.items())
        ]
    )
    by_factor = {0.2: 0.97, 0.24: 0.95, 0.3: 0.905, 0.36: 0.902}
    offset = table["model"].map({"G": 0.001, "SP": 0.002, "GSP": 0.0, "BBG": 0.001})
    table["ms_ssim"] = table["c_noise"].map(by_factor) + offset
    table.loc[(table["model"] == "GSP") & (table["c_noise"] == 0.36), "ms_ssim"] = 0.6
    table["ms_ssim_noisy"], table["seam_ratio"] = 0.4, 3.0
    return table


def holds(scores):
    table = statements.judged(scores, NOISE_OF)
    return dict(zip(table["the paper"], table["reproduced"] == "yes", strict=True))


def test_all_statements_hold_for_scores_like_the_papers():
    assert holds(as_the_paper()) == dict.fromkeys(WORDS, True)


@pytest.mark.parametrize(
    ("noise", "factor", "column", "value", "broken"),
    [
        ("BBG", 0.2, "ms_ssim", 0.96, {WORDS[0], WORDS[3]}),
        ("SP", 0.24, "ms_ssim", 0.94, {WORDS[1], WORDS[3]}),
        ("G", 0.36, "ms_ssim", 0.9, {WORDS[2]}),
        ("G", 0.24, "ms_ssim", 0.96, {WORDS[3]}),
        ("SP", 0.3, "ms_ssim", 0.94, {WORDS[4]}),
        ("GSP", 0.36, "ms_ssim", 0.894, {WORDS[5]}),
        ("G", 0.2, "seam_ratio", 1.0, {WORDS[6]}),
    ],
)
def test_one_score_breaks_the_statements_that_speak_of_it(noise, factor, column, value, broken):
    scores = as_the_paper()
    scores.loc[(scores["model"] == noise) & (scores["c_noise"] == factor), column] = value
    assert {words for words, true in holds(scores).items() if not true} == broken


def test_scores_on_another_noise_count_for_nothing():
    scores = as_the_paper()
    other = scores.assign(model=scores["model"].map(dict(zip(NOISES, NOISES[::-1], strict=True))))
    other["ms_ssim"] = 0.1
    both = pd.concat([scores, other[other["model"] != other["test_noise"]]])
    assert holds(both) == dict.fromkeys(WORDS, True)


def test_the_numbers_are_the_measured_ones():
    table = statements.judged(as_the_paper(), NOISE_OF).set_index("the paper")
    assert table.loc[WORDS[0], "measured"] == "0.970 or more (lowest: GSP at 0.2)"
    assert table.loc[WORDS[4], "measured"] == "0.905 to 0.907"
    assert table.loc[WORDS[5], "measured"] == "0.600"
