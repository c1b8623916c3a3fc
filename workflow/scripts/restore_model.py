"""Take one model from the store."""

from temdenoise import logs, stored

with logs.capture(snakemake.log[0]):
    source, target = snakemake.input, snakemake.output
    stored.check_model(source.model, source.card, snakemake.params.recipe)
    for name in ("model", "history"):
        stored.copy(source[name], target[name])
