"""Draw how bright the atoms are by the lengths of their bonds."""

from temdenoise import logs, structures
from temdenoise.density import read_map
from temdenoise.figures import physics, style

with logs.capture(snakemake.log[0]):
    pairs = zip(
        map(structures.read, snakemake.input.structures),
        map(read_map, snakemake.input.maps),
        strict=True,
    )
    style.save(snakemake.output.figure, physics.brightness(list(pairs)))
