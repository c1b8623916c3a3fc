"""Place the atoms of some scenes."""

from temdenoise import seeds
from temdenoise.density import cells, maps
from temdenoise.run import logs
from temdenoise.scenes import building, scene

with logs.capture(snakemake.log[0]):
    params, split = snakemake.params, snakemake.wildcards.scenes
    known = cells.of_maps(
        maps.read_all(snakemake.input.maps), snakemake.input.structures, params.lattice_constant
    )
    scenes = [
        building.build(params.settings, known, seeds.generator(params.seed, "scene", split, number))
        for number in range(*params.numbers)
    ]
    scene.write(snakemake.output.scenes, scenes)
