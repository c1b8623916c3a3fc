"""How did SCF and training converge, and how does MS-SSIM fall with C_noise? Curves (Fig. 2)."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from temdenoise.density.endings import CONVERGED, STOPPED, UNCONVERGED
from temdenoise.reports.style import COLOURS, LABELS, grid

_MARKS = {CONVERGED: "o", UNCONVERGED: "x", STOPPED: "|"}
_CONDITION = "val "  # before the name of a condition in a history
_SHADES = {"interpolation": "#eef6ee", "extrapolation": "#fdf1e4"}


def training(histories: Mapping[str, pd.DataFrame]) -> Figure:
    """Plot the loss of training (dotted) and validation (solid) of each model by epoch."""
    figure, axes = grid(1, 1, (6, 4))
    panel = axes[0, 0]
    for (model, history), colour in zip(histories.items(), _colours(histories), strict=True):
        panel.plot(history["epoch"], history["loss"], ":", color=colour)
        panel.plot(history["epoch"], history["val_loss"], "-", color=colour, label=model)
    panel.set(xlabel="epoch", ylabel="mean absolute error", yscale="log")
    panel.set_title("solid: validation, dotted: training")
    panel.legend(title="model", frameon=False)
    return figure


def conditions(history: pd.DataFrame) -> Figure:
    """Plot the error of a general model under each condition by epoch, where it was measured."""
    figure, axes = grid(1, 1, (7, 4.5))
    panel = axes[0, 0]
    measured = history.dropna(subset="val_loss")
    for number, column in enumerate(c for c in history if str(c).startswith(_CONDITION)):
        style = {"color": COLOURS[number % len(COLOURS)], "ls": "-" if number < 7 else "--"}
        label = str(column).removeprefix(_CONDITION)
        panel.plot(measured["epoch"], measured[column], **style, label=label)
    panel.set(xlabel="epoch", ylabel="error over the contrast", ylim=(0, 1))
    panel.legend(title="condition", frameon=False, fontsize=8, ncols=2)
    return figure


def convergence(attempts: Mapping[str, Sequence[tuple[str, list[float]]]]) -> Figure:
    """Plot the SCF residual by step: a line a structure, a mark where an attempt ended.

    `attempts` gives (ending, residual of each step) of each attempt of each structure.
    """
    figure, axes = grid(1, 1, (7, 4))
    panel = axes[0, 0]
    for (name, runs), colour in zip(attempts.items(), _colours(attempts), strict=True):
        steps = 0
        for number, (ending, residuals) in enumerate(runs):
            x = range(steps + 1, steps + 1 + len(residuals))
            panel.plot(x, residuals, "-", color=colour, label="" if number else name)
            panel.plot(x[-1:], residuals[-1:], _MARKS[ending], color=colour)
            steps += len(residuals)
    panel.set(xlabel="SCF step", ylabel="residual of the density", yscale="log")
    panel.set_title("○ converged   × not converged   | ended before the time limit")
    panel.legend(frameon=False, fontsize=8)
    return figure


def ms_ssim(own: pd.DataFrame, noise_of: Mapping[str, str], regions: Mapping[float, str]) -> Figure:
    """Plot MS-SSIM by C_noise: each model (solid) and its noisy input (dashed) (Fig. 2)."""
    figure, axes = grid(1, 1, (7, 4.5))
    panel = axes[0, 0]
    _mark_regions(panel, regions)
    for model, colour in zip(noise_of, _colours(noise_of), strict=True):
        mean = own[own["model"] == model].groupby("c_noise")[["ms_ssim", "ms_ssim_noisy"]].mean()
        label = f"{model} (noise {LABELS[noise_of[model]]})"
        panel.plot(mean.index, mean["ms_ssim"], "o-", color=colour, label=label)
        panel.plot(mean.index, mean["ms_ssim_noisy"], "x--", color=colour, alpha=0.6)
    panel.set(xlabel="C_noise", ylabel="MS-SSIM", ylim=(0, 1.1))
    panel.set_title("solid: denoised, dashed: noisy input")
    panel.legend(frameon=False, loc="lower left")
    return figure


def _mark_regions(axes: Axes, regions: Mapping[float, str]) -> None:
    for region, shade in _SHADES.items():
        factors = [factor for factor, name in regions.items() if name == region]
        low, high = min(factors) - 0.01, max(factors) + 0.01
        axes.axvspan(low, high, color=shade, zorder=0)
        axes.text((low + high) / 2, 1.09, region, ha="center", va="top", fontsize=9, color="0.4")


def _colours(named: Mapping[str, object]) -> list[str]:
    return [COLOURS[number % len(COLOURS)] for number, _ in enumerate(named)]
