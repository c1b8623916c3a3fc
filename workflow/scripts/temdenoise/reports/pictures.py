"""What do the images look like? Noises (Fig. 1d), sections (Fig. 2), full size (Fig. 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from temdenoise.reports.style import LABELS, centre, grid, mark, show
from temdenoise.run.files import open_stack, read_table

_PANEL = (2.4, 2.6)


@dataclass(frozen=True)
class Pair:
    """A corrupted image (Y, X) and its model's prediction."""

    corrupted: np.ndarray
    predicted: np.ndarray


def at_factor(table: pd.DataFrame, factor: float) -> int:
    """Return the first row of a noisy stack's `table` with C_noise = `factor`."""
    return int(table.index[table["c_noise"] == factor][0])


def pairs(
    paths: Mapping[str, Sequence[str]], noise_of: Mapping[str, str], factor: float
) -> dict[str, Pair]:
    """Return each model's images of the first test image at C_noise = `factor`.

    `paths` names, model by model, the noisy stacks, their noisy_tables and the predictions.
    """
    files_of_model = zip(paths["noisy"], paths["noisy_tables"], paths["predictions"], strict=True)
    found = {}
    for model, (noisy, table, predicted) in zip(noise_of, files_of_model, strict=True):
        row = at_factor(read_table(table), factor)
        corrupted, denoised = (open_stack(path, ndim=3)[row] for path in (noisy, predicted))
        found[model] = Pair(corrupted, denoised)
    return found


def noises(
    truth: np.ndarray, corrupted: Mapping[str, np.ndarray], section: int, c_noise: float
) -> Figure:
    """Show the ground truth (Y, X), and a section of it clean and under each noise (Fig. 1d)."""
    figure, axes = grid(1, 2 + len(corrupted), _PANEL)
    window = centre(truth.shape, section)
    show(axes[0, 0], truth, "ground truth")
    mark(axes[0, 0], window)
    show(axes[0, 1], truth[window], "section")
    for panel, (noise, image) in zip(axes[0, 2:], corrupted.items(), strict=True):
        show(panel, image[window], f"{LABELS[noise]}, C = {c_noise:g}")
    return figure


def sections(
    truth: np.ndarray,
    by_factor: Mapping[float, Mapping[str, Pair]],
    noise_of: Mapping[str, str],
    scores: pd.DataFrame,
    section: int,
) -> Figure:
    """Show a section corrupted and predicted, by model and C_noise, with MS-SSIM (Fig. 2)."""
    figure, axes = grid(len(noise_of), 1 + 2 * len(by_factor), _PANEL)
    window = centre(truth.shape, section)
    for row, (model, noise) in zip(axes, noise_of.items(), strict=True):
        show(row[0], truth[window], "ground truth")
        row[0].set_ylabel(f"model {model}, noise {LABELS[noise]}")
        for column, (factor, of_model) in enumerate(by_factor.items()):
            noisy, good = _scores(scores, model, noise, factor)
            corrupted, predicted = row[1 + 2 * column : 3 + 2 * column]
            show(corrupted, of_model[model].corrupted[window], f"C = {factor:g}: {noisy:.3f}")
            show(predicted, of_model[model].predicted[window], f"denoised: {good:.3f}")
    return figure


def full_size(
    of_model: Mapping[str, Pair],
    noise_of: Mapping[str, str],
    scores: pd.DataFrame,
    section: int,
    factor: float,
) -> Figure:
    """Show whole images corrupted (top) and predicted (bottom), the section framed (Fig. 4)."""
    figure, axes = grid(2, len(of_model), (3.2, 3.4))
    for column, (model, pair) in zip(axes.T, of_model.items(), strict=True):
        noise = noise_of[model]
        noisy, good = _scores(scores, model, noise, factor)
        show(column[0], pair.corrupted, f"{LABELS[noise]}, C = {factor:g}: {noisy:.3f}")
        show(column[1], pair.predicted, f"model {model}: {good:.3f}")
        for panel in column:
            mark(panel, centre(pair.corrupted.shape, section))
    return figure


def _scores(scores: pd.DataFrame, model: str, noise: str, factor: float) -> tuple[float, float]:
    wanted = (scores["model"] == model) & (scores["test_noise"] == noise)
    row = scores[wanted & (scores["c_noise"] == factor)].iloc[0]
    return row["ms_ssim_noisy"], row["ms_ssim"]
