"""Take one model from the store."""

from temdenoise import logs, stored

with logs.capture(snakemake.log[0]):
    source, target = snakemake.input, snakemake.output
    for name in ("model", "history"):
        stored.take(source[name], target[name])
    stored.check_model(target.model, source.card, snakemake.params.wanted)
