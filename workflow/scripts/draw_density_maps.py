"""Draw the density maps."""

from temdenoise import logs, maps
from temdenoise.figures import physics, style

with logs.capture(snakemake.log[0]):
    named = maps.read(snakemake.input.maps)
    style.save(snakemake.output.figure, physics.maps(named))
