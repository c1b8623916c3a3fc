"""Gather what each rule asked for and used."""

from pathlib import Path

from temdenoise.run import accounting, costs, files, logs

with logs.capture(snakemake.log[0]):
    folder = Path(snakemake.params.benchmarks)
    benchmarks = costs.read_benchmarks(folder)
    said = accounting.ask(benchmarks["began"].min())
    table = costs.table(benchmarks, accounting.attempts(said, Path.cwd(), str(folder.parent)))
    files.write_table(snakemake.output.csv, table)
    files.write_text(snakemake.output.html, costs.page(table))
