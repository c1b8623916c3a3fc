"""Gather the summaries of the DFT jobs."""

from temdenoise import campaign, files, logs, tables

with logs.capture(snakemake.log[0]):
    table = campaign.table(campaign.read_summaries(snakemake.input.summaries))
    files.write_table(snakemake.output.csv, table)
    files.write_text(
        snakemake.output.html,
        tables.to_html(campaign.readable(table), "The DFT jobs, one row a structure."),
    )
