"""Gather the summaries of the DFT jobs."""

from temdenoise.density import summaries
from temdenoise.run import files, logs, pages

with logs.capture(snakemake.log[0]):
    table = summaries.table(summaries.read_summaries(snakemake.input.summaries))
    files.write_table(snakemake.output.csv, table)
    files.write_text(
        snakemake.output.html,
        pages.to_html(summaries.readable(table), "The DFT jobs, one row a structure."),
    )
