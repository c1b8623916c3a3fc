"""Corrupt the images of one split with one noise type (Eq. 3-5)."""

from temdenoise.images import noise
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    params = snakemake.params
    clean = files.open_stack(snakemake.input.images, ndim=3)
    images = files.read_table(snakemake.input.table)
    table = noise.plan(images, params.factors)
    settings = noise.Settings(
        patch_size=params.patch_size,
        salt_pepper_ratio=params.salt_pepper_ratio,
        **params.background,
    )
    noisy = noise.corrupted(clean, images, table, snakemake.wildcards.noise, params.seed, settings)
    files.write_stack(snakemake.output.noisy, noisy, (len(table), *clean.shape[1:]))
    files.write_table(snakemake.output.table, table)
