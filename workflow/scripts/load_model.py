"""Take one model from the store."""

from temdenoise.networks import card
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    source, target = snakemake.input, snakemake.output
    for name in ("model", "history"):
        files.copy(source[name], target[name])
    said = card.read(source.card)
    card.check(target.model, said)
    card.check_wanted(said, source.card, snakemake.params.wanted)
