"""Two density maps of graphene with missing atoms, computed by GPAW, for the trust in atoms.

    PYTHONPATH=workflow/scripts python docs/vacancy_maps.py

Writes resources/maps/vacancies/. Five minutes and 1 GB.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from ase import Atoms

from temdenoise import seeds
from temdenoise.density import engine, gpaw, maps, slices
from temdenoise.run import files
from temdenoise.structures import sheets

TARGET = Path("resources/maps/vacancies")
CELLS, CELL_HEIGHT = (3, 5), 9.6  # 60 atoms; [Å], so that the slice is a grid plane
KGRID = [1, 1, 1]
MISSING = {"vacancy": 1, "divacancy": 2}  # neighbours that are gone


def structure(name: str, config: dict[str, Any]) -> Atoms:
    """Return a disordered sheet without the first atoms of its middle (Eq. 1, 2)."""
    settings = config["structures"]
    ordered = sheets.ordered_sheet(
        settings["material"], CELLS, settings["lattice_constant"], CELL_HEIGHT
    )
    rng = seeds.generator(config["seed"], "structure", name)
    atoms = sheets.disorder(ordered, settings["max_shift"], rng)
    middle = ordered.cell.lengths() / 2
    offsets = ordered.positions - middle
    first = int((offsets[:, :2] ** 2).sum(axis=1).argmin())
    near = ordered.get_distances(first, range(len(ordered)), mic=True).argsort(kind="stable")
    gone = near[: MISSING[name]]
    atoms.info = {
        **{"name": name, "seed": config["seed"], "max_shift": settings["max_shift"]},
        "lattice_constant": settings["lattice_constant"],
        "missing": [float(value) for value in atoms.positions[gone, :2].ravel()],  # x, y, …
    }
    del atoms[gone]
    return atoms


def compute(name: str, config: dict[str, Any], basis: Path) -> None:
    """Write structure, map and summary of `name`."""
    atoms, dft = structure(name, config), config["dft"]
    density, summary = gpaw.run(atoms, basis, dft["gpaw"], KGRID, basis / f"{name}.txt")
    valence = {"C": dft["elements"]["C"]["valence_electrons"]}
    electrons = engine.electrons(atoms, density, valence, dft["charge_tolerance"])
    height = config["map"]["height"]
    density_map = slices.slice_above(density, atoms, height)
    facts = {"converged": True, "atoms": len(atoms), "engine": "gpaw", "kgrid": KGRID}
    facts |= {"electrons": electrons, **summary}
    density_map.metadata.update({key: facts[key] for key in maps.RECORDED})
    density_map.metadata["structure"] = name
    sheets.write(TARGET / f"{name}.extxyz", atoms)
    maps.write_map(TARGET / f"{name}.tif", density_map)
    files.write_text(TARGET / f"{name}.json", json.dumps(facts, indent=2) + "\n")


def main() -> None:
    """Compute both maps."""
    config = yaml.safe_load(Path("config/config.yaml").read_text("utf-8"))
    settings = config["dft"]["gpaw"]
    TARGET.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        basis = Path(folder)
        gpaw.confine_basis(basis / gpaw.basis_file("C", settings), "C", settings)
        for name in MISSING:
            compute(name, config, basis)


if __name__ == "__main__":
    main()
