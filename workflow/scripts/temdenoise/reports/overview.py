"""How was a micrograph denoised? Original, blur, result, residual, uncertainty, spectra."""

import os
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from scipy.ndimage import gaussian_filter
from skimage.measure import block_reduce

from temdenoise.micrographs import lattice, reading, summary, warnings, writing
from temdenoise.micrographs.atoms import VACANCY
from temdenoise.reports.style import grid
from temdenoise.run.files import read_json, read_table

_TITLES = (
    *("original", "blurred", "denoised", "original − denoised", "uncertainty"),
    *("FFT", "FFT, denoised"),
)
_ORIGINAL, _BLURRED, _DENOISED, _RESIDUAL, _UNCERTAINTY, _FFT, _FFT_DENOISED = range(len(_TITLES))
_PANEL = (3.0, 3.3)
_LARGEST = 512  # pixels that a panel can show
_SHOWN = 0.25  # cycles per pixel, to which the FFT is shown
_BARS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)  # nm
# A cap would lengthen the bar.
_BAR: dict[str, Any] = {
    **{"color": "white", "linewidth": 3, "solid_capstyle": "butt"},
    "path_effects": [withStroke(linewidth=4.5, foreground="black")],
}
_WIDTH = 170  # characters below the panels


@dataclass(frozen=True)
class Result:
    """A model's images (Y, X) and atoms, the first of a stack, and its summary; None without."""

    image: np.ndarray | None
    uncertainty: np.ndarray | None
    atoms: pd.DataFrame | None
    summary: Mapping[str, Any]


def read(
    image: str | os.PathLike[str],
    uncertainty: str | os.PathLike[str],
    atoms: str | os.PathLike[str],
    summary: str | os.PathLike[str],
) -> Result:
    """Read a model's result; a problem leaves no images."""
    said = read_json(summary)
    if said["problem"]:
        return Result(None, None, None, said)
    found = read_table(atoms)
    first = found[found["frame"] == 1]
    return Result(writing.open_tiff(image), writing.open_tiff(uncertainty), first, said)


def draw(entry: Mapping[str, Any], results: list[Result]) -> Figure:
    """Return the figure of the micrograph of `entry` (see `samples`), a row for each model."""
    whole = [one for one in results if one.image is not None]
    if not whole:
        return _words("\n".join(str(one.summary["problem"]) for one in results))
    original = reading.read(
        entry["path"], crop=entry["crop"], pixel_size=entry["pixel_size"]
    ).frame(0)
    figure, panels = grid(len(whole), len(_TITLES), _PANEL)
    for row, result in zip(panels, whole, strict=True):
        _draw_row(row, original, result)
    words = "\n".join(_said(one) for one in results)
    figure.supxlabel(words, fontsize=8, x=0.01, ha="left", parse_math=False)
    verdicts = [f"{one.summary['model']}: {_score(one)['said']}" for one in whole if _score(one)]
    figure.suptitle("\n".join(verdicts), fontsize=14, x=0.01, ha="left", parse_math=False)
    return figure


def _draw_row(row: np.ndarray, original: np.ndarray, result: Result) -> None:
    image, uncertainty, said = result.image, result.uncertainty, result.summary
    assert image is not None
    assert uncertainty is not None
    original = original.astype(np.float32)
    residual = _small(original - image)  # averaged first: its limits are those of what is shown
    low, high = np.percentile(original, (0.5, 99.5))
    spread = float(np.percentile(np.abs(residual - np.median(residual)), 99.5))
    middle = float(np.median(residual))
    show = {"cmap": "gray", "interpolation": "nearest"}
    row[_ORIGINAL].imshow(_small(original), vmin=low, vmax=high, **show)
    row[_DENOISED].imshow(_small(image), **_range(image), **show)
    row[_RESIDUAL].imshow(residual, vmin=middle - spread, vmax=middle + spread, **show)
    _show_blur(row[_BLURRED], original, _score(result).get("blur_px"))
    drawn = row[_UNCERTAINTY].imshow(
        _small(uncertainty), cmap="magma", vmin=0, vmax=_top(uncertainty)
    )
    label = "in the units of the file"
    drawn.axes.figure.colorbar(drawn, ax=row[_UNCERTAINTY], shrink=0.7, label=label)
    # One broken pixel would outshine the lattice.
    np.clip(original, *np.percentile(original, (0.1, 99.9)), out=original)
    for axes, one in ((row[_FFT], original), (row[_FFT_DENOISED], image)):
        _show_spectrum(axes, one)
    if "vacuum" in said:
        _outline_vacuum(row[_DENOISED], original)
    _circle_vacancies(row[_DENOISED], result)
    for axes, title in zip(row, _titles(said), strict=True):
        axes.set(xticks=[], yticks=[])
        axes.set_title(title, fontsize=9)
    row[_ORIGINAL].set_ylabel(f"model {said['model']}", fontsize=9)
    for axes in row[: _DENOISED + 1]:
        _draw_bar(axes, said["pixel_size"], original.shape)


