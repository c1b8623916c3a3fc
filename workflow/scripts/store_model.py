"""Put one model into the store, with its card."""

import json

from temdenoise import cards, checksums, files, logs, stored

with logs.capture(snakemake.log[0]):
    source, target, params = snakemake.input, snakemake.output, snakemake.params
    for name in ("model", "history"):
        stored.put(source[name], target[name])
    scores, model = files.read_table(source.scores), snakemake.wildcards.model
    card = {
        **{"model": model, "sha256": checksums.digest(target.model), **params.facts},
        "engine": ", ".join(files.read_table(source.dft)["engine"].unique()),
        **cards.scale(params.structures, params.tiles, params.facts["image_size"]),
        "intensity_quantiles": cards.intensities(files.open_stack(source.images, ndim=3)),
        "validation_loss": float(files.read_table(source.history)["val_loss"].iloc[-1]),
        "scores": cards.results(scores, model, params.facts["noise"]),
    }
    files.write_text(target.card, json.dumps(card, indent=2) + "\n")
    files.write_text(target.readme, cards.to_readme(card))
