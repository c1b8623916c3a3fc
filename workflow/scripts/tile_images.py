"""Make the ground truths of one split: tiles of density maps and their shifted copies."""

from temdenoise import files, images, logs
from temdenoise.density import read_map

with logs.capture(snakemake.log[0]):
    params = snakemake.params
    table = images.plan(
        params.seed, snakemake.wildcards.split, params.tiles, params.structures, params.shifts
    )
    maps = {
        name: read_map(path).values.astype(float)
        for name, path in zip(params.structures, snakemake.input.maps, strict=True)
    }
    truths = images.ground_truths(table, maps, params.size, params.order, params.normalise_by)
    files.write_stack(snakemake.output.images, truths, (len(table), params.size, params.size))
    files.write_table(snakemake.output.table, table)
