"""Which value of a filter's parameter suits a noise type? Chosen on training images alone."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from temdenoise.classical import Filter, Value

COLUMNS = ["filter", "parameter", "value", "ms_ssim", "chosen"]

Sample = list[tuple[np.ndarray, np.ndarray]]


def sample(noisy: np.ndarray, clean: np.ndarray, rows: pd.DataFrame) -> Sample:
    """Return (noisy, clean) images (Y, X): one of each C_noise, another clean image each time.

    `rows` is the table of the stack `noisy` (N, Y, X): clean_index, row of the stack `clean`
    (M, Y, X), and c_noise.
    """
    groups = [group for _, group in rows.groupby("c_noise")["clean_index"]]
    ends = np.linspace(0, 1, len(groups))
    picked = [
        group.iloc[[round(end * (len(group) - 1))]] for end, group in zip(ends, groups, strict=True)
    ]
    return [(noisy[number], clean[index]) for number, index in pd.concat(picked).items()]


def trials(
    name: str, tried: Filter, images: Sample, score: Callable[[np.ndarray, np.ndarray], float]
) -> pd.DataFrame:
    """Return the mean score of each value of the filter's parameter; columns: COLUMNS.

    `score` takes the filtered and the clean image; the value of the highest mean is the one
    `chosen`, the first of equals.
    """
    means = [
        float(np.mean([score(tried.apply(noisy, value), clean) for noisy, clean in images]))
        for value in tried.values
    ]
    best = int(np.argmax(means))
    rows = [
        (name, tried.parameter, value, mean, number == best)
        for number, (value, mean) in enumerate(zip(tried.values, means, strict=True))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def chosen(table: pd.DataFrame) -> Value:
    """Return the value that the `trials` of one filter chose."""
    value: Value = table.loc[table["chosen"], "value"].iloc[0]
    return value
