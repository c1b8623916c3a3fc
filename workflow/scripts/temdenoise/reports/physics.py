"""What do the structures and their density maps look like (Fig. 1a)?"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from ase import Atoms
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from temdenoise.density.maps import DensityMap, brightness_at
from temdenoise.reports.style import COLOURS, grid
from temdenoise.structures.sheets import displacements, mean_bond_lengths

_BINS = np.linspace(-1, 1, 121).tolist()  # 1/60 wide, so that the bands of Eq. 1 end on edges
_PLANE = 0.1  # [Å], thinner than the distance of any two planes of atoms
_BANDS = ((0.2, 0.25), (0.5, 2 / 3))  # |C_G| that Eq. 1 never gives


def structures(shown: Atoms, everything: Sequence[Atoms], max_shift: float) -> Figure:
    """Show one structure, and the displacements of all in units of `max_shift` [Å] (Eq. 1)."""
    figure, axes = grid(1, 2, (5.5, 5))
    _sheet(axes[0, 0], shown)
    _histogram(axes[0, 1], np.concatenate([displacements(a) for a in everything]) / max_shift)
    return figure


def maps(named: Mapping[str, DensityMap]) -> Figure:
    """Show every density map on one colour scale, in Å."""
    columns = min(3, len(named))
    figure, axes = grid(-(-len(named) // columns), columns, (4, 3.8))
    high = max(float(one.values.max()) for one in named.values())
    for panel in axes.flat[len(named) :]:
        panel.set_axis_off()
    for panel, (name, one) in zip(axes.flat, named.items(), strict=False):
        picture = panel.imshow(
            one.values, extent=_extent(one), origin="lower", cmap="gray", vmax=high
        )
        panel.set(title=name, xlabel="x [Å]", ylabel="y [Å]")
    figure.colorbar(picture, ax=axes, shrink=0.6, label="density [e/bohr³]")
    return figure


def brightness(pairs: Sequence[tuple[Atoms, DensityMap]]) -> Figure:
    """Plot the brightness above the uppermost atoms against the mean of their bond lengths."""
    figure, axes = grid(1, 1, (5.5, 4))
    table = pd.concat([_uppermost(atoms, one) for atoms, one in pairs])
    for colour, (symbol, rows) in zip(COLOURS, table.groupby("symbol"), strict=False):
        label = f"{len(rows)} {symbol}, correlation {rows['bond'].corr(rows['bright']):+.2f}"
        axes[0, 0].scatter(rows["bond"], rows["bright"], s=8, color=colour, label=label)
    axes[0, 0].set(xlabel="mean bond length [Å]", ylabel="density above the atom [e/bohr³]")
    axes[0, 0].legend(frameon=False)
    return figure


def _uppermost(atoms: Atoms, density_map: DensityMap) -> pd.DataFrame:
    columns = {
        "symbol": atoms.get_chemical_symbols(),
        "bond": mean_bond_lengths(atoms),
        "bright": brightness_at(density_map, atoms),
    }
    z = atoms.positions[:, 2]
    return pd.DataFrame(columns)[z > z.max() - _PLANE]


def _sheet(axes: Axes, atoms: Atoms) -> None:
    ordered = atoms.arrays["ordered_positions"]
    axes.scatter(
        ordered[:, 0], ordered[:, 1], s=40, facecolors="none", edgecolors="0.6", label="ordered"
    )
    axes.scatter(
        atoms.positions[:, 0], atoms.positions[:, 1], s=14, color=COLOURS[0], label="disordered"
    )
    axes.set(aspect="equal", xlabel="x [Å]", ylabel="y [Å]")
    axes.set_title(f"{atoms.info.get('name', '')}: {len(atoms)} atoms")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, frameon=False)


def _histogram(axes: Axes, coefficients: np.ndarray) -> None:
    for column, label in enumerate("xy"):
        axes.hist(
            coefficients[:, column], _BINS, histtype="step", color=COLOURS[column], label=label
        )
    for low, high in _BANDS:
        for side in (-1, 1):
            axes.axvspan(side * low, side * high, color="0.9", zorder=0)
    axes.set(xlabel="displacement / max_shift = C_G", ylabel="coordinates")
    axes.set_title("grey: what Eq. 1 never gives")
    axes.legend(frameon=False)


def _extent(one: DensityMap) -> tuple[float, float, float, float]:
    (height, width), (y, x), (y0, x0) = one.values.shape, one.pixel_size, one.origin
    return (x0 - x / 2, x0 + (width - 0.5) * x, y0 - y / 2, y0 + (height - 0.5) * y)
