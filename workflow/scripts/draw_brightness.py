"""Draw how bright the atoms are by the lengths of their bonds."""

from pathlib import Path

from temdenoise import logs, maps, structures
from temdenoise.figures import physics, style

with logs.capture(snakemake.log[0]):
    paths = {Path(path).stem: path for path in snakemake.input.structures}
    named = maps.read(snakemake.input.maps)
    pairs = [(structures.read(paths[name]), density_map) for name, density_map in named.items()]
    style.save(snakemake.output.figure, physics.brightness(pairs))
