"""Draw the density maps."""

from temdenoise.density import maps
from temdenoise.reports import physics, style
from temdenoise.run import logs

with logs.capture(snakemake.log[0]):
    named = maps.read_all(snakemake.input.maps)
    style.save(snakemake.output.figure, physics.maps(named))
