"""Draw and measure what the four models make of an experimental image of MoS₂ (Fig. 3)."""

from temdenoise import files, logs, tables
from temdenoise.figures import experiment, style
from temdenoise.micrographs import measuring

with logs.capture(snakemake.log[0]):
    params, source, target = snakemake.params, snakemake.input, snakemake.output
    images, bond_px = experiment.read(
        source.original, source.denoised, source.summaries, params.models
    )
    regions = measuring.dark_regions(images["original"], bond_px)
    rows = [
        row
        for name, image in images.items()
        for row in measuring.measure(name, image, regions, bond_px)
    ]
    files.write_table(target.csv, measuring.table(rows))
    shown = measuring.readable(measuring.table(rows))
    files.write_text(target.html, tables.to_html(shown, "MoS₂, before and after each model."))
    style.save(target.figure, experiment.draw(images, regions, bond_px))
