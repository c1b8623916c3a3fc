"""What do the panels of an overview show? Images, difference, uncertainty, atoms and spectra."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patheffects import withStroke
from scipy.ndimage import gaussian_filter
from skimage.measure import block_reduce

from temdenoise.micrographs import lattice, warnings
from temdenoise.micrographs.atoms import ATOM, LIKELY, VACANCY
from temdenoise.reports.style import centre

TITLES = (
    *("original", "blurred", "denoised", "atoms"),
    *("original − denoised", "uncertainty", "FFT", "FFT, denoised"),
)
_ORIGINAL, _BLURRED, _DENOISED, _ATOMS, _RESIDUAL, _UNCERTAINTY, _FFT, _FFT_DENOISED = range(8)
_LARGEST = 512  # pixels that a panel can show
_SHOWN = 0.25  # cycles per pixel, to which the FFT is shown
_SHORT = 5.0  # pixels per bond; with fewer the lattice has peaks beyond, and the whole FFT is shown
_BONDS, _MIDDLE = 20, 160  # edge of the part that shows atoms one by one: bonds; without, pixels
_BARS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)  # nm
# A cap would lengthen the bar.
_BAR: dict[str, Any] = {
    **{"color": "white", "linewidth": 3, "solid_capstyle": "butt"},
    "path_effects": [withStroke(linewidth=4.5, foreground="black")],
}
_CIRCLE: dict[str, Any] = {"s": 40, "facecolors": "none", "edgecolors": "#56b4e9", "lw": 0.8}
_DOT: dict[str, Any] = {"s": 4, "color": "#d55e00", "linewidths": 0}


@dataclass(frozen=True)
class Result:
    """A model's images (Y, X) and atoms, the first of a stack, and its summary; None without."""

    image: np.ndarray | None
    uncertainty: np.ndarray | None
    atoms: pd.DataFrame | None
    summary: Mapping[str, Any]

    @property
    def score(self) -> Mapping[str, Any]:
        """Return the verdict's numbers and words; see `micrographs.verdict`."""
        return dict(self.summary.get("score", {}))


def draw(row: np.ndarray, original: np.ndarray, result: Result) -> None:
    """Fill a `row` of axes, one for each of TITLES, with `original` (Y, X) and its `result`."""
    image, uncertainty, said = result.image, result.uncertainty, result.summary
    assert image is not None
    assert uncertainty is not None
    original = original.astype(np.float32)
    residual = _small(original - image)  # averaged first: its limits are those of what is shown
    low, high = np.percentile(original, (0.5, 99.5))
    spread = float(np.percentile(np.abs(residual - np.median(residual)), 99.5))
    middle = float(np.median(residual))
    row[_ORIGINAL].imshow(_small(original), vmin=low, vmax=high, cmap="gray")
    row[_DENOISED].imshow(_small(image), **_range(image), cmap="gray")
    row[_RESIDUAL].imshow(residual, vmin=middle - spread, vmax=middle + spread, cmap="gray")
    _show_blur(row[_BLURRED], original, result.score.get("blur_px"))
    top = float(np.percentile(uncertainty, 99.8)) or 1.0
    row[_UNCERTAINTY].imshow(_small(uncertainty), cmap="magma", vmin=0, vmax=top)
    # One broken pixel would outshine the lattice.
    np.clip(original, *np.percentile(original, (0.1, 99.9)), out=original)
    for axes, one in ((row[_FFT], original), (row[_FFT_DENOISED], image)):
        _show_spectrum(axes, one, _shown(said))
    _show_atoms(row[_ATOMS], result)
    if "vacuum" in said:
        _outline_vacuum(row[_DENOISED], original)
    _circle_vacancies(row[_DENOISED], result)
    for axes, title in zip(row, _titles(said), strict=True):
        axes.set(xticks=[], yticks=[])
        axes.set_title(title, fontsize=9)
    row[_UNCERTAINTY].set_title(f"uncertainty: black 0, white {top:.3g}", fontsize=9)
    row[_ORIGINAL].set_ylabel(f"model {said['model']}", fontsize=9)
    for axes in row[: _DENOISED + 1]:
        _draw_bar(axes, said["pixel_size"], original.shape)


