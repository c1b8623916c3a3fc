"""Gather the summaries of the micrographs of a batch."""

from temdenoise import files, logs, tables
from temdenoise.micrographs import summary

with logs.capture(snakemake.log[0]):
    table = summary.table(snakemake.input.summaries)
    files.write_table(snakemake.output.csv, table)
    files.write_text(
        snakemake.output.html,
        tables.to_html(summary.readable(table), "The micrographs, one row an image and model."),
    )
