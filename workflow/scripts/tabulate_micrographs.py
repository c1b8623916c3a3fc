"""Gather the summaries of the micrographs of a batch."""

from temdenoise.micrographs import summary
from temdenoise.run import files, logs, pages

with logs.capture(snakemake.log[0]):
    table = summary.table(snakemake.input.summaries)
    files.write_table(snakemake.output.csv, table)
    files.write_text(
        snakemake.output.html,
        pages.to_html(summary.readable(table), "The micrographs, one row an image and model."),
    )
