"""Draw how bright the atoms are by the lengths of their bonds."""

from pathlib import Path

from temdenoise.density import maps
from temdenoise.reports import physics, style
from temdenoise.run import logs
from temdenoise.structures import sheets

with logs.capture(snakemake.log[0]):
    paths = {Path(path).stem: path for path in snakemake.input.structures}
    named = maps.read_all(snakemake.input.maps)
    pairs = [(sheets.read(paths[name]), density_map) for name, density_map in named.items()]
    style.save(snakemake.output.figure, physics.brightness(pairs))
