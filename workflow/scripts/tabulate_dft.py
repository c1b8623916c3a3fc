"""Gather the summaries of the DFT jobs."""

from temdenoise import campaign, files, logs, tables

with logs.capture(snakemake.log[0]):
    paths = zip(snakemake.params.structures, snakemake.input.summaries, strict=True)
    table = campaign.table({name: campaign.read_summary(path) for name, path in paths})
    files.write_table(snakemake.output.csv, table)
    files.write_text(
        snakemake.output.html,
        tables.to_html(campaign.readable(table), "The DFT jobs, one row a structure."),
    )
