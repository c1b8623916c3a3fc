"""What do all figures share? Colours, labels, panels and resolution."""

import os
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from temdenoise.run.files import atomic

LABELS = {"G": "G", "SP": "SP", "GSP": "G&SP", "BBG": "BB+G"}
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_DPI = 150
_COMPRESSION = 1  # of 9: on noise, more takes three times as long and gives no smaller file


def grid(rows: int, columns: int, panel: tuple[float, float]) -> tuple[Figure, np.ndarray]:
    """Return a figure of `rows` × `columns` axes, each `panel` (width, height) [inch]."""
    figure = Figure(figsize=(columns * panel[0], rows * panel[1]), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def show(axes: Axes, image: np.ndarray, title: str = "", high: float = 1.0) -> None:
    """Show `image` (Y, X) in grey from 0 to `high`, without axes."""
    axes.imshow(image, cmap="gray", vmin=0, vmax=high, interpolation="nearest")
    axes.set_title(title, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])


def mark(axes: Axes, section: tuple[slice, slice], colour: str = "#7cfc00") -> None:
    """Frame `section` (rows, columns) of a shown image."""
    rows, columns = section
    corner = (columns.start - 0.5, rows.start - 0.5)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor=colour, linewidth=1.5))


def centre(shape: Sequence[int], size: int) -> tuple[slice, slice]:
    """Return the section of `size` × `size` pixels in the middle of an image of `shape`."""
    starts = [(edge - size) // 2 for edge in shape]
    return slice(starts[0], starts[0] + size), slice(starts[1], starts[1] + size)


def save(path: str | os.PathLike[str], figure: Figure) -> None:
    """Write `figure` as PNG."""
    with atomic(path) as partial:
        options = {"compress_level": _COMPRESSION}
        figure.savefig(partial, dpi=_DPI, metadata={"Software": None}, pil_kwargs=options)
