"""Fetch the experimental image of MoS₂ from the package that it is published in."""

from temdenoise.run import logs

with logs.capture(snakemake.log[0]):
    from temdenoise.micrographs import example

    example.fetch(snakemake.output.micrograph)
