"""Draw what models and filters do to atoms by the level of noise."""

from temdenoise.reports import style, trust_in_atoms
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    table = files.read_table(snakemake.input.table)
    style.save(snakemake.output.figure, trust_in_atoms.figure(table))
