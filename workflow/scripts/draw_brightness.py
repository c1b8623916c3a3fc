"""Draw how bright the atoms are by the lengths of their bonds."""

from temdenoise import logs, structures
from temdenoise.density import read_maps
from temdenoise.figures import physics, style

with logs.capture(snakemake.log[0]):
    names = snakemake.params.structures
    paths = dict(zip(names, snakemake.input.structures, strict=True))
    maps = read_maps(names, snakemake.input.maps)
    pairs = [(structures.read(paths[name]), density_map) for name, density_map in maps.items()]
    style.save(snakemake.output.figure, physics.brightness(pairs))
