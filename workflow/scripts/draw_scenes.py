"""Draw scenes that training never saw before and after a general model."""

from temdenoise.reports import before_after, style
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    shown = files.read_arrays(snakemake.input.examples)
    style.save(snakemake.output.figure, before_after.figure(shown))
