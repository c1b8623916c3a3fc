"""Draw every density map."""

from temdenoise import logs
from temdenoise.density import read_map
from temdenoise.figures import physics, style

with logs.capture(snakemake.log[0]):
    named = zip(snakemake.params.structures, map(read_map, snakemake.input.maps), strict=True)
    style.save(snakemake.output.figure, physics.maps(dict(named)))
