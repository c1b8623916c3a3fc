"""Take the density on the plane above one sheet."""

import json
from pathlib import Path

from temdenoise import cube, density, logs, structures

with logs.capture(snakemake.log[0]):
    height = snakemake.params.height
    atoms = structures.read(snakemake.input.structure)
    summary = json.loads(Path(snakemake.input.summary).read_text())
    density.check_height(height, summary["orbital_radius_bohr"])
    density_map = density.slice_above(cube.read(snakemake.input.density), atoms, height)
    density_map.metadata.update(
        {key: summary[key] for key in ("engine", "version", "orbitals", "orbital_radius_bohr")}
    )
    density.check_map(density_map, snakemake.input.density)
    density.write_map(snakemake.output.density_map, density_map)
