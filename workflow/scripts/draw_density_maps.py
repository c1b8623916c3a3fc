"""Draw every density map."""

from temdenoise import logs
from temdenoise.density import read_maps
from temdenoise.figures import physics, style

with logs.capture(snakemake.log[0]):
    maps = read_maps(snakemake.params.structures, snakemake.input.maps)
    style.save(snakemake.output.figure, physics.maps(maps))
