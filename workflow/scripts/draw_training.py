"""Draw the training curves of all models."""

from temdenoise.reports import curves, style
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    histories = map(files.read_table, snakemake.input.histories)
    named = dict(zip(snakemake.params.models, histories, strict=True))
    style.save(snakemake.output.figure, curves.training(named))
