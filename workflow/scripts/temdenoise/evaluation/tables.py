"""Which model is best on which noise? The table, the comparison and the matrix of scores.

The comparison: for each noise a row for the noisy input, each baseline and each model.
The matrix: every model on every test noise, whichever it was trained with.
"""

import pandas as pd

from temdenoise.errors import InputError

NOISY = "noisy input"


def combine(scores: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the scores of all models and baselines as one long table.

    Raises
    ------
    InputError
        A score is not a number.
    """
    table = pd.concat(scores, ignore_index=True)
    missing = table[["ms_ssim", "ms_ssim_noisy"]].isna().any(axis=1)
    if missing.any():
        bad = table.loc[missing, ["model", "test_noise", "c_noise"]].iloc[0].tolist()
        raise InputError(
            f"the score of model, noise, C_noise = {', '.join(map(str, bad))} is not a number: "
            "look at the model's training history or the baseline's log"
        )
    return table


def own_noise(scores: pd.DataFrame, noise_of: dict[str, str]) -> pd.DataFrame:
    """Return the rows in which each model is tested on the noise it was trained with."""
    return scores[scores["test_noise"] == scores["model"].map(noise_of)]


def ms_ssim_table(scores: pd.DataFrame, noise_of: dict[str, str]) -> pd.DataFrame:
    """Return MS-SSIM by model (rows) and C_noise (columns), the mean over the test images.

    Beside each column "0.2" stands "0.2 noisy", the score of the noisy input.
    """
    mine = own_noise(scores, noise_of)
    pairs = mine.pivot_table(index="model", columns="c_noise", values=["ms_ssim", "ms_ssim_noisy"])
    columns = {}
    for factor in sorted(mine["c_noise"].unique()):
        columns[f"{factor:g}"] = pairs["ms_ssim", factor]
        columns[f"{factor:g} noisy"] = pairs["ms_ssim_noisy", factor]
    return pd.DataFrame(columns).reindex(list(noise_of)).rename_axis("model").reset_index()


def readable(table: pd.DataFrame, regions: dict[float, str]) -> pd.DataFrame:
    """Return `ms_ssim_table` for people: "0.973 (0.381)" is denoised (noisy input)."""
    shown = pd.DataFrame({"model": table["model"]})
    for factor, region in sorted(regions.items()):
        pair = zip(table[f"{factor:g}"], table[f"{factor:g} noisy"], strict=True)
        shown[f"{factor:g} {region[:2]}."] = [f"{good:.3f} ({noisy:.3f})" for good, noisy in pair]
    return shown


def comparison(scores: pd.DataFrame, noise_of: dict[str, str]) -> pd.DataFrame:
    """Return MS-SSIM by noise and method (rows) and C_noise (columns), the mean over the images.

    For each noise: the noisy input, every baseline, the models trained with it. `noise_of` gives
    the noise of each model; all other names in `scores` are baselines.
    """
    own = scores[scores["test_noise"] == scores["model"].map(noise_of).fillna(scores["test_noise"])]
    baselines = [name for name in own["model"].unique() if name not in noise_of]
    methods = [NOISY, *baselines, *noise_of]
    noisy = own.assign(model=NOISY, ms_ssim=own["ms_ssim_noisy"])
    table = pd.concat([noisy, own]).pivot_table(
        index=["test_noise", "model"], columns="c_noise", values="ms_ssim"
    )
    order = [(noise, name) for noise in dict.fromkeys(noise_of.values()) for name in methods]
    table = table.reindex([row for row in order if row in table.index])
    table.columns = [f"{factor:g}" for factor in table.columns]
    return table.rename_axis(["noise", "method"]).reset_index()


def best_in_bold(table: pd.DataFrame, regions: dict[float, str]) -> pd.DataFrame:
    """Return `comparison` for people: the best of each noise and C_noise is "**0.973**"."""
    shown = table[["noise", "method"]].copy()
    for factor, region in sorted(regions.items()):
        shown[f"{factor:g} {region[:2]}."] = _bold_best(table[f"{factor:g}"], table["noise"])
    return shown


def matrix(scores: pd.DataFrame, noise_of: dict[str, str]) -> pd.DataFrame:
    """Return MS-SSIM by C_noise and model (rows) and test noise (columns).

    It is the mean over the test images. The first row of each C_noise is the noisy input.
    """
    of_models = scores[scores["model"].isin(list(noise_of))]
    noisy = of_models.assign(model=NOISY, ms_ssim=of_models["ms_ssim_noisy"])
    table = pd.concat([noisy, of_models]).pivot_table(
        index=["c_noise", "model"], columns="test_noise", values="ms_ssim"
    )
    factors = sorted(of_models["c_noise"].unique())
    order = [(factor, name) for factor in factors for name in (NOISY, *noise_of)]
    noises = dict.fromkeys(noise_of.values())
    return table.reindex(index=order, columns=list(noises)).rename_axis(columns=None).reset_index()


def readable_matrix(table: pd.DataFrame) -> pd.DataFrame:
    """Return `matrix` for people, the best of each C_noise and test noise as "**0.973**"."""
    shown = table[["c_noise", "model"]].astype({"c_noise": str})
    for noise in table.columns.drop(["c_noise", "model"]):
        shown[f"on {noise}"] = _bold_best(table[noise], table["c_noise"])
    return shown


def _bold_best(values: pd.Series, groups: pd.Series) -> list[str]:
    best = values == values.groupby(groups).transform("max")
    pairs = zip(values, best, strict=True)
    return [f"**{value:.3f}**" if top else f"{value:.3f}" for value, top in pairs]
