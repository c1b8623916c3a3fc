"""Draw a structure, and the displacements of several (Eq. 1)."""

from temdenoise import logs, structures
from temdenoise.figures import physics, style

with logs.capture(snakemake.log[0]):
    everything = [structures.read(path) for path in snakemake.input.structures]
    figure = physics.structures(everything[0], everything, snakemake.params.max_shift)
    style.save(snakemake.output.figure, figure)
