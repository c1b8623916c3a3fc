"""Make the ground truths of one split: tiles of density maps and their shifted copies."""

from temdenoise import files, images, logs
from temdenoise.density import read_maps

with logs.capture(snakemake.log[0]):
    params = snakemake.params
    maps = {
        name: density_map.values.astype(float)
        for name, density_map in read_maps(params.structures, snakemake.input.maps).items()
    }
    table = images.plan(
        params.seed, snakemake.wildcards.split, params.tiles, list(maps), params.shifts
    )
    truths = images.ground_truths(table, maps, params.size, params.order, params.normalise_by)
    files.write_stack(snakemake.output.images, truths, (len(table), params.size, params.size))
    files.write_table(snakemake.output.table, table)
