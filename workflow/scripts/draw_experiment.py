"""Draw and measure what the four models make of an experimental image of MoS₂ (Fig. 3)."""

from temdenoise.micrographs import columns
from temdenoise.reports import experiment, style
from temdenoise.run import files, logs, pages

with logs.capture(snakemake.log[0]):
    params, source, target = snakemake.params, snakemake.input, snakemake.output
    images, bond_px = experiment.read(
        source.original, source.denoised, source.summaries, params.models
    )
    regions = columns.dark_regions(images["original"], bond_px)
    rows = [
        row
        for name, image in images.items()
        for row in columns.measure(name, image, regions, bond_px)
    ]
    files.write_table(target.csv, columns.table(rows))
    shown = columns.readable(columns.table(rows))
    files.write_text(target.html, pages.to_html(shown, "MoS₂, before and after each model."))
    style.save(target.figure, experiment.draw(images, regions, bond_px))
