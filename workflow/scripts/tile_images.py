"""Make the ground truths of one split: tiles of density maps and their shifted copies."""

from temdenoise.density import maps
from temdenoise.images import ground_truth
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    params = snakemake.params
    values = maps.Values(maps.converged(snakemake.input.maps))
    table = ground_truth.plan(
        params.seed, snakemake.wildcards.split, params.tiles, list(values), params.shifts
    )
    truths = ground_truth.ground_truths(
        table, values, params.size, params.order, params.normalise_by
    )
    files.write_stack(snakemake.output.images, truths, (len(table), params.size, params.size))
    files.write_table(snakemake.output.table, table)
