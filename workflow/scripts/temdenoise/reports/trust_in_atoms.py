"""How does trust in atoms fall with the noise? Vacancies, false atoms, dopants, positions."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from temdenoise.micrographs import at_atoms
from temdenoise.micrographs.atoms_tables import CLEAN, SHARED, pooled
from temdenoise.reports.style import COLOURS, grid
from temdenoise.scenes import known
from temdenoise.scenes.levels import COUNTS, GAUSSIAN

# Label, design, measure, and of what.
_PANELS = (
    ("vacancies kept", known.VACANCIES, at_atoms.KEPT, at_atoms.SHEET),
    ("DFT vacancies kept", known.DFT, at_atoms.KEPT, at_atoms.SHEET),
    ("false atoms [1/nm²] of vacuum", known.VACANCIES, at_atoms.FALSE, at_atoms.EMPTY),
    ("AUC of dopants × 1.3", known.DOPED, at_atoms.AUC, "×1.3"),
    ("ratio of dopants × 0.4", known.DOPED, at_atoms.RATIO, "×0.4"),
    ("position error [pm]", known.VACANCIES, at_atoms.POSITION, at_atoms.SHEET),
)
_NOISES = {GAUSSIAN: "standard deviation / atom", COUNTS: "electrons per pixel"}


def figure(table: pd.DataFrame) -> Figure:
    """Plot measures of the `table` by the level of normal (upper) and of counting noise (lower)."""
    shown = table[table["bond_px"].isin(SHARED) & table["noise"].isin(_NOISES)]
    means = pooled(shown, ["noise", "level", "design", "method", "measure", "of"])
    methods = list(dict.fromkeys(means["method"]))
    drawn, axes = grid(len(_NOISES), len(_PANELS), (2.8, 2.8))
    for row, (noise, label) in zip(axes, _NOISES.items(), strict=True):
        for axis, (title, *key) in zip(row, _PANELS, strict=True):
            chosen = means["noise"].eq(noise)
            for column, value in zip(("design", "measure", "of"), key, strict=True):
                chosen &= means[column].eq(value)
            _draw(axis, means[chosen], methods, falling=noise == COUNTS)
            axis.set_xlabel(label, fontsize=8)
            axis.set_title(title, fontsize=9)
            if at_atoms.KEPT in key:
                axis.set_ylim(0, 1.05)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=len(methods), frameon=False)
    return drawn


def _draw(axis: Axes, means: pd.DataFrame, methods: Sequence[str], *, falling: bool) -> None:
    """Draw a line for each of the `methods`; the levels stand side by side, the noise grows."""
    levels = sorted(set(means["level"]), reverse=falling)
    axis.set_xticks(range(len(levels)), [f"{level:g}" for level in levels])
    for number, method in enumerate(methods):
        own = means[means["method"] == method].set_index("level")["value"].reindex(levels)
        line = ":" if method == CLEAN else "o-"
        colour = COLOURS[number % len(COLOURS)]
        axis.plot(range(len(levels)), own, line, color=colour, label=method, markersize=3)
