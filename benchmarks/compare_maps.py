"""Compare the density maps that two engines made of one structure.

    python benchmarks/compare_maps.py STRUCTURE.extxyz OPENMX.tif GPAW.tif [PICTURE.png]

The maps are sampled at the same points of the cell; absolute densities differ by the engine's
orbitals, so what is compared is the picture: the correlation of the pixels and of the atoms'
brightness, and each engine's trend of brightness with bond length.
"""

import sys

import numpy as np
from scipy.ndimage import map_coordinates

from temdenoise.density.maps import DensityMap, brightness_at, read_map
from temdenoise.reports.style import grid, save, show
from temdenoise.structures import sheets

_SAMPLES = 200


def sampled(density_map: DensityMap) -> np.ndarray:
    """Return the map at 200 × 200 points of the cell, periodic, (Y, X)."""
    axes = [np.arange(_SAMPLES) / _SAMPLES * n for n in density_map.values.shape]
    points = np.stack(np.meshgrid(*axes, indexing="ij"))
    return map_coordinates(density_map.values.astype(float), points, order=3, mode="grid-wrap")


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Return Pearson's correlation of all values."""
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def main(structure: str, *paths: str) -> None:
    """Print the correlations, and draw both maps if a .png is named."""
    atoms = sheets.read(structure)
    maps = [read_map(path) for path in paths[:2]]
    bonds = sheets.mean_bond_lengths(atoms)
    bright = [brightness_at(one, atoms) for one in maps]
    pixels = [sampled(one) for one in maps]
    for one, values in zip(maps, bright, strict=True):
        trend = correlation(values, bonds)
        print(f"{one.metadata['engine']:8} brightness against bond length {trend:+.3f}")
    print(f"pixels of both maps {correlation(*pixels):+.3f}")
    print(f"brightness of the {len(atoms)} atoms {correlation(*bright):+.3f}")
    if len(paths) > 2:
        figure, axes = grid(1, 2, (4, 4))
        for panel, one, values in zip(axes[0], maps, pixels, strict=True):
            show(panel, values, str(one.metadata["engine"]), high=values.max())
        save(paths[2], figure)


if __name__ == "__main__":
    main(*sys.argv[1:])
