"""Image some scenes as a perfect microscope shows them."""

from temdenoise import seeds
from temdenoise.density import cells, maps
from temdenoise.run import files, logs
from temdenoise.scenes import imaging, scene

with logs.capture(snakemake.log[0]):
    params, split = snakemake.params, snakemake.wildcards.scenes
    values = cells.values(maps.read_all(snakemake.input.maps))
    scenes = scene.read(snakemake.input.scenes)
    images = (
        imaging.image(
            one,
            params.settings,
            values,
            seeds.generator(params.seed, "scene image", split, number),
        )
        for number, one in zip(range(*params.numbers), scenes, strict=True)
    )
    size = params.settings["size"]
    files.write_stack(snakemake.output.images, images, (len(scenes), size, size))