def _titles(said: Mapping[str, Any]) -> list[str]:
    """Return the panels' titles; the FFT is shown to half of the Nyquist frequency."""
    titles = list(_TITLES)
    if said["frames"] > 1:
        titles[_ORIGINAL] += f", frame 1 of {said['frames']}"
    if width := said.get("score", {}).get("blur_px"):
        titles[_BLURRED] += f" by {width:.1f} px"
    if said["pixel_size"]:
        titles[_FFT] += f" to {_SHOWN / said['pixel_size'][1]:.3g} nm⁻¹"
    return titles


def _score(result: Result) -> Mapping[str, Any]:
    return result.summary.get("score", {})


def _show_blur(axes: Axes, image: np.ndarray, width: float | None) -> None:
    """Show `image` (Y, X) after the best Gaussian blur, of `width` pixels; nothing without one."""
    if width is None:
        axes.set_visible(False)
        return
    blurred = gaussian_filter(image, width)
    show: dict[str, Any] = {"cmap": "gray", "interpolation": "nearest", **_range(blurred)}
    axes.imshow(_small(blurred), **show)


def _range(image: np.ndarray) -> dict[str, float]:
    low, high = np.percentile(image, (0.5, 99.5))
    return {"vmin": float(low), "vmax": float(high)}


def _top(uncertainty: np.ndarray) -> float:
    return float(np.percentile(uncertainty, 99.8)) or 1.0


def _show_spectrum(axes: Axes, image: np.ndarray) -> None:
    power = lattice.spectrum(lattice.middle(image))
    rows, columns = (slice(edge // 4, edge - edge // 4) for edge in power.shape)  # see _SHOWN
    centre = _small(power[rows, columns]) + np.finfo(float).tiny
    limits = np.percentile(centre, (5, 99.95))
    axes.imshow(centre, cmap="gray", norm=LogNorm(*limits) if limits[0] < limits[1] else None)


def _outline_vacuum(axes: Axes, image: np.ndarray) -> None:
    empty = warnings.vacuum(image)
    if empty.any():
        shown = _small(empty.astype(np.float32))
        axes.contour(shown, levels=[0.5], colors="#e69f00", linewidths=0.8)


def _circle_vacancies(axes: Axes, result: Result) -> None:
    """Draw a circle around each candidate vacancy."""
    if result.atoms is None or result.image is None:
        return
    absent = result.atoms[result.atoms["kind"] == VACANCY]
    block = _block(result.image.shape)
    style: dict[str, Any] = {
        "s": 40,
        "facecolors": "none",
        "edgecolors": "#56b4e9",
        "linewidths": 0.8,
    }
    axes.scatter(absent["x_px"] / block, absent["y_px"] / block, **style)


def _draw_bar(axes: Axes, pixel_size: list[float] | None, shape: tuple[int, ...]) -> None:
    if pixel_size is None:
        return
    width = shape[1] * pixel_size[1]
    length = max((bar for bar in _BARS if bar < width / 3), default=_BARS[0])
    left, right = 0.05, 0.05 + length / width
    axes.plot([left, right], [0.06, 0.06], transform=axes.transAxes, **_BAR)
    middle, words = (left + right) / 2, f"{length:g} nm"
    place = {"transform": axes.transAxes, "ha": "center", "fontsize": 8}
    text = axes.text(middle, 0.09, words, color="white", **place)  # type: ignore[arg-type]
    text.set_path_effects([withStroke(linewidth=2, foreground="black")])


def _said(result: Result) -> str:
    said = result.summary
    if said["problem"]:
        return str(said["problem"])
    facts = (
        f"{said['model']}: {summary.scale_of(said)}; noise {_number(said['noise'])} of the "
        f"contrast; border step {_number(said['border_step'])}; {said['atoms']} atoms, "
        f"{said['vacancies']} candidate vacancies (circles)"
    )
    return "\n".join([facts, *(f"   ⚠ {line}" for line in _wrapped(said["warnings"]))])


def _number(value: float | None) -> str:
    # An image of one tile has no seam.
    return "–" if value is None else f"{value:.2f}"


def _wrapped(warnings: list[str]) -> list[str]:
    few = warnings[:8] + ([f"and {len(warnings) - 8} more"] if len(warnings) > 8 else [])
    return [textwrap.fill(words, _WIDTH, subsequent_indent="      ") for words in few]


def _words(text: str) -> Figure:
    figure, panels = grid(1, 1, (10, 1.5))
    panels[0, 0].axis("off")
    words = textwrap.fill(f"Not denoised: {text}", 110)
    panels[0, 0].text(0, 0.5, words, va="center", wrap=True, parse_math=False)
    return figure


def _block(shape: tuple[int, ...]) -> int:
    return -(-max(shape) // _LARGEST)


def _small(image: np.ndarray) -> np.ndarray:
    """Return `image` (Y, X) averaged over blocks to a size that a panel can show."""
    block = _block(image.shape)
    return block_reduce(image, (block, block), np.mean) if block > 1 else image
