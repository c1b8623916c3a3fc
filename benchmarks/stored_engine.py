"""Is GPAW at Γ good enough for the stored maps? The structure of a real OpenMX map, recomputed.

    python benchmarks/stored_engine.py

60 disordered atoms: OpenMX with 3 × 4 × 1 k-points against GPAW at Γ and with those k-points, at
the settings of the stored maps. Ten minutes.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import tifffile
import yaml
from ase import Atoms
from compare_maps import correlation, sampled

from temdenoise.density import gpaw
from temdenoise.density.maps import DensityMap, brightness_at
from temdenoise.density.slices import slice_above
from temdenoise.structures import sheets

_DATA = Path("tests/data")
_HEIGHT, _CELL_HEIGHT = 3.0, 9.6
_KGRIDS = ([1, 1, 1], [3, 4, 1])


def openmx_map(atoms: Atoms) -> DensityMap:
    """Return OpenMX's recorded density map of `atoms`, whose grid begins at the cell's corner."""
    values = tifffile.imread(_DATA / "openmx-60-atoms.tif")
    x, y, _ = atoms.cell.lengths()
    return DensityMap(values, (y / values.shape[0], x / values.shape[1]), (0.0, 0.0), {})


def gpaw_map(atoms: Atoms, basis: Path, settings: dict, kgrid: list[int]) -> DensityMap:
    """Return GPAW's density map of `atoms`."""
    density, _ = gpaw.run(atoms, basis, settings, kgrid, basis / "gpaw.txt")
    return slice_above(density, atoms, _HEIGHT)


def main() -> None:
    """Print the correlations of the pixels and of the atoms' brightness, and the trends."""
    atoms = sheets.read(_DATA / "openmx-60-atoms.extxyz")
    bonds = sheets.mean_bond_lengths(atoms)
    maps = {"OpenMX, 3 × 4 × 1": openmx_map(atoms)}
    atoms.cell[2, 2] = _CELL_HEIGHT
    atoms.positions[:, 2] += _CELL_HEIGHT / 2 - atoms.positions[:, 2].mean()
    settings = yaml.safe_load(Path("config/config.yaml").read_text("utf-8"))["dft"]["gpaw"]
    with TemporaryDirectory() as folder:
        basis = Path(folder)
        gpaw.confine_basis(basis / gpaw.basis_file("C", settings), "C", settings)
        for kgrid in _KGRIDS:
            name = "GPAW, Γ" if kgrid == [1, 1, 1] else "GPAW, " + " × ".join(map(str, kgrid))
            maps[name] = gpaw_map(atoms, basis, settings, kgrid)
    print(
        "| map | pixels | brightness of the atoms | brightness and bond length |\n|---|---|---|---|"
    )
    reference = next(iter(maps.values()))
    for name, one in maps.items():
        bright = brightness_at(one, atoms)
        against = correlation(sampled(one), sampled(reference))
        alike = correlation(bright, brightness_at(reference, atoms))
        print(f"| {name} | {against:+.3f} | {alike:+.3f} | {correlation(bright, bonds):+.3f} |")


if __name__ == "__main__":
    main()
