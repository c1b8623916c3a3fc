"""Draw the error of a general model under each condition by epoch."""

from temdenoise.reports import curves, style
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    history = files.read_table(snakemake.input.history)
    style.save(snakemake.output.figure, curves.conditions(history))
