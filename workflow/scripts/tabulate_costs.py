"""Gather what each rule asked for and used."""

from temdenoise.run import costs, files, logs

with logs.capture(snakemake.log[0]):
    table = costs.table(costs.read_benchmarks(snakemake.params.benchmarks))
    files.write_table(snakemake.output.csv, table)
    files.write_text(snakemake.output.html, costs.page(table))
