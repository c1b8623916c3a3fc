"""Draw the training curves of all models."""

from temdenoise import files, logs
from temdenoise.figures import curves, style

with logs.capture(snakemake.log[0]):
    histories = map(files.read_table, snakemake.input.histories)
    named = dict(zip(snakemake.params.models, histories, strict=True))
    style.save(snakemake.output.figure, curves.training(named))
