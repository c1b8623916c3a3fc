"""How was a micrograph denoised? Original, blur, result, residual, uncertainty, atoms, spectra."""

import os
import textwrap
from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from temdenoise.micrographs import reading, summary, writing
from temdenoise.reports import panels
from temdenoise.reports.panels import Result
from temdenoise.reports.style import grid
from temdenoise.run.files import read_json, read_table

_COLUMNS, _PANEL = 4, (4.0, 4.2)  # panels side by side, and their size [inch]
_WIDTH = 180  # characters below the panels


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
    """Return the figure of the micrograph of `entry` (see `samples`), two rows for each model."""
    whole = [one for one in results if one.image is not None]
    if not whole:
        return _words("\n".join(str(one.summary["problem"]) for one in results))
    original = reading.of_entry(entry).frame(0)
    figure, axes = grid(len(whole) * len(panels.TITLES) // _COLUMNS, _COLUMNS, _PANEL)
    for some, result in zip(axes.reshape(len(whole), -1), whole, strict=True):
        panels.draw(some, original, result)
    words = "\n".join(_said(one) for one in results)
    figure.supxlabel(words, fontsize=9, x=0.01, ha="left", parse_math=False)
    verdicts = [f"{one.summary['model']}: {one.score['said']}" for one in whole if one.score]
    figure.suptitle("\n".join(verdicts), fontsize=16, x=0.01, ha="left", parse_math=False)
    return figure


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
    figure, axes = grid(1, 1, (10, 1.5))
    axes[0, 0].axis("off")
    words = textwrap.fill(f"Not denoised: {text}", 110)
    axes[0, 0].text(0, 0.5, words, va="center", wrap=True, parse_math=False)
    return figure