def _titles(said: Mapping[str, Any]) -> list[str]:
    """Return the panels' titles."""
    titles = list(TITLES)
    if said["frames"] > 1:
        titles[_ORIGINAL] += f", frame 1 of {said['frames']}"
    if width := said.get("score", {}).get("blur_px"):
        titles[_BLURRED] += f" by {width:.1f} px"
    titles[_ATOMS] += f": the middle {_part(said)} px"
    if said["pixel_size"]:
        titles[_FFT] += f" to {_shown(said) / said['pixel_size'][1]:.3g} nm⁻¹"
    return titles


def _shown(said: Mapping[str, Any]) -> float:
    """Return the frequency [cycles per pixel] to which the FFT is shown."""
    return 0.5 if (said["bond_px"] or math.inf) < _SHORT else _SHOWN


def _part(said: Mapping[str, Any]) -> int:
    """Return the edge [pixels] of the part that shows atoms one by one."""
    return round(_BONDS * said["bond_px"]) if said["bond_px"] else _MIDDLE


def _show_blur(axes: Axes, image: np.ndarray, width: float | None) -> None:
    """Show `image` (Y, X) after the best Gaussian blur, of `width` pixels; nothing without one."""
    if width is None:
        axes.set_visible(False)
        return
    blurred = gaussian_filter(image, width)
    axes.imshow(_small(blurred), **_range(blurred), cmap="gray")


def _range(image: np.ndarray) -> dict[str, Any]:
    low, high = np.percentile(image, (0.5, 99.5))
    return {"vmin": float(low), "vmax": float(high)}


def _show_spectrum(axes: Axes, image: np.ndarray, highest: float) -> None:
    """Show the power of `image` (Y, X) to the frequency `highest` [cycles per pixel]."""
    power = lattice.spectrum(lattice.middle(image))
    beyond = [round(edge * (0.5 - highest)) for edge in power.shape]
    rows, columns = (slice(cut, edge - cut) for cut, edge in zip(beyond, power.shape, strict=True))
    shown = _small(power[rows, columns]) + np.finfo(float).tiny
    limits = np.percentile(shown, (5, 99.95))
    axes.imshow(shown, cmap="gray", norm=LogNorm(*limits) if limits[0] < limits[1] else None)


def _show_atoms(axes: Axes, result: Result) -> None:
    """Show the middle of the result, pixel by pixel, with its likely atoms and candidates."""
    image, atoms = result.image, result.atoms
    assert image is not None
    edge = min(_part(result.summary), *image.shape)
    rows, columns = centre(image.shape, edge)
    part = image[rows, columns]
    left, right, top, bottom = (
        one - 0.5 for one in (columns.start, columns.stop, rows.start, rows.stop)
    )
    axes.imshow(part, cmap="gray", extent=(left, right, bottom, top), **_range(part))
    if atoms is None:
        return
    likely = (atoms["kind"] == ATOM) & (atoms["probability"].fillna(1.0) >= LIKELY)
    for which, style in ((likely, _DOT), (atoms["kind"] == VACANCY, _CIRCLE)):
        axes.scatter(atoms.loc[which, "x_px"], atoms.loc[which, "y_px"], **style)
    axes.set(xlim=(left, right), ylim=(bottom, top))


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
    axes.scatter(absent["x_px"] / block, absent["y_px"] / block, **_CIRCLE)


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


def _block(shape: tuple[int, ...]) -> int:
    return -(-max(shape) // _LARGEST)


def _small(image: np.ndarray) -> np.ndarray:
    """Return `image` (Y, X) averaged over blocks to a size that a panel can show."""
    block = _block(image.shape)
    return block_reduce(image, (block, block), np.mean) if block > 1 else image
