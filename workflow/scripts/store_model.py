"""Put one model into the store, with its card."""

from temdenoise.networks import card
from temdenoise.run import checksums, files, logs

with logs.capture(snakemake.log[0]):
    source, target, params = snakemake.input, snakemake.output, snakemake.params
    for name in ("model", "history"):
        files.copy(source[name], target[name])
    scores, model = files.read_table(source.scores), snakemake.wildcards.model
    scale = card.scale(params.structures, params.tiles, params.facts["image_size"])
    images = files.open_stack(source.images, ndim=3)
    said = card.Card(
        model=model,
        sha256=checksums.of(target.model),
        engine=", ".join(files.read_table(source.dft)["engine"].unique()),
        **params.facts,
        **scale,
        smooth_quantiles=card.intensities(images, scale["bond_length_px"]),
        validation_loss=float(files.read_table(source.history)["val_loss"].iloc[-1]),
        scores=card.results(scores, model, params.facts["noise"]),
    )
    files.write_text(target.card, said.to_json())
    files.write_text(target.readme, said.to_readme())
