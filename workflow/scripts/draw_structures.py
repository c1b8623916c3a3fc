"""Draw a structure, and the displacements of several (Eq. 1)."""

from temdenoise.reports import physics, style
from temdenoise.run import logs
from temdenoise.structures import sheets

with logs.capture(snakemake.log[0]):
    everything = [sheets.read(path) for path in snakemake.input.structures]
    figure = physics.structures(everything[0], everything, snakemake.params.max_shift)
    style.save(snakemake.output.figure, figure)
